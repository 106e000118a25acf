using System.Runtime.CompilerServices;
using SecStream.Core.Events;
using SecStream.Core.Fields;

namespace SecStream.Stages.Json;

/// <content>Values other than a string without escapes.</content>
public sealed unsafe partial class JsonFieldParser
{
    // A gap that is malformed, or too long to be remembered, and the value after it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private byte* ReadWithoutMemory(EventRecord record, byte* p, byte* memory, in JsonInput input)
    {
        p = ReadGap(p, in input, p == input.Start ? Expect.Document : Expect.CommaOrClose, out var path);
        return p == null ? null : ReadBehindGap(record, p, memory, in input, path.Node);
    }

    private byte* ReadBehindGap(EventRecord record, byte* p, byte* memory, in JsonInput input, int node)
    {
        if (node == JsonGap.DocumentEnd)
        {
            _error = JsonError.None;
            return null;
        }

        return ReadValue(record, p, memory, in input, node);
    }

    /// <summary>From the first byte of a value to behind its last, the field set; null and <see cref="_error"/> at the end of the scan.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private byte* ReadValue(EventRecord record, byte* p, byte* memory, in JsonInput input, int node)
    {
        _error = JsonError.Syntax;
        var field = _map.FieldOf(node);

        // The gap was recognised by its bytes; this time it may have more white space at its end.
        p = JsonScanner.SkipSpace(p, input.End);
        switch (p < input.End ? *p : 0)
        {
            case (byte)'"':
                return ReadString(record, p + 1, memory, in input, field);
            case (byte)'{' or (byte)'[':
                return ReadContainer(record, p, memory, in input, node, field);
            case (byte)'t' or (byte)'f' or (byte)'n':
                return ReadLiteral(record, p, memory, in input, field);
            default:
                return ReadNumber(record, p, memory, in input, field);
        }
    }

    private static byte* ReadString(EventRecord record, byte* p, byte* memory, in JsonInput input, int field)
    {
        var close = JsonScanner.SkipString(p, in input, out var escaped);
        if (close == null)
        {
            return null;
        }

        var length = (int)(close - p);
        if (field >= 0 && !escaped)
        {
            record.SetSlice(field, (int)(p - memory), length);
        }
        else if (field >= 0)
        {
            var scratch = record.RentScratch(length, out var offset);
            var written = JsonText.Unescape(new ReadOnlySpan<byte>(p, length), scratch);
            record.TrimScratch(offset + written);
            ref var slot = ref record.Slot(field);
            slot.Kind = FieldKind.Text;
            slot.InScratch = true;
            slot.Offset = offset;
            slot.Length = written;
        }

        return close + 1;
    }

    private byte* ReadContainer(EventRecord record, byte* p, byte* memory, in JsonInput input, int node, int field)
    {
        if (*p == (byte)'{' && _map.HasChildren(node))
        {
            // The gap before was learned with a plain value behind it. Reading a gap enters such objects itself, so this happens once at most.
            var path = default(GapPath);
            p = Open(p, node, ref path);
            p = p == null ? null : ReadGap(p, in input, Expect.KeyOrClose, out path);
            return p == null ? null : ReadBehindGap(record, p, memory, in input, path.Node);
        }

        var end = JsonScanner.SkipValue(p, in input, (int)(_top - _bottom), out var kind, out _, out _error);
        if (end != null && kind == JsonKind.Array && field >= 0)
        {
            Set(record, field, FieldKind.Array, p, end, memory);
        }

        return end;
    }

    private static byte* ReadLiteral(EventRecord record, byte* p, byte* memory, in JsonInput input, int field)
    {
        var end = JsonScanner.SkipScalar(p, in input, out var kind, out _);
        if (end != null && field >= 0)
        {
            Set(record, field, kind == JsonKind.Null ? FieldKind.Null : FieldKind.Bool, p, end, memory).Bits = kind == JsonKind.True ? 1 : 0;
        }

        return end;
    }

    private static byte* ReadNumber(EventRecord record, byte* p, byte* memory, in JsonInput input, int field)
    {
        var end = JsonScanner.SkipNumber(p, input.End, out var isInteger);
        if (end == null || field < 0)
        {
            return end;
        }

        var token = new ReadOnlySpan<byte>(p, (int)(end - p));
        if (isInteger && JsonNumber.TryInteger(token, out var integer))
        {
            Set(record, field, FieldKind.Integer, p, end, memory).Bits = integer;
        }
        else
        {
            Set(record, field, FieldKind.Float, p, end, memory).Bits = BitConverter.DoubleToInt64Bits(JsonNumber.Float(token));
        }

        return end;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref FieldValue Set(EventRecord record, int field, FieldKind kind, byte* start, byte* end, byte* memory)
    {
        ref var slot = ref record.Slot(field);
        slot.Kind = kind;
        slot.InScratch = false;
        slot.Offset = (int)(start - memory);
        slot.Length = (int)(end - start);
        return ref slot;
    }
}
