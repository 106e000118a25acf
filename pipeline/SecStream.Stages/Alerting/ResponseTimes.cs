using SecStream.Core.Alerts;
using SecStream.Core.Events;

namespace SecStream.Stages.Alerting;

/// <summary>How soon somebody has to look at an alert, by severity, in microseconds. Immutable.</summary>
/// <param name="Critical">Critical alerts.</param>
/// <param name="High">High alerts.</param>
/// <param name="Medium">Medium alerts.</param>
/// <param name="Low">Low alerts.</param>
public sealed record ResponseTimes(long Critical, long High, long Medium, long Low)
{
    /// <summary>5 min, 15 min, 1 h, 4 h.</summary>
    public static ResponseTimes Default { get; } = new(5 * EventClock.Minute, 15 * EventClock.Minute, EventClock.Hour, 4 * EventClock.Hour);

    /// <summary>The time for a severity.</summary>
    public long For(Severity severity) => severity switch
    {
        Severity.Critical => Critical,
        Severity.High => High,
        Severity.Medium => Medium,
        _ => Low,
    };
}
