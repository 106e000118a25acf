using System.Numerics;
using System.Runtime.InteropServices;
using SecStream.Core.Events;
using SecStream.Core.Fields;
using SecStream.Core.Text;

namespace SecStream.Stages.Json;

/// <summary>
/// Writes the outgoing document of an event, on one line and without the line end. ECS JSON goes out as it came in, with what was added to it spliced in
/// before the closing brace under dotted keys; other formats become nested ECS JSON in a fixed order, with <c>event.original</c>. The result is
/// valid JSON and valid UTF-8 whatever the event holds. Allocates nothing in steady state. One per worker; not thread-safe.
/// </summary>
public sealed class EcsDocumentWriter
{
    private readonly FieldCatalog _catalog;
    private EcsDocumentPlan _plan;
    private ulong[] _ranks;

    /// <summary>Fields that join the catalog later are written too.</summary>
    public EcsDocumentWriter(FieldCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        _catalog = catalog;
        _plan = new EcsDocumentPlan(catalog.Names);
        _ranks = new ulong[(catalog.Count + 63) / 64];
    }

    /// <summary>
    /// Writes the document; what was added is what the record got after its first <paramref name="parsedCount"/> fields.
    /// </summary>
    /// <param name="record">The event. None of its parsed fields may have been removed meanwhile; one that was overwritten keeps its raw value.</param>
    /// <param name="parsedCount">The record's <see cref="EventRecord.PresentCount"/> when its parser was done. Only read for ECS JSON.</param>
    /// <param name="output">Where to.</param>
    public void Write(EventRecord record, int parsedCount, ByteWriter output) =>
        Write(record, record.IsEcsJson ? record.Present[parsedCount..] : default, output);

    /// <summary>Writes the document. A missing <c>@timestamp</c> is added from the event's time.</summary>
    /// <param name="record">The event.</param>
    /// <param name="added">
    /// Ids of the fields that are not in the raw document, each once; absent ones are left out. Only read for ECS JSON: other documents hold all
    /// fields of the record.
    /// </param>
    /// <param name="output">Where to.</param>
    public void Write(EventRecord record, ReadOnlySpan<int> added, ByteWriter output)
    {
        if (_plan.RankOf.Length != _catalog.Count)
        {
            _plan = new EcsDocumentPlan(_catalog.Names);
            _ranks = new ulong[(_catalog.Count + 63) / 64];
        }

        if (record.IsEcsJson)
        {
            Splice(record, added, output);
        }
        else
        {
            WriteNested(record, output);
        }
    }

    private void Splice(EventRecord record, ReadOnlySpan<int> added, ByteWriter output)
    {
        var body = record.Raw.Trim(" \t\r\n"u8);
        body = body[..^1].TrimEnd(" \t\r\n"u8);
        WriteOnOneLine(output, body);
        var isFirst = body.Length == 1;
        if (!record.Has(Ecs.Timestamp))
        {
            WriteKey(output, _plan.DottedKey[Ecs.Timestamp], ref isFirst);
            WriteTime(output, record.Time);
        }

        foreach (var field in added)
        {
            if (!record.Has(field))
            {
                continue;
            }

            WriteKey(output, _plan.DottedKey[field], ref isFirst);
            if (field == Ecs.Timestamp)
            {
                WriteTime(output, record.Time);
            }
            else
            {
                WriteValue(record, record.Get(field), output);
            }
        }

        output.WriteByte((byte)'}');
    }

    private void WriteNested(EventRecord record, ByteWriter output)
    {
        MarkRanks(record);
        output.WriteByte((byte)'{');
        var isFirst = true;
        ReadOnlySpan<int> open = default;
        for (var rank = NextRank(0); rank >= 0;)
        {
            var leaf = _plan.Leaves[rank];
            rank = NextRank(rank + 1);
            if (rank >= 0 && Contains(leaf, _plan.Leaves[rank]))
            {
                // A value and an object under one name cannot both be written; the value is still in event.original.
                continue;
            }

            var common = open.CommonPrefixLength(leaf.Groups);
            Close(output, open.Length - common, ref isFirst);
            foreach (var group in leaf.Groups.AsSpan(common))
            {
                WriteKey(output, _plan.OpenGroup[group], ref isFirst);
                isFirst = true;
            }

            open = leaf.Groups;
            WriteKey(output, leaf.Key, ref isFirst);
            WriteField(record, leaf.Field, output);
        }

        Close(output, open.Length, ref isFirst);
        output.WriteByte((byte)'}');
    }

