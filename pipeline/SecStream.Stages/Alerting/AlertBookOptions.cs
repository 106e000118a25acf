using SecStream.Core.Events;

namespace SecStream.Stages.Alerting;

/// <summary>What an alert book keeps, and how long. Times in microseconds of event time.</summary>
public sealed record AlertBookOptions
{
    /// <summary>H: how late an event may be and still change an alert. Default 1 h.</summary>
    public long Horizon { get; init; } = EventClock.Hour;

    /// <summary>How far beyond gap, horizon and the widest rule window alerts are kept, for corrections under way. Default 10 min.</summary>
    public long Slack { get; init; } = 10 * EventClock.Minute;

    /// <summary>How often ended incidents are looked for. Default 5 min.</summary>
    public long SweepInterval { get; init; } = 5 * EventClock.Minute;

    /// <summary>Nothing is forgotten: for a replay, which writes everything at the end. Default false.</summary>
    public bool KeepAll { get; init; }
}

/// <summary>What an alert book counts.</summary>
public sealed class AlertBookCounters
{
    /// <summary>Alerts of rules that the rule set does not have (any more): not in the book.</summary>
    public long UnknownRules { get; set; }

    /// <summary>Withdrawals of alerts that the book does not know: nothing to do.</summary>
    public long UnknownWithdrawals { get; set; }

    /// <summary>Alerts forgotten because nothing can change them any more.</summary>
    public long Forgotten { get; set; }

    /// <summary>Alerts and incidents that were sent before a restart, never came again, and were withdrawn.</summary>
    public long WithdrawnAfterRestart { get; set; }
}
