namespace SecStream.Stages.Parsing.Time;

/// <summary>Times written as a number since 1970: the size tells the unit (seconds until 10¹¹, then milli-, micro- and nanoseconds).</summary>
internal static class EpochTimestamp
{
    // The last microsecond of the year 9999.
    private const double Last = 253_402_300_800e6;

    /// <summary>Microseconds of an integer in whichever unit.</summary>
    public static bool TryConvert(long value, out long time)
    {
        time = value switch
        {
            < 0 => -1,
            < 100_000_000_000 => value * 1_000_000,
            < 100_000_000_000_000 => value * 1_000,
            < 100_000_000_000_000_000 => value,
            _ => value / 1_000,
        };
        return time is >= 0 && time < Last;
    }

    /// <summary>Microseconds of a number with decimals.</summary>
    public static bool TryConvert(double value, out long time)
    {
        var scaled = value switch
        {
            < 1e11 => value * 1e6,
            < 1e14 => value * 1e3,
            < 1e17 => value,
            _ => value / 1e3,
        };
        var good = scaled is >= 0 and < Last;
        time = good ? (long)Math.Round(scaled) : 0;
        return good;
    }
}