    private static void Close(ByteWriter output, int count, ref bool isFirst)
    {
        for (; count > 0; count--)
        {
            output.WriteByte((byte)'}');
            isFirst = false;
        }
    }

    private static bool Contains(EcsDocumentPlan.Leaf outer, EcsDocumentPlan.Leaf inner) =>
        inner.Groups.Length > outer.Groups.Length && inner.Groups[outer.Groups.Length] == outer.Node;

    // The fields present as bits in the order of writing: sorting some twenty of a few hundred costs no more than setting and finding bits.
    private void MarkRanks(EventRecord record)
    {
        Array.Clear(_ranks);
        Mark(Ecs.Timestamp);
        Mark(Ecs.EventOriginal);
        foreach (var field in record.Present)
        {
            Mark(field);
        }
    }

    private void Mark(int field)
    {
        var rank = _plan.RankOf[field];
        _ranks[rank >> 6] |= 1UL << rank;
    }

    private int NextRank(int from)
    {
        if (from >> 6 >= _ranks.Length)
        {
            return -1;
        }

        var word = _ranks[from >> 6] & (ulong.MaxValue << from);
        for (var i = from >> 6; ; word = _ranks[i])
        {
            if (word != 0)
            {
                return (i << 6) + BitOperations.TrailingZeroCount(word);
            }

            if (++i == _ranks.Length)
            {
                return -1;
            }
        }
    }

    private static void WriteKey(ByteWriter output, byte[] key, ref bool isFirst)
    {
        if (!isFirst)
        {
            output.WriteByte((byte)',');
        }

        isFirst = false;
        output.Write(key);
    }

    private static void WriteField(EventRecord record, int field, ByteWriter output)
    {
        switch (field)
        {
            case Ecs.Timestamp:
                WriteTime(output, record.Time);
                break;
            case Ecs.EventOriginal when !record.Has(field):
                JsonText.WriteEscaped(output, record.Raw);
                break;
            default:
                WriteValue(record, record.Get(field), output);
                break;
        }
    }

    private static void WriteValue(EventRecord record, in FieldValue value, ByteWriter output)
    {
        switch (value.Kind)
        {
            case FieldKind.Text:
                JsonText.WriteEscaped(output, record.Text(in value));
                break;
            case FieldKind.Integer:
                output.WriteInteger(value.Bits);
                break;
            case FieldKind.Float:
                WriteFloat(record.Text(in value), value.Number, output);
                break;
            case FieldKind.Bool:
                output.Write(value.Bits != 0 ? "true"u8 : "false"u8);
                break;
            case FieldKind.Time:
                WriteTime(output, value.Bits);
                break;
            case FieldKind.Array:
                WriteOnOneLine(output, record.Text(in value));
                break;
            default:
                output.Write("null"u8);
                break;
        }
    }

    private static void WriteTime(ByteWriter output, long microseconds)
    {
        output.WriteByte((byte)'"');
        output.WriteTimestamp(microseconds);
        output.WriteByte((byte)'"');
    }

    // The digits as they were written, when they are JSON: a parser of another format may have read "+1.50" or "inf".
    private static unsafe void WriteFloat(ReadOnlySpan<byte> text, double number, ByteWriter output)
    {
        fixed (byte* start = &MemoryMarshal.GetReference(text))
        {
            var end = start + text.Length;
            if (text.Length > 0 && JsonScanner.SkipNumber(start, end, out _) == end)
            {
                output.Write(text);
                return;
            }
        }

        output.WriteDouble(number);
    }

    // Line ends in valid JSON are white space between tokens (within strings they are escaped), but the output is a line each.
    private static void WriteOnOneLine(ByteWriter output, ReadOnlySpan<byte> json)
    {
        var line = output.Reserve(json.Length)[..json.Length];
        json.CopyTo(line);
        if (line.ContainsAny((byte)'\n', (byte)'\r'))
        {
            line.Replace((byte)'\n', (byte)' ');
            line.Replace((byte)'\r', (byte)' ');
        }

        output.Advance(json.Length);
    }
}
