using SecStream.Stages.Parsing.Time;

namespace SecStream.Stages.Parsing.Syslog;

/// <summary>
/// What some daemons put into a syslog header besides time, host and tag: the name of the day (OpenWrt, ctime), facility and severity in words
/// or numbers (BusyBox, FreeBSD's <c>syslogd -v</c>), a message number (Solaris), tabs for blanks.
/// </summary>
internal static class HeaderVariants
{
    /// <summary>Takes <c>Tue </c> off the front of a line when a date follows.</summary>
    public static ReadOnlySpan<byte> SkipWeekday(ReadOnlySpan<byte> line)
    {
        if (line.Length < 15 || line[3] != ' ' || !IsWeekday(line))
        {
            return line;
        }

        return CivilTime.Month(line[4..]) > 0 ? line[4..] : line;
    }

    /// <summary>Takes a word off the front, and the blanks and tabs after it.</summary>
    public static ReadOnlySpan<byte> TakeWord(scoped ref ReadOnlySpan<byte> text)
    {
        var end = text.IndexOfAny((byte)' ', (byte)'\t');
        var word = end < 0 ? text : text[..end];
        text = end < 0 ? default : text[(end + 1)..].TrimStart(" \t"u8);
        return word;
    }

    /// <summary>Takes <c>&lt;auth.info&gt;</c>, <c>&lt;4.6&gt;</c> or <c>auth.info</c> off the front; the line stays as it is without.</summary>
    public static void SkipFacility(scoped ref ReadOnlySpan<byte> line)
    {
        var rest = line;
        var word = TakeWord(ref rest);
        if (word.Length > 2 && word[0] == '<' && word[^1] == '>' && word.Contains((byte)'.'))
        {
            line = rest;
            return;
        }

        var dot = word.IndexOf((byte)'.');
        if (dot > 0 && IsFacility(word[..dot]) && IsSeverity(word[(dot + 1)..]))
        {
            line = rest;
        }
    }

    /// <summary>Takes Solaris's <c>[ID 800047 auth.info] </c> off the front of a message.</summary>
    public static ReadOnlySpan<byte> SkipMessageId(ReadOnlySpan<byte> message)
    {
        if (!message.StartsWith("[ID "u8))
        {
            return message;
        }

        var end = message[..Math.Min(message.Length, 48)].IndexOf("] "u8);
        return end < 0 ? message : message[(end + 2)..];
    }

    /// <summary>Whether a text begins with a tag's word: <c>sshd:</c> or <c>sshd[1]:</c>.</summary>
    public static bool StartsWithTag(ReadOnlySpan<byte> text)
    {
        var word = TakeWord(ref text);
        return word.Length > 1 && word[^1] == ':' && (char.IsAsciiLetter((char)word[0]) || word[0] is (byte)'/' or (byte)'_');
    }

    private static bool IsWeekday(ReadOnlySpan<byte> text) =>
        text.StartsWith("Mon"u8) || text.StartsWith("Tue"u8) || text.StartsWith("Wed"u8) || text.StartsWith("Thu"u8) || text.StartsWith("Fri"u8)
        || text.StartsWith("Sat"u8) || text.StartsWith("Sun"u8);

    private static bool IsFacility(ReadOnlySpan<byte> text) =>
        text.SequenceEqual("auth"u8) || text.SequenceEqual("authpriv"u8) || text.SequenceEqual("daemon"u8) || text.SequenceEqual("user"u8)
        || text.SequenceEqual("kern"u8) || text.SequenceEqual("cron"u8) || text.SequenceEqual("mail"u8) || text.SequenceEqual("syslog"u8)
        || text.SequenceEqual("security"u8) || text.SequenceEqual("ftp"u8) || text.SequenceEqual("lpr"u8) || text.SequenceEqual("news"u8)
        || text.SequenceEqual("uucp"u8) || text.SequenceEqual("ntp"u8) || text.SequenceEqual("console"u8)
        || (text.Length == 6 && text.StartsWith("local"u8) && text[5] is >= (byte)'0' and <= (byte)'7');

    private static bool IsSeverity(ReadOnlySpan<byte> text) =>
        text.SequenceEqual("info"u8) || text.SequenceEqual("notice"u8) || text.SequenceEqual("warn"u8) || text.SequenceEqual("warning"u8)
        || text.SequenceEqual("err"u8) || text.SequenceEqual("error"u8) || text.SequenceEqual("crit"u8) || text.SequenceEqual("debug"u8)
        || text.SequenceEqual("alert"u8) || text.SequenceEqual("emerg"u8) || text.SequenceEqual("panic"u8);
}
