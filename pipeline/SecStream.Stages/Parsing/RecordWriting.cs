using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SecStream.Core.Events;
using SecStream.Core.Fields;

namespace SecStream.Stages.Parsing;

/// <summary>
/// Setting of fields from a span that may lie anywhere: in the raw bytes (then the field is a slice) or elsewhere, such as the unescaped
/// message of an envelope or a remembered line (then it is copied to the scratch buffer).
/// </summary>
internal static class RecordWriting
{
    /// <summary>Sets a text.</summary>
    public static void Put(this EventRecord record, int field, ReadOnlySpan<byte> text)
    {
        if (TryRawOffset(record, text, out var offset))
        {
            record.SetSlice(field, offset, text.Length);
        }
        else
        {
            record.SetText(field, text);
        }
    }

    /// <summary>Sets an integer that was read from <paramref name="text"/>.</summary>
    public static void PutInteger(this EventRecord record, int field, ReadOnlySpan<byte> text, long value)
    {
        record.Put(field, text);
        ref var slot = ref record.Slot(field);
        slot.Kind = FieldKind.Integer;
        slot.Bits = value;
    }

    /// <summary>Sets an integer when the text is one; otherwise does nothing.</summary>
    public static void PutDigits(this EventRecord record, int field, ReadOnlySpan<byte> text)
    {
        if (ByteText.TryDigits(text, out var value))
        {
            record.PutInteger(field, text, value);
        }
    }

    private static bool TryRawOffset(EventRecord record, ReadOnlySpan<byte> text, out int offset)
    {
        var buffer = record.RawBuffer;
        if (text.IsEmpty)
        {
            offset = record.RawStart;
            return true;
        }

        var distance = Unsafe.ByteOffset(ref MemoryMarshal.GetArrayDataReference(buffer), ref MemoryMarshal.GetReference(text));
        offset = (int)distance;
        return distance >= 0 && distance + text.Length <= buffer.Length;
    }
}
