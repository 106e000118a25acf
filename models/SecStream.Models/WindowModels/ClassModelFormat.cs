using System.Text.Json;
using System.Text.Json.Serialization;
using SecStream.Core.Features;
using SecStream.Models.ActionOrder;
using SecStream.Models.Baselines;
using SecStream.Models.Behaviour;
using SecStream.Models.Calibration;
using SecStream.Models.IsolationForest;
using SecStream.Models.Vectors;
using SecStream.Models.WindowModels.Figures;

namespace SecStream.Models.WindowModels;

/// <summary>How the model of a class is written: schema and figures as JSON, everything else as numbers, exactly.</summary>
internal static class ClassModelFormat
{
    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    public static void Save(BinaryWriter writer, WindowModel model)
    {
        var content = model.Content;
        Write(writer, content.Schema);
        Write(writer, model.Figures);
        writer.Write(content.Calendar.Window);
        Artefact.Write<long>(writer, [.. content.Calendar.Holidays]);
        content.Keys.Save(writer);
        writer.Write(content.Own);
        Artefact.Write<int>(writer, content.FirstSeen);
        writer.Write(content.LearningDays);
        writer.Write(content.End);
        content.Baseline.Save(writer);
        Write(writer, content.OwnCurves);
        Write(writer, content.ClassCurves);
        Write(writer, content.OwnMix);
        Write(writer, content.ClassMix);
        writer.Write(content.Forest is not null);
        content.Forest?.Save(writer);
        writer.Write(content.ForestGate);
        writer.Write(content.Habits is not null);
        content.Habits?.Save(writer);
        Write(writer, content.HabitCurves);
        Write(writer, content.HabitMix);
        writer.Write(content.Actions is not null);
        content.Actions?.Save(writer);
        Write(writer, content.OwnFusion);
        Write(writer, content.ClassFusion);
    }

    public static WindowModel Load(BinaryReader reader)
    {
        var schema = Read<FeatureSchema>(reader);
        var figures = Read<ClassFigures>(reader);
        var calendar = new WeekCalendar(reader.ReadInt64(), Artefact.Read<long>(reader));
        var keys = KeyTable.Load(reader);
        var own = Artefact.ReadCount(reader, 0, keys.Count);
        return new WindowModel(
            new ClassModel
            {
                Schema = schema,
                Calendar = calendar,
                Keys = keys,
                Own = own,
                FirstSeen = Artefact.Read<int>(reader, keys.Count),
                LearningDays = reader.ReadInt32(),
                End = reader.ReadInt64(),
                Judged = [.. schema.Features.Index().Where(f => f.Item.Weight > 0).Select(f => f.Index)],
                Baseline = ClassBaseline.Load(reader, schema.Features, own),
                OwnCurves = ReadCurves(reader),
                ClassCurves = ReadCurves(reader),
                OwnMix = ReadMix(reader),
                ClassMix = ReadMix(reader),
                Forest = reader.ReadBoolean() ? IsolationForestDetector.Load(reader) : null,
                ForestGate = reader.ReadDouble(),
                Habits = reader.ReadBoolean() ? ClassHabits.Load(reader, own, schema.Categories.Length) : null,
                HabitCurves = ReadCurves(reader),
                HabitMix = ReadMix(reader),
                Actions = reader.ReadBoolean() ? ActionModel.Load(reader) : null,
                OwnFusion = ReadFusion(reader),
                ClassFusion = ReadFusion(reader),
            },
            figures,
            null);
    }

    private static void Write<T>(BinaryWriter writer, T value) => Artefact.Write<byte>(writer, JsonSerializer.SerializeToUtf8Bytes(value, Json));

    private static T Read<T>(BinaryReader reader)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(Artefact.Read<byte>(reader), Json) ?? throw new InvalidDataException($"the artefact is damaged: its {typeof(T).Name} is empty");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"the artefact is damaged: its {typeof(T).Name} cannot be read", e);
        }
    }

    private static void Write(BinaryWriter writer, SurpriseCurve[] curves)
    {
        writer.Write(curves.Length);
        foreach (var curve in curves)
        {
            curve.Save(writer);
        }
    }

    private static SurpriseCurve[] ReadCurves(BinaryReader reader)
    {
        var curves = new SurpriseCurve[Artefact.ReadCount(reader, 0, 1 << 16)];
        for (var i = 0; i < curves.Length; i++)
        {
            curves[i] = SurpriseCurve.Load(reader);
        }

        return curves;
    }

    private static void Write(BinaryWriter writer, SurpriseMix mix)
    {
        Artefact.Write<double>(writer, mix.Weights);
        writer.Write(mix.Stretch);
    }

    private static SurpriseMix ReadMix(BinaryReader reader) => SurpriseMix.Saved(Artefact.Read<double>(reader), reader.ReadDouble());

    private static void Write(BinaryWriter writer, FusionCalibration? fusion)
    {
        writer.Write(fusion is not null);
        fusion?.Save(writer);
    }

    private static FusionCalibration? ReadFusion(BinaryReader reader) => reader.ReadBoolean() ? FusionCalibration.Load(reader) : null;
}
