namespace SecStream.Stages.Parsing.Access;

/// <summary>
/// One line of the common or combined log format cut into pieces: <c>addr ident user [time] "request" status bytes["referrer" "agent"]</c>,
/// with an optional virtual host in front and anything after. Quoted pieces keep their escapes.
/// </summary>
internal ref struct AccessLine
{
    public ReadOnlySpan<byte> Host;
    public ReadOnlySpan<byte> Address;
    public ReadOnlySpan<byte> User;
    public ReadOnlySpan<byte> Request;
    public ReadOnlySpan<byte> Status;
    public ReadOnlySpan<byte> Bytes;
    public ReadOnlySpan<byte> Referrer;
    public ReadOnlySpan<byte> Agent;
    public long Time;

    /// <summary>Whether a line has an access log's time in brackets, so that it is one, whole or broken.</summary>
    public static bool Recognises(ReadOnlySpan<byte> line) => TimeStart(line, out _) > 0;

    /// <summary>Cuts a line; false when it is broken.</summary>
    public static bool TryParse(ReadOnlySpan<byte> line, out AccessLine parts)
    {
        parts = default;
        if (line.Length > 2 && line[0] == '"' && line[^1] == '"')
        {
            // Exports through spreadsheets and some collectors wrap the whole line once more.
            line = line[1..^1];
        }

        var start = TimeStart(line, out parts.Time);
        if (start <= 0 || !TryFront(line[..start], ref parts))
        {
            return false;
        }

        var rest = line[(start + AccessTimestamp.Length + 2)..];
        if (!TryQuoted(ref rest, out parts.Request) || !TryStatus(ref rest, out parts.Status, out parts.Bytes))
        {
            return false;
        }

        SkipDuration(ref rest);
        return rest.IsEmpty || rest[0] != '"' || (TryQuoted(ref rest, out parts.Referrer) && (rest.IsEmpty || TryQuoted(ref rest, out parts.Agent)));
    }

    /// <summary>
    /// Index after the bracket of the first <c> [time] "</c>. A user name can imitate the time but not the quote after it, which servers escape.
    /// </summary>
    private static int TimeStart(ReadOnlySpan<byte> line, out long time)
    {
        time = 0;
        var from = 0;
        for (var tries = 0; tries < 16; tries++)
        {
            var at = line[from..].IndexOf(" ["u8);
            if (at < 0)
            {
                return -1;
            }

            from += at + 2;
            if (line[from..].Length > AccessTimestamp.Length + 2 && line.Slice(from + AccessTimestamp.Length, 3).SequenceEqual("] \""u8)
                && AccessTimestamp.TryParse(line[from..], out time))
            {
                return from;
            }
        }

        return -1;
    }

    private static bool TryFront(ReadOnlySpan<byte> front, ref AccessLine parts)
    {
        // "addr ident user [": three words, the last of which may hold blanks, or four with a virtual host "name:port" first.
        front = front[..^2];
        var first = TakeAddress(ref front);
        var rest = front;
        var second = TakeAddress(ref rest);
        if (first.IsEmpty || front.IsEmpty)
        {
            return false;
        }

        var client = WithoutPort(first);
        var isIp = Enrichment.IpParser.TryParse(client, out _);
        var isHostWithPort = second.Length > 1 && first.Contains((byte)':') && !Enrichment.IpParser.TryParse(first, out _) && rest.StartsWith("- "u8);
        if (isHostWithPort || (!isIp && rest.Contains((byte)' ') && Enrichment.IpParser.TryParse(WithoutPort(second), out _)))
        {
            var port = first.LastIndexOf((byte)':');
            parts.Host = port < 0 ? first : first[..port];
            client = WithoutPort(second);
            front = rest;
        }

        // The identity is one word; what is left is the user.
        Syslog.SyslogHeader.TakeWord(ref front);
        parts.Address = client;
        parts.User = front.Trim((byte)' ');
        return true;
    }

    /// <summary>The first word; of a list of addresses ("client, proxy, proxy") the whole list is taken and the client given.</summary>
    private static ReadOnlySpan<byte> TakeAddress(scoped ref ReadOnlySpan<byte> front)
    {
        var first = Syslog.SyslogHeader.TakeWord(ref front);
        for (var word = first; word.EndsWith(","u8) && !front.IsEmpty;)
        {
            word = Syslog.SyslogHeader.TakeWord(ref front);
        }

        var comma = first.IndexOf((byte)',');
        return comma < 0 ? first : first[..comma];
    }

    /// <summary><c>1.2.3.4:5678</c>, <c>[2001:db8::1]:443</c> and <c>[2001:db8::1]</c> as the address alone.</summary>
    private static ReadOnlySpan<byte> WithoutPort(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("["u8) && text.IndexOf((byte)']') is var close and > 0)
        {
            return text[1..close];
        }

        var colon = text.IndexOf((byte)':');
        return colon > 0 && Enrichment.IpParser.TryParseIPv4(text[..colon], out _) ? text[..colon] : text;
    }

    /// <summary>Some servers write how long the answer took between its size and the referrer.</summary>
    private static void SkipDuration(scoped ref ReadOnlySpan<byte> rest)
    {
        var after = rest;
        var word = Syslog.SyslogHeader.TakeWord(ref after);
        if (!word.IsEmpty && (ByteText.IsDigit(word[0]) || word.SequenceEqual("-"u8)) && after.StartsWith("\""u8))
        {
            rest = after;
        }
    }

    /// <summary>Takes <c>"…"</c> and the blanks after it; a backslash hides the byte after it.</summary>
    private static bool TryQuoted(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> content)
    {
        content = default;
        if (rest.IsEmpty || rest[0] != '"')
        {
            return false;
        }

        var at = 1;
        while (true)
        {
            var stop = rest[at..].IndexOfAny((byte)'"', (byte)'\\');
            if (stop < 0)
            {
                return false;
            }

            at += stop;
            if (rest[at] == '"')
            {
                break;
            }

            at = Math.Min(at + 2, rest.Length);
        }

        content = rest[1..at];
        rest = rest[(at + 1)..].TrimStart((byte)' ');
        return true;
    }

    private static bool TryStatus(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> status, out ReadOnlySpan<byte> bytes)
    {
        status = Syslog.SyslogHeader.TakeWord(ref rest);
        bytes = Syslog.SyslogHeader.TakeWord(ref rest);
        return status.Length == 3 && ByteText.TryDigits(status, out _) && !bytes.IsEmpty && (bytes[0] == '-' || ByteText.TryDigits(bytes, out _));
    }
}
