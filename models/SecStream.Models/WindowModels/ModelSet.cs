using System.Security.Cryptography;
using SecStream.Core.Alerts;
using SecStream.Core.Features;
using SecStream.Models.Vectors;
using SecStream.Models.WindowModels.Figures;

namespace SecStream.Models.WindowModels;

/// <summary>The models of all classes of one training, the windows a day that they score together, and what may reach which severity. Immutable, thread-safe.</summary>
public sealed class ModelSet : IModelSet
{
    private const string ArtefactName = "window-models";
    private const int Version = 1;
    private const int HashBytes = 32;
    private readonly IReadOnlyList<WindowModel> _models;
    private readonly SeverityLimits _limits;

    internal ModelSet(string id, IReadOnlyList<WindowModel> models, Severity? cap)
    {
        (Id, _models, Cap) = (id, models, cap);
        WindowsPerDay = models.Where(m => m.CanJudge).Sum(m => m.Figures.WindowsPerDay);
        _limits = new SeverityLimits(WindowsPerDay, cap);
        Figures = Sum();
    }

    /// <inheritdoc/>
    public string Id { get; }

    /// <summary>Windows scored a day over all classes: N_ref.</summary>
    public double WindowsPerDay { get; }

    /// <summary>No judgement is more severe than this; null: no cap.</summary>
    public Severity? Cap { get; }

    /// <summary>The classes.</summary>
    public IReadOnlyList<WindowModel> Models => _models;

    /// <summary>What the manifest says of it.</summary>
    public ModelSetFigures Figures { get; }

    /// <inheritdoc/>
    public IWindowJudge? JudgeOf(FeatureSchema schema, long window)
    {
        ArgumentNullException.ThrowIfNull(schema);
        var model = Find(schema, window);
        return model is { CanJudge: true } ? new WindowJudge(model.Content, Id, _limits, WindowsPerDay) : null;
    }

    /// <inheritdoc/>
    public long? LearningUntil(FeatureSchema schema, ReadOnlySpan<byte> key)
    {
        ArgumentNullException.ThrowIfNull(schema);
        var hash = KeyTable.Hash(key);
        long? soonest = null;
        foreach (var model in _models.Where(m => m.Schema.Version == schema.Version && m.Schema.Profile == schema.Profile))
        {
            var number = model.Content.Keys.Find(hash);
            if (number >= 0 && number < model.Content.Own)
            {
                return null;
            }

            // Of a key that the model has never seen no more is known than that it came after the days learned from.
            var first = number < 0 ? model.Content.End : model.Content.FirstSeen[number] * 60_000_000L;
            var until = first + (model.Content.LearningDays * WeekCalendar.Day);
            soonest = soonest is null ? until : Math.Min(soonest.Value, until);
        }

        return soonest;
    }

    /// <summary>The same models, no judgement more severe than a cap: what is in force after drift.</summary>
    public ModelSet Capped(Severity cap) => new(Id, _models, cap);

    /// <summary>The same under another id.</summary>
    public ModelSet WithId(string id) => new(id, _models, Cap);

    /// <summary>Hash of the content: 16 hex digits. Equal models have equal ones, whatever their ids and caps.</summary>
    public string ContentHash() => Convert.ToHexStringLower(SHA256.HashData(Content()))[..16];

    /// <summary>Writes the artefact: versioned, exact, with a checksum. The id and a cap are not part of it: equal models have equal bytes.</summary>
    public void Save(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var content = Content();
        using var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        Artefact.WriteHead(writer, ArtefactName, Version);
        writer.Write((long)content.Length);
        writer.Write(content);
        writer.Write(SHA256.HashData(content));
    }

    /// <summary>Reads an artefact.</summary>
    /// <param name="stream">The artefact; need not be able to seek.</param>
    /// <param name="id">The id it is known by.</param>
    /// <exception cref="InvalidDataException">It is damaged, cut off, or of another version.</exception>
    public static ModelSet Load(Stream stream, string id)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var reader = new BinaryReader(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        Artefact.Expect(reader, ArtefactName, Version);
        var content = Artefact.Guard(reader, static r =>
        {
            var length = r.ReadInt64();
            var bytes = length is >= 0 and <= int.MaxValue ? r.ReadBytes((int)length) : [];
            return bytes.Length == length && r.ReadBytes(HashBytes).AsSpan().SequenceEqual(SHA256.HashData(bytes))
                ? bytes
                : throw new InvalidDataException("the artefact is damaged or cut off: its checksum is another; copy it again, or train again");
        });
        using var inner = new BinaryReader(new MemoryStream(content));
        return new ModelSet(id, Artefact.Guard(inner, static r => Enumerable.Range(0, Artefact.ReadCount(r, 0, 1 << 16)).Select(_ => ClassModelFormat.Load(r)).ToList()), null);
    }

    /// <summary>The highest severity that a calibration can reach.</summary>
    internal Severity? Highest(CalibrationFigures figures) => figures.Refusal is null ? _limits.Of(Math.Log(figures.Floor)) : null;

    /// <summary>The figures of a class with what it can reach in this set.</summary>
    internal ClassFigures Reached(WindowModel model) => model.Figures with
    {
        HighestOwn = Highest(model.Figures.Own),
        HighestClass = Highest(model.Figures.Class),
        Refusal = model.CanJudge ? null : model.Figures.Own.Refusal ?? model.Figures.Class.Refusal ?? "nothing to judge by",
    };

    private byte[] Content()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(_models.Count);
        foreach (var model in _models)
        {
            ClassModelFormat.Save(writer, model);
        }

        return stream.ToArray();
    }

    private WindowModel? Find(FeatureSchema schema, long window) =>
        _models.FirstOrDefault(m => m.Window == window && m.Schema.Version == schema.Version && m.Schema.Profile == schema.Profile);

    private ModelSetFigures Sum()
    {
        ClassFigures[] classes = [.. _models.Select(m => m.Figures)];
        return new ModelSetFigures
        {
            WindowsPerDay = WindowsPerDay,
            EvaluationDays = [.. classes.SelectMany(c => c.Evaluation).Select(d => d.Day).Distinct().Order()],
            Severities = [.. Enum.GetValues<Severity>().Select(severity => Of(severity, classes))],
            Classes = classes,
        };
    }

    private SeverityFigures Of(Severity severity, ClassFigures[] classes)
    {
        var (perDay, low, high) = SetEvaluation.Interval(classes, severity);
        return new SeverityFigures(severity, _limits.MostP(severity), Judgement.Budget(severity), perDay, low, high, classes.Count(c => c.HighestOwn >= severity));
    }
}
