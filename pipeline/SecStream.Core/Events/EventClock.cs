namespace SecStream.Core.Events;

/// <summary>Event time is a 64-bit count of microseconds since 1970-01-01T00:00:00Z. This class names the units.</summary>
public static class EventClock
{
    /// <summary>Microseconds in a second.</summary>
    public const long Second = 1_000_000;

    /// <summary>Microseconds in a minute.</summary>
    public const long Minute = 60 * Second;

    /// <summary>Microseconds in an hour.</summary>
    public const long Hour = 60 * Minute;

    /// <summary>Microseconds in a day.</summary>
    public const long Day = 24 * Hour;

    /// <summary>A duration in microseconds.</summary>
    public static long ToMicroseconds(TimeSpan span) => span.Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>An instant in microseconds since 1970.</summary>
    public static long ToMicroseconds(DateTimeOffset instant) => (instant.UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>The instant of an event time.</summary>
    public static DateTimeOffset ToInstant(long microseconds) => new(DateTime.UnixEpoch.Ticks + (microseconds * TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

    /// <summary>The UTC day number of an event time (floor, also before 1970).</summary>
    public static long DayNumber(long microseconds) => Math.DivRem(microseconds, Day, out var rest) + (rest < 0 ? -1 : 0);
}
