using System.Buffers;
using System.Numerics;
using System.Runtime.Intrinsics;
using System.Text;
using SecStream.Core.Text;

namespace SecStream.Stages.Json;

/// <summary>JSON strings: reading escapes and writing them.</summary>
public static class JsonText
{
    /// <summary>Most bytes an escape takes for one byte of text.</summary>
    internal const int MaxEscapeLength = 6;

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
    public static unsafe void WriteEscaped(ByteWriter writer, ReadOnlySpan<byte> text)
    {
        writer.WriteByte((byte)'"');
        while (!text.IsEmpty)
        {
            // In pieces, so that the worst case reserved ahead stays small.
            var piece = Math.Min(text.Length, 2048);
            fixed (byte* source = text)
            fixed (byte* destination = writer.Reserve((MaxEscapeLength * piece) + 64))
            {
                var p = source;
                var written = EscapeAscii(ref p, source + piece, destination);
                writer.Advance((int)(written - destination));
                text = text[(int)(p - source)..];
                piece -= (int)(p - source);
            }

            if (piece > 0)
            {
                text = text[WriteNonAscii(writer, text)..];
            }
        }

        writer.WriteByte((byte)'"');
    }

    /// <summary>
    /// Escapes up to the first byte that is not ASCII; returns the end of what was written. Lines of JSON within JSON are full of quotes, so the
    /// stops of 32 bytes are found at once, and what lies between two of them is copied as 32 bytes, of which the next copy overwrites the rest.
    /// </summary>
    private static unsafe byte* EscapeAscii(ref byte* source, byte* end, byte* d)
    {
        var p = source;
        while (end - p >= 64)
        {
            var block = Vector256.Load(p);
            block.Store(d);
            var stops = JsonScanner.StopMask(block) | block.ExtractMostSignificantBits();
            var done = 0;
            for (; stops != 0; stops &= stops - 1)
            {
                var at = BitOperations.TrailingZeroCount(stops);
                d += at - done;
                if (p[at] >= 0x80)
                {
                    source = p + at;
                    return d;
                }

                d = Escape(p[at], d);
                done = at + 1;
                Vector256.Load(p + done).Store(d);
            }

            d += 32 - done;
            p += 32;
        }

        for (; p < end && *p < 0x80; p++)
        {
            if (*p >= 0x20 && *p != (byte)'"' && *p != (byte)'\\')
            {
                *d++ = *p;
            }
            else
            {
                d = Escape(*p, d);
            }
        }

        source = p;
        return d;
    }

    private static unsafe byte* Escape(byte value, byte* d)
    {
        var letter = value switch
        {
            (byte)'"' or (byte)'\\' => value,
            8 => (byte)'b',
            9 => (byte)'t',
            10 => (byte)'n',
            12 => (byte)'f',
            13 => (byte)'r',
            _ => (byte)'u',
        };
        d[0] = (byte)'\\';
        d[1] = letter;
        if (letter != (byte)'u')
        {
            return d + 2;
        }

        d[2] = (byte)'0';
        d[3] = (byte)'0';
        d[4] = "0123456789abcdef"u8[value >> 4];
        d[5] = "0123456789abcdef"u8[value & 15];
        return d + 6;
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
}
