using SecStream.Core.Events;

namespace SecStream.Core.Text;

/// <summary>Writes event times as <c>2026-11-21T03:04:05.123456Z</c>: fixed width, so that texts sort like times.</summary>
public static class IsoTimestamp
{
    /// <summary>Length of the text in bytes.</summary>
    public const int Length = 27;

    // 0001-01-01 and the last microsecond of 9999: outside of it the width could not be kept.
    private const long Earliest = -62_135_596_800_000_000;
    private const long Latest = 253_402_300_799_999_999;

    /// <summary>
    /// Writes <see cref="Length"/> bytes. <paramref name="microseconds"/> since 1970 UTC, clamped to the years 0001 to 9999.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The destination is shorter than <see cref="Length"/>.</exception>
    public static void Write(long microseconds, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, Length, nameof(destination));
        microseconds = Math.Clamp(microseconds, Earliest, Latest);
        var day = EventClock.DayNumber(microseconds);
        var rest = microseconds - (day * EventClock.Day);
        WriteDate(day, destination);
        var seconds = (int)(rest / EventClock.Second);
        var fraction = (int)(rest % EventClock.Second);
        destination[10] = (byte)'T';
        Two(destination, 11, seconds / 3600);
        destination[13] = (byte)':';
        Two(destination, 14, seconds / 60 % 60);
        destination[16] = (byte)':';
        Two(destination, 17, seconds % 60);
        destination[19] = (byte)'.';
        Two(destination, 20, fraction / 10_000);
        Two(destination, 22, fraction / 100 % 100);
        Two(destination, 24, fraction % 100);
        destination[26] = (byte)'Z';
    }

    // Days to civil date by 400-year eras that begin on 1 March (H. Hinnant, "chrono-compatible low-level date algorithms").
    private static void WriteDate(long day, Span<byte> destination)
    {
        var shifted = day + 719_468;
        var era = (int)(shifted / 146_097);
        var dayOfEra = (int)(shifted - (era * 146_097L));
        var yearOfEra = (dayOfEra - (dayOfEra / 1460) + (dayOfEra / 36_524) - (dayOfEra / 146_096)) / 365;
        var dayOfYear = dayOfEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        var monthFromMarch = ((5 * dayOfYear) + 2) / 153;
        var month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
        var year = yearOfEra + (era * 400) + (month <= 2 ? 1 : 0);
        Two(destination, 0, year / 100);
        Two(destination, 2, year % 100);
        destination[4] = (byte)'-';
        Two(destination, 5, month);
        destination[7] = (byte)'-';
        Two(destination, 8, dayOfYear - (((153 * monthFromMarch) + 2) / 5) + 1);
    }

    private static void Two(Span<byte> destination, int at, int value)
    {
        destination[at + 1] = (byte)('0' + (value % 10));
        destination[at] = (byte)('0' + (value / 10));
    }
}
