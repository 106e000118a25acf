using SecStream.Stages.Parsing.Time;

namespace SecStream.Stages.Parsing.Syslog;

/// <summary>A date without zone and mostly without year (<see cref="Year"/> 0), and the length of its text.</summary>
internal readonly record struct LocalStamp(int Year, int Month, int Day, long TimeOfDay, int Length);

/// <summary><c>Mmm dd hh:mm:ss</c>, also with decimals and with a year before the month or before or after the time of day (Cisco, ctime).</summary>
internal static class Rfc3164Timestamp
{
    /// <summary>Whether a line begins with <c>2026 May </c>.</summary>
    public static bool StartsWithYear(ReadOnlySpan<byte> line) =>
        line.Length > 20 && line[4] == ' ' && line[8] == ' ' && ByteText.TryDigits(line[..4], out var year) && year > 0 && CivilTime.Month(line[5..]) > 0;

    /// <summary>Reads the time at the start of a line; a blank, a tab, a colon or the end must follow.</summary>
    public static bool TryParse(ReadOnlySpan<byte> line, out LocalStamp stamp)
    {
        if (!StartsWithYear(line))
        {
            return TryFromMonth(line, out stamp);
        }

        var good = TryFromMonth(line[5..], out stamp) && stamp.Year == 0;
        stamp = stamp with { Year = (line[0] * 1000) + (line[1] * 100) + (line[2] * 10) + line[3] - ('0' * 1111), Length = stamp.Length + 5 };
        return good;
    }

    private static bool TryFromMonth(ReadOnlySpan<byte> line, out LocalStamp stamp)
    {
        stamp = default;
        var month = CivilTime.Month(line);
        if (month == 0 || line.Length < 14 || line[3] != ' ')
        {
            return false;
        }

        var at = line[4] == ' ' ? 5 : 4;
        if (!ByteText.IsDigit(line[at]))
        {
            return false;
        }

        var day = line[at++] - '0';
        if (ByteText.IsDigit(line[at]))
        {
            day = (day * 10) + line[at++] - '0';
        }

        var year = 0;
        if (line.Length > at + 5 && line[at] == ' ' && line[at + 5] == ' ' && ByteText.TryDigits(line.Slice(at + 1, 4), out var written))
        {
            year = (int)written;
            at += 5;
        }

        return line[at] == ' ' && TryTimeOfDay(line, month, day, year, at + 1, out stamp);
    }

    private static bool TryTimeOfDay(ReadOnlySpan<byte> line, int month, int day, int year, int at, out LocalStamp stamp)
    {
        stamp = default;
        int hour = ByteText.TwoDigits(line, at), minute = ByteText.TwoDigits(line, at + 3), second = ByteText.TwoDigits(line, at + 6);
        if (!CivilTime.IsValid(month, day, hour, minute, second) || line[at + 2] != ':' || line[at + 5] != ':')
        {
            return false;
        }

        at += 8;
        var microsecond = 0;
        if (at < line.Length && line[at] is (byte)'.' or (byte)',' && !IsoTimestamp.TryFraction(line, ref at, out microsecond))
        {
            return false;
        }

        if (year == 0 && TryTrailingYear(line, at, out year))
        {
            at += 5;
        }

        stamp = new LocalStamp(year, month, day, CivilTime.TimeOfDay(hour, minute, second, microsecond), at);
        return at == line.Length || line[at] is (byte)' ' or (byte)'\t' or (byte)':';
    }

    /// <summary>
    /// A year after the time. A host may be named like a year: then a tag follows it, so what is followed by a tag is a host.
    /// </summary>
    private static bool TryTrailingYear(ReadOnlySpan<byte> line, int at, out int year)
    {
        year = 0;
        if (line.Length < at + 7 || line[at] != ' ' || line[at + 5] != ' ' || !ByteText.TryDigits(line.Slice(at + 1, 4), out var written)
            || written is < 1970 or > 2999 || HeaderVariants.StartsWithTag(line[(at + 6)..]))
        {
            return false;
        }

        year = (int)written;
        return true;
    }
}
