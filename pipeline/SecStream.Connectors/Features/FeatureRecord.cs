using System.Buffers.Binary;
using System.Text;
using SecStream.Core.Features;
using SecStream.Core.Text;

namespace SecStream.Connectors.Features;

/// <summary>
/// A window in a block. Evidence is not stored.
/// <code>
/// bytes of all (4) | length of the window, index (1) | end (8) | events (8) | bytes of the key (2) | key | values: 8 each
///   | categories: values (1), each hash (8), occurrences (8), bytes of the text (1), text | steps (1), each 8
/// </code>
/// </summary>
internal static class FeatureRecord
{
    private const int WindowAt = 4;
    private const int EndAt = 5;
    private const int EventsAt = 13;
    private const int KeyLengthAt = 21;
    private const int KeyAt = 23;

    /// <summary>Writes a window.</summary>
    /// <exception cref="ArgumentException">It has a length that its schema does not have.</exception>
    public static void Write(FeatureVector window, ByteWriter writer)
    {
        var index = Array.IndexOf(window.Schema.Windows, window.Window);
        if (index < 0)
        {
            throw new ArgumentException($"profile {window.Schema.Profile} has no windows of {window.Window} µs", nameof(window));
        }

        var start = writer.Length;
        var head = writer.Reserve(KeyAt);
        head[WindowAt] = (byte)index;
        BinaryPrimitives.WriteInt64LittleEndian(head[EndAt..], window.End);
        BinaryPrimitives.WriteInt64LittleEndian(head[EventsAt..], window.Events);
        BinaryPrimitives.WriteUInt16LittleEndian(head[KeyLengthAt..], checked((ushort)window.Key.Length));
        writer.Advance(KeyAt);
        writer.Write(window.Key);
        foreach (var value in window.Values)
        {
            WriteLong(writer, BitConverter.DoubleToInt64Bits(value));
        }

        foreach (var category in window.Categories)
        {
            WriteCategory(writer, category);
        }

        writer.WriteByte(checked((byte)window.Steps.Count));
        foreach (var step in window.Steps)
        {
            WriteLong(writer, (long)step);
        }

        BinaryPrimitives.WriteInt32LittleEndian(writer.Buffer.AsSpan(start), writer.Length - start);
    }

    /// <summary>Bytes of the record at the start of some.</summary>
    public static int Length(ReadOnlySpan<byte> records) => BinaryPrimitives.ReadInt32LittleEndian(records);

    /// <summary>Which of the schema's lengths the window has.</summary>
    public static int Window(ReadOnlySpan<byte> record) => record[WindowAt];

    /// <summary>End of the window.</summary>
    public static long End(ReadOnlySpan<byte> record) => BinaryPrimitives.ReadInt64LittleEndian(record[EndAt..]);

    /// <summary>The key.</summary>
    public static ReadOnlySpan<byte> Key(ReadOnlySpan<byte> record) => record.Slice(KeyAt, BinaryPrimitives.ReadUInt16LittleEndian(record[KeyLengthAt..]));

    /// <summary>Whether bytes from elsewhere are one record, as far as its lengths say.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> record) =>
        record.Length >= KeyAt && Length(record) == record.Length && KeyAt + BinaryPrimitives.ReadUInt16LittleEndian(record[KeyLengthAt..]) <= record.Length;

    /// <summary>Reads a window into a vector of its schema.</summary>
    public static void Read(ReadOnlySpan<byte> record, FeatureVector into)
    {
        into.Key = Key(record).ToArray();
        into.End = End(record);
        into.Start = into.End - into.Schema.Windows[Window(record)];
        into.Events = BinaryPrimitives.ReadInt64LittleEndian(record[EventsAt..]);
        var rest = record[(KeyAt + into.Key.Length)..];
        for (var i = 0; i < into.Values.Length; i++)
        {
            into.Values[i] = BitConverter.Int64BitsToDouble(BinaryPrimitives.ReadInt64LittleEndian(rest));
            rest = rest[8..];
        }

        foreach (var category in into.Categories)
        {
            rest = ReadCategory(rest, category);
        }

        into.Steps.Clear();
        into.Evidence.Clear();
        for (var i = 0; i < rest[0]; i++)
        {
            into.Steps.Add(BinaryPrimitives.ReadUInt64LittleEndian(rest[(1 + (8 * i))..]));
        }
    }

    private static void WriteCategory(ByteWriter writer, List<CategoryCount> category)
    {
        writer.WriteByte(checked((byte)category.Count));
        foreach (var (hash, text, count) in category)
        {
            WriteLong(writer, (long)hash);
            WriteLong(writer, count);
            var to = writer.Reserve(1 + Encoding.UTF8.GetMaxByteCount(text.Length));
            var length = Encoding.UTF8.GetBytes(text, to[1..]);
            to[0] = checked((byte)length);
            writer.Advance(1 + length);
        }
    }

    private static ReadOnlySpan<byte> ReadCategory(ReadOnlySpan<byte> from, List<CategoryCount> category)
    {
        category.Clear();
        var count = from[0];
        from = from[1..];
        for (var i = 0; i < count; i++)
        {
            var length = from[16];
            category.Add(new CategoryCount(
                BinaryPrimitives.ReadUInt64LittleEndian(from), Encoding.UTF8.GetString(from.Slice(17, length)), BinaryPrimitives.ReadInt64LittleEndian(from[8..])));
            from = from[(17 + length)..];
        }

        return from;
    }

    private static void WriteLong(ByteWriter writer, long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(writer.Reserve(8), value);
        writer.Advance(8);
    }
}
