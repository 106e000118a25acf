using System.Globalization;
using SecStream.Core.Events;

namespace SecStream.Training.Days;

/// <summary>UTC days, as numbers since 1970 and as people write them.</summary>
public static class UtcDay
{
    private const string Form = "yyyy-MM-dd";

    /// <summary>The day that a window belongs to: the one that its end, which is not part of it, closes.</summary>
    public static long OfWindowEnd(long end) => EventClock.DayNumber(end - 1);

    /// <summary>The last day that is over.</summary>
    public static long LastWhole(DateTimeOffset now) => EventClock.DayNumber(EventClock.ToMicroseconds(now)) - 1;

    /// <summary>A day as <c>2026-03-28</c>.</summary>
    public static string Show(long day) => EventClock.ToInstant(day * EventClock.Day).ToString(Form, CultureInfo.InvariantCulture);

    /// <summary>A day as <c>20260328</c>, for names of files.</summary>
    public static string Compact(long day) => EventClock.ToInstant(day * EventClock.Day).ToString("yyyyMMdd", CultureInfo.InvariantCulture);

    /// <summary>Reads <c>2026-03-28</c>; null when it is none.</summary>
    public static long? Read(string text) =>
        DateOnly.TryParseExact(text, Form, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber
            : null;
}
