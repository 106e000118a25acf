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
        var first = Syslog.SyslogHeader.TakeWord(ref front);
        var second = Syslog.SyslogHeader.TakeWord(ref front);
        if (first.IsEmpty || front.IsEmpty)
        {
            return false;
        }

        if (second.Length > 1 && first.Contains((byte)':') && !Enrichment.IpParser.TryParse(first, out _) && front.StartsWith("- "u8))
        {
            parts.Host = first[..first.LastIndexOf((byte)':')];
            parts.Address = second;
            front = front[2..];
        }
        else
        {
            parts.Address = first;
        }

        parts.User = front;
        return true;
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
