using SecStream.Core.Events;

namespace SecStream.Stages.Parsing.Time;

/// <summary>
/// ISO 8601 times as logs write them: <c>2026-05-01T10:00:00</c>, <c>T</c> or blank between, 0–9 decimals after a point or comma (the
/// seventh and later are cut off), then nothing, <c>Z</c>, <c>+hh:mm</c>, <c>+hhmm</c> or <c>+hh</c>. Also a bare date.
/// </summary>
internal static class IsoTimestamp
{
    /// <summary>Reads a whole text. <paramref name="time"/> is UTC when <paramref name="hasZone"/>, else local.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out long time, out bool hasZone)
    {
        time = 0;
        hasZone = false;
        if (text.Length < 10 || text[4] != '-' || text[7] != '-')
        {
            return false;
        }

        int century = ByteText.TwoDigits(text, 0), rest = ByteText.TwoDigits(text, 2);
        int month = ByteText.TwoDigits(text, 5), day = ByteText.TwoDigits(text, 8);
        var year = (century * 100) + rest;
        if (century < 0 || rest < 0 || year == 0 || !CivilTime.IsValid(month, day, 0, 0, 0))
        {
            return false;
        }

        if (text.Length == 10)
        {
            time = CivilTime.Microseconds(year, month, day, 0);
            return true;
        }

        if (!TryTimeOfDay(text, out var timeOfDay, out var at) || !TryOffset(text[at..], out var offset, out hasZone))
        {
            return false;
        }

        time = CivilTime.Microseconds(year, month, day, timeOfDay) - offset;
        return true;
    }

    private static bool TryTimeOfDay(ReadOnlySpan<byte> text, out long timeOfDay, out int at)
    {
        timeOfDay = 0;
        at = 16;
        int hour = ByteText.TwoDigits(text, 11), minute = ByteText.TwoDigits(text, 14), second = 0;
        if (text.Length < 16 || (text[10] | 0x20) is not ('t' or ' ') || text[13] != ':')
        {
            return false;
        }

        var microsecond = 0;
        if (text.Length > 16 && text[16] == ':')
        {
            second = ByteText.TwoDigits(text, 17);
            at = 19;
            if (at < text.Length && text[at] is (byte)'.' or (byte)',' && !TryFraction(text, ref at, out microsecond))
            {
                return false;
            }
        }

        timeOfDay = CivilTime.TimeOfDay(hour, minute, second, microsecond);
        return CivilTime.IsValid(1, 1, hour, minute, second);
    }

    /// <summary>Reads <c>.digits</c> at <paramref name="at"/> as microseconds.</summary>
    public static bool TryFraction(ReadOnlySpan<byte> text, ref int at, out int microsecond)
    {
        microsecond = 0;
        var scale = 100_000;
        var first = ++at;
        while (at < text.Length && ByteText.IsDigit(text[at]))
        {
            microsecond += (text[at] - '0') * scale;
            scale /= 10;
            at++;
        }

        return at > first && at - first <= 9;
    }

    /// <summary>Reads a zone (<c>Z</c> or an offset) that is the whole text; an empty text is a local time.</summary>
    public static bool TryOffset(ReadOnlySpan<byte> text, out long offset, out bool hasZone)
    {
        offset = 0;
        hasZone = !text.IsEmpty;
        if (!hasZone || (text.Length == 1 && text[0] is (byte)'Z' or (byte)'z'))
        {
            return true;
        }

        var minutesAt = text.Length == 6 && text[3] == ':' ? 4 : 3;
        int hours = ByteText.TwoDigits(text, 1), minutes = text.Length == 3 ? 0 : ByteText.TwoDigits(text, minutesAt);
        if (text[0] is not ((byte)'+' or (byte)'-') || (uint)hours > 18 || (uint)minutes > 59 || (text.Length != 3 && text.Length != minutesAt + 2))
        {
            return false;
        }

        offset = ((hours * 60L) + minutes) * EventClock.Minute * (text[0] == '-' ? -1 : 1);
        return true;
    }
}
