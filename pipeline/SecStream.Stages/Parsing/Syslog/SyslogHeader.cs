namespace SecStream.Stages.Parsing.Syslog;

/// <summary>The pieces in front of a syslog message, cut by hand.</summary>
internal static class SyslogHeader
{
    /// <summary>Takes <c>&lt;PRI&gt;</c> off the front of a line; priority −1 when there is none or it is no number from 0 to 191.</summary>
    public static void SkipPriority(ref ReadOnlySpan<byte> line, out int priority)
    {
        priority = -1;
        if (line.IsEmpty || line[0] != '<')
        {
            return;
        }

        var end = line[..Math.Min(line.Length, 5)].IndexOf((byte)'>');
        if (end > 1 && ByteText.TryDigits(line[1..end], out var value) && value <= 191)
        {
            priority = (int)value;
            line = line[(end + 1)..];
        }
    }

    /// <summary>Takes the first word and one blank after it off the front of a text.</summary>
    public static ReadOnlySpan<byte> TakeWord(scoped ref ReadOnlySpan<byte> text)
    {
        var end = text.IndexOf((byte)' ');
        var word = end < 0 ? text : text[..end];
        text = end < 0 ? default : text[(end + 1)..];
        return word;
    }

    /// <summary>
    /// Splits <c>prog: …</c>, <c>prog[pid]: …</c>, <c>prog(module)[pid]: …</c>. Without such a tag all of the body is the message
    /// ("exiting on signal 15") and the program is empty.
    /// </summary>
    public static SyslogTag SplitTag(ReadOnlySpan<byte> body)
    {
        var end = body[..Math.Min(body.Length, 128)].IndexOfAny(" :[\t"u8);
        if (end <= 0 || body[end] is (byte)' ' or (byte)'\t')
        {
            return new SyslogTag(default, default, body);
        }

        // A program may log under its path; "postfix/smtpd" is a name.
        var program = body[0] == '/' ? body[(body[..end].LastIndexOf((byte)'/') + 1)..end] : body[..end];
        ReadOnlySpan<byte> pid = default;
        if (body[end] == '[')
        {
            var close = body[end..Math.Min(body.Length, end + 32)].IndexOf((byte)']');
            if (close < 0)
            {
                return new SyslogTag(default, default, body);
            }

            pid = body.Slice(end + 1, close - 1);
            end += close + 1;
        }

        var rest = body[end..];
        if (!rest.IsEmpty && rest[0] == ':')
        {
            rest = rest[1..];
        }

        return new SyslogTag(program, pid, !rest.IsEmpty && rest[0] is (byte)' ' or (byte)'\t' ? rest[1..] : rest);
    }

    /// <summary>Length of RFC 5424 structured data at the start of a text, −1 when it is not closed.</summary>
    public static int StructuredDataLength(ReadOnlySpan<byte> text)
    {
        if (!text.IsEmpty && text[0] == '-')
        {
            return 1;
        }

        var at = 0;
        while (at < text.Length && text[at] == '[')
        {
            var quoted = false;
            for (at++; at < text.Length && (quoted || text[at] != ']'); at++)
            {
                if (text[at] == '\\' && quoted)
                {
                    at++;
                }
                else if (text[at] == '"')
                {
                    quoted = !quoted;
                }
            }

            if (at >= text.Length)
            {
                return -1;
            }

            at++;
        }

        return at == 0 ? -1 : at;
    }
}

/// <summary>Program, process id text and message of a line's body.</summary>
internal readonly ref struct SyslogTag(ReadOnlySpan<byte> program, ReadOnlySpan<byte> pid, ReadOnlySpan<byte> message)
{
    public ReadOnlySpan<byte> Program { get; } = program;

    public ReadOnlySpan<byte> Pid { get; } = pid;

    public ReadOnlySpan<byte> Message { get; } = message;
}
