using System.Buffers;
using System.Text;
using SecStream.Core.Text;

namespace SecStream.Stages.Json;

/// <summary>JSON strings: reading escapes and writing them.</summary>
public static class JsonText
{
    /// <summary>Most bytes an escape takes for one byte of text.</summary>
    internal const int MaxEscapeLength = 6;

    // What a JSON string cannot hold as it is, and everything that is not ASCII and so must be checked.
    private static readonly SearchValues<byte> NeedsCare = SearchValues.Create(BytesThatNeedCare());

    /// <summary>
    /// Undoes the escapes of a string (what is between the quotes). A <c>\u</c> escape of a surrogate without its other half becomes U+FFFD:
    /// programs that cut texts produce them, and an event must not get out of sight by one. A malformed escape is kept as it stands.
    /// </summary>
    /// <param name="escaped">The bytes between the quotes.</param>
    /// <param name="destination">At least as long; the result is never longer.</param>
    /// <returns>Number of bytes written.</returns>
    public static int Unescape(ReadOnlySpan<byte> escaped, Span<byte> destination)
    {
        var written = 0;
        while (true)
        {
            var at = escaped.IndexOf((byte)'\\');
            var plain = at < 0 ? escaped : escaped[..at];
            plain.CopyTo(destination[written..]);
            written += plain.Length;
            if (at < 0)
            {
                return written;
            }

            escaped = escaped[at..];
            escaped = escaped[UnescapeOne(escaped, destination, ref written)..];
        }
    }

    /// <summary>Value of a hexadecimal digit, −1 for anything else.</summary>
    internal static int HexValue(byte digit) => digit switch
    {
        >= (byte)'0' and <= (byte)'9' => digit - '0',
        >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
        _ => -1,
    };

    private static int UnescapeOne(ReadOnlySpan<byte> escape, Span<byte> destination, ref int written)
    {
        var kind = escape.Length > 1 ? escape[1] : (byte)0;
        var plain = kind switch
        {
            (byte)'"' or (byte)'\\' or (byte)'/' => kind,
            (byte)'b' => 8,
            (byte)'f' => 12,
            (byte)'n' => 10,
            (byte)'r' => 13,
            (byte)'t' => 9,
            _ => -1,
        };
        if (plain >= 0)
        {
            destination[written++] = (byte)plain;
            return 2;
        }

        var unit = CodeUnit(escape);
        if (unit < 0)
        {
            destination[written++] = (byte)'\\';
            return 1;
        }

        var length = 6;
        if (!Rune.TryCreate((char)unit, out var rune))
        {
            var low = char.IsHighSurrogate((char)unit) ? CodeUnit(escape[6..]) : -1;
            length = low >= 0 && Rune.TryCreate((char)unit, (char)low, out rune) ? 12 : 6;
            rune = length == 12 ? rune : Rune.ReplacementChar;
        }

        written += rune.EncodeToUtf8(destination[written..]);
        return length;
    }

    // The value of a \uXXXX escape at the start of the bytes, −1 when there is none.
    private static int CodeUnit(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 6 || bytes[0] != '\\' || bytes[1] != 'u')
        {
            return -1;
        }

        var value = 0;
        for (var i = 2; i < 6; i++)
        {
            var digit = HexValue(bytes[i]);
            if (digit < 0)
            {
                return -1;
            }

            value = (value << 4) | digit;
        }

        return value;
    }

    /// <summary>
    /// Writes a text as a JSON string with its quotes: quote, backslash and control characters escaped, other UTF-8 as it is, and every
    /// maximal invalid sequence replaced by one U+FFFD, so that the output is valid whatever the input.
    /// </summary>
    public static void WriteEscaped(ByteWriter writer, ReadOnlySpan<byte> text)
    {
        writer.WriteByte((byte)'"');
        while (true)
        {
            var at = text.IndexOfAny(NeedsCare);
            writer.Write(at < 0 ? text : text[..at]);
            if (at < 0)
            {
                break;
            }

            text = text[at..];
            text = text[(text[0] < 0x80 ? WriteEscape(writer, text[0]) : WriteNonAscii(writer, text))..];
        }

        writer.WriteByte((byte)'"');
    }

    private static int WriteEscape(ByteWriter writer, byte value)
    {
        var letter = value switch
        {
            (byte)'"' or (byte)'\\' => value,
            8 => (byte)'b',
            9 => (byte)'t',
            10 => (byte)'n',
            12 => (byte)'f',
            13 => (byte)'r',
            _ => (byte)0,
        };
        if (letter != 0)
        {
            writer.WriteByte((byte)'\\');
            writer.WriteByte(letter);
        }
        else
        {
            writer.Write("\\u00"u8);
            writer.WriteByte("0123456789abcdef"u8[value >> 4]);
            writer.WriteByte("0123456789abcdef"u8[value & 15]);
        }

        return 1;
    }

    // A run of characters beyond ASCII is taken at once: such texts rarely hold just one.
    private static int WriteNonAscii(ByteWriter writer, ReadOnlySpan<byte> text)
    {
        var length = 0;
        while (length < text.Length && text[length] >= 0x80)
        {
            if (Rune.DecodeFromUtf8(text[length..], out _, out var consumed) == OperationStatus.Done)
            {
                length += consumed;
                continue;
            }

            writer.Write(text[..length]);
            writer.Write("\uFFFD"u8);
            return length + consumed;
        }

        writer.Write(text[..length]);
        return length;
    }

    private static byte[] BytesThatNeedCare() =>
        [.. Enumerable.Range(0, 256).Where(b => b is < 0x20 or '"' or '\\' or >= 0x80).Select(b => (byte)b)];
}
