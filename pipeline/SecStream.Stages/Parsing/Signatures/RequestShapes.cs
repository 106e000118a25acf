namespace SecStream.Stages.Parsing.Signatures;

/// <summary>Signs of attack that are shapes rather than texts, in normalised requests. Each is one pass.</summary>
internal static class RequestShapes
{
    /// <summary>Adds to the scores what the shapes say.</summary>
    public static void Score(ReadOnlySpan<byte> text, Span<int> scores)
    {
        scores[(int)Accusation.Sql] += Comparisons(text) + Tail(text) + Breakouts(text);
        scores[(int)Accusation.Command] += Commands(text);
    }

    /// <summary>Comparisons of a thing with itself (<c>1=1</c>, <c>'a'='a</c>) after a word or quote, not a parameter and its value.</summary>
    private static int Comparisons(ReadOnlySpan<byte> text)
    {
        var score = 0;
        for (var at = 1; at + 1 < text.Length && score < 6; at++)
        {
            if (text[at] != '=')
            {
                continue;
            }

            var left = text[..at].TrimEnd(" '\"()%"u8);
            var right = text[(at + 1)..].TrimStart(" '\"()%"u8);
            var start = left.Length;
            while (start > 0 && IsWord(left[start - 1]))
            {
                start--;
            }

            var length = left.Length - start;
            var same = length > 0 && right.Length >= length && right[..length].SequenceEqual(left[start..])
                && (right.Length == length || !IsWord(right[length]));
            var afterWord = start > 3 && (left[..start].EndsWith(" or "u8) || left[..start].EndsWith(" and "u8));
            var isNumber = length > 0 && left[start..].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;
            if (afterWord && isNumber && right.Length > 0 && ByteText.IsDigit(right[0]))
            {
                // "… or 7140=9977": nobody else compares two numbers.
                score += 6;
            }
            else if (same && start > 0 && left[start - 1] is (byte)' ' or (byte)'\'' or (byte)'"' or (byte)'(')
            {
                score += isNumber ? 6 : 4;
            }
        }

        return score;
    }

    /// <summary>A comment that cuts off the rest of a statement.</summary>
    private static int Tail(ReadOnlySpan<byte> text)
    {
        var end = text.TrimEnd((byte)' ');
        if (end.Length < 4 || !(end.EndsWith("--"u8) || end.EndsWith("#"u8) || end.EndsWith("/*"u8)))
        {
            return 0;
        }

        // A link's own anchor ends in "#"; it has neither quote nor bracket nor the blank of a statement.
        return end.IndexOfAny("'\"()"u8) >= 0 ? 3 : end.Contains((byte)' ') ? 2 : 0;
    }

    /// <summary>A quote or bracket that ends early and is followed by a word of SQL.</summary>
    private static int Breakouts(ReadOnlySpan<byte> text)
    {
        var score = 0;
        for (var at = 0; at < text.Length && score < 6; at++)
        {
            if (text[at] is not ((byte)'\'' or (byte)'"' or (byte)')' or (byte)'`'))
            {
                continue;
            }

            var rest = text[(at + 1)..].TrimStart(" )%;"u8);
            var word = Word(rest);
            if (word.SequenceEqual("or"u8) || word.SequenceEqual("and"u8) || word.SequenceEqual("as"u8) || word.SequenceEqual("union"u8)
                || word.SequenceEqual("where"u8) || word.SequenceEqual("order"u8) || word.SequenceEqual("having"u8) || word.SequenceEqual("select"u8)
                || word.SequenceEqual("waitfor"u8) || word.SequenceEqual("rlike"u8) || word.SequenceEqual("procedure"u8))
            {
                score += 2;
            }
        }

        return score;
    }

    /// <summary>A shell separator and a command word that stands alone.</summary>
    private static int Commands(ReadOnlySpan<byte> text)
    {
        for (var at = 0; at < text.Length; at++)
        {
            var b = text[at];
            var separates = b is (byte)';' or (byte)'|' or (byte)'`' || (b == '&' && at + 1 < text.Length && text[at + 1] is (byte)'&' or (byte)' ');
            if (!separates)
            {
                continue;
            }

            var rest = text[(at + 1)..].TrimStart(" |&"u8);
            var word = Word(rest);
            var after = word.Length < rest.Length ? rest[word.Length] : (byte)' ';
            if (after is (byte)' ' or (byte)';' or (byte)'|' or (byte)'`' or (byte)'&' or (byte)'"' or (byte)'\'' && IsCommand(word))
            {
                return 6;
            }
        }

        return 0;
    }

    private static bool IsCommand(ReadOnlySpan<byte> word) => word.Length is >= 2 and <= 8 && CommandWords.TryGet(word, out _);

    private static ReadOnlySpan<byte> Word(ReadOnlySpan<byte> text)
    {
        var length = 0;
        while (length < text.Length && length < 16 && IsWord(text[length]))
        {
            length++;
        }

        return text[..length];
    }

    private static bool IsWord(byte b) => ByteText.IsLetter(b) || ByteText.IsDigit(b) || b == '_';

    private static readonly ByteTable<bool> CommandWords = new(
        new[] { "id", "ls", "cat", "uname", "whoami", "ping", "wget", "curl", "nc", "netstat", "ifconfig", "ipconfig", "dir", "sleep", "sh",
            "bash", "pwd", "ps", "chmod", "rm" }
            .Select(w => (w, true)));
}
