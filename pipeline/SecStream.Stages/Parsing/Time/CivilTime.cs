using SecStream.Core.Events;

namespace SecStream.Stages.Parsing.Time;

/// <summary>Proleptic Gregorian dates as microseconds since 1970, by arithmetic only.</summary>
internal static class CivilTime
{
    /// <summary>Days since 1970-01-01 (Hinnant's algorithm). A 29 February of a common year is its 1 March.</summary>
    public static long Days(int year, int month, int day)
    {
        var y = month <= 2 ? year - 1 : year;
        var era = (y >= 0 ? y : y - 399) / 400;
        var yearOfEra = y - (era * 400);
        var dayOfYear = (((153 * (month + (month > 2 ? -3 : 9))) + 2) / 5) + day - 1;
        var dayOfEra = (yearOfEra * 365) + (yearOfEra / 4) - (yearOfEra / 100) + dayOfYear;
        return ((long)era * 146097) + dayOfEra - 719468;
    }

    /// <summary>Microseconds since 1970 of a date and a time of day in microseconds.</summary>
    public static long Microseconds(int year, int month, int day, long timeOfDay) => (Days(year, month, day) * EventClock.Day) + timeOfDay;

    /// <summary>Whether the date exists in a leap year and the time of day exists (a leap second counts).</summary>
    public static bool IsValid(int month, int day, int hour, int minute, int second) =>
        (uint)(month - 1) < 12 && day >= 1 && day <= MonthLengths[month - 1] && (uint)hour < 24 && (uint)minute < 60 && (uint)second <= 60;

    /// <summary>Time of day in microseconds.</summary>
    public static long TimeOfDay(int hour, int minute, int second, int microsecond) =>
        (((((hour * 60L) + minute) * 60) + second) * EventClock.Second) + microsecond;

    /// <summary>1–12 for a three-letter English month name in its usual case, else 0.</summary>
    public static int Month(ReadOnlySpan<byte> text)
    {
        if (text.Length < 3)
        {
            return 0;
        }

        return ((text[0] << 16) | (text[1] << 8) | text[2]) switch
        {
            0x4A616E => 1,
            0x466562 => 2,
            0x4D6172 => 3,
            0x417072 => 4,
            0x4D6179 => 5,
            0x4A756E => 6,
            0x4A756C => 7,
            0x417567 => 8,
            0x536570 => 9,
            0x4F6374 => 10,
            0x4E6F76 => 11,
            0x446563 => 12,
            _ => 0,
        };
    }

    private static ReadOnlySpan<byte> MonthLengths => [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
}
