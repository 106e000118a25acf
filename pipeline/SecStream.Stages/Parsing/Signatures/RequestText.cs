namespace SecStream.Stages.Parsing.Signatures;

/// <summary>Brings a request to the form the patterns are written in.</summary>
internal static class RequestText
{
    /// <summary>
    /// Percent-decodes twice, takes <c>+</c> for a blank, lower-cases ASCII, turns SQL comments and all white space into single blanks. Reads and
    /// writes at most the length of <paramref name="target"/>; returns the length written.
    /// </summary>
    public static int Normalise(ReadOnlySpan<byte> source, Span<byte> target)
    {
        var length = Math.Min(source.Length, target.Length);
        source[..length].CopyTo(target);
        length = Decode(target[..length], plusIsBlank: true);
        length = Decode(target[..length], plusIsBlank: false);
        return Fold(target[..length]);
    }

    /// <summary>Percent-decodes in place.</summary>
    private static int Decode(Span<byte> text, bool plusIsBlank)
    {
        var to = 0;
        for (var at = 0; at < text.Length; at++)
        {
            var b = text[at];
            if (b == '%' && at + 2 < text.Length && Hex(text[at + 1]) is var high and >= 0 && Hex(text[at + 2]) is var low and >= 0)
            {
                b = (byte)((high << 4) | low);
                at += 2;
            }
            else if (b == '+' && plusIsBlank)
            {
                b = (byte)' ';
            }

            text[to++] = b;
        }

        return to;
    }

    private static int Fold(Span<byte> text)
    {
        var to = 0;
        for (var at = 0; at < text.Length; at++)
        {
            var b = text[at];
            if (b == '/' && at + 3 < text.Length && text[at + 1] == '*' && text[(at + 2)..].IndexOf("*/"u8) is var end and >= 0)
            {
                at += end + 3;
                b = (byte)' ';
            }

            b = b is 9 or 10 or 11 or 12 or 13 ? (byte)' ' : ByteText.Lower(b);
            if (b != ' ' || to == 0 || text[to - 1] != ' ')
            {
                text[to++] = b;
            }
        }

        return to;
    }

    private static int Hex(byte b) => b switch
    {
        >= (byte)'0' and <= (byte)'9' => b - '0',
        >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => b - 'A' + 10,
        _ => -1,
    };
}
