using SecStream.Core.Observations;
using SecStream.Stages.Rules.History;

namespace SecStream.Stages.Rules.Evaluation;

/// <summary>Binary pieces that snapshots are made of.</summary>
internal static class StateFormat
{
    private const int MaxBytes = 1 << 20;

    public static void WriteBytes(BinaryWriter writer, ReadOnlySpan<byte> bytes)
    {
        writer.Write(bytes.Length);
        writer.Write(bytes);
    }

    public static byte[] ReadBytes(BinaryReader reader)
    {
        var length = reader.ReadInt32();
        if (length is < 0 or > MaxBytes)
        {
            throw new InvalidDataException($"snapshot is damaged: a string of {length} bytes");
        }

        return reader.ReadBytes(length);
    }

    public static void WriteValue(BinaryWriter writer, int value, ValuePool pool)
    {
        writer.Write(value != ValuePool.None);
        if (value != ValuePool.None)
        {
            WriteBytes(writer, pool.Get(value));
        }
    }

    public static int ReadValue(BinaryReader reader, ValuePool pool) =>
        reader.ReadBoolean() ? pool.Intern(ReadBytes(reader)) : ValuePool.None;

    public static void WriteItem(BinaryWriter writer, ref Item item, DetectionSets sets, ValuePool pool)
    {
        writer.Write(item.Time);
        writer.Write(item.Source);
        writer.Write(item.Position);
        writer.Write(item.IdHigh);
        writer.Write(item.IdLow);
        writer.Write(item.Count);
        writer.Write(sets[item.Set].IsAttempt);
        WriteBytes(writer, sets[item.Set].Detections);
        for (var slot = 0; slot < Row.Slots; slot++)
        {
            WriteValue(writer, item.Values[slot], pool);
        }
    }

    public static Item ReadItem(BinaryReader reader, int route, DetectionSets sets, ValuePool pool)
    {
        var item = new Item
        {
            Time = reader.ReadInt64(),
            Source = reader.ReadUInt64(),
            Position = reader.ReadInt64(),
            IdHigh = reader.ReadUInt64(),
            IdLow = reader.ReadUInt64(),
            Count = reader.ReadInt32(),
        };
        item.Set = sets.Intern(route, item.Time, reader.ReadBoolean(), ReadBytes(reader));
        for (var slot = 0; slot < Row.Slots; slot++)
        {
            item.Values[slot] = ReadValue(reader, pool);
        }

        return item;
    }
}
