using SecStream.Core.Alerts;

namespace SecStream.Stages.Rules.Model;

/// <summary>How a rule decides, over the history of one key.</summary>
public enum RuleKind
{
    /// <summary>Every matching event.</summary>
    Event,

    /// <summary>Sum of occurrences in the window compared with the threshold (Sigma <c>event_count</c>).</summary>
    EventCount,

    /// <summary>Number of different values of a field in the window (Sigma <c>value_count</c>).</summary>
    ValueCount,

    /// <summary>All inputs within one window, in any order (Sigma <c>temporal</c>).</summary>
    Temporal,

    /// <summary>All inputs within one window, in order, non-strict on time (Sigma <c>temporal_ordered</c>).</summary>
    TemporalOrdered,

    /// <summary>Extension: two successive events of a key too far apart for the time between them.</summary>
    ImpossibleTravel,

    /// <summary>Extension: a value of a field not seen before for a key; the first value of a key never counts.</summary>
    NewValue,

    /// <summary>Extension: every matching anomaly (<see cref="Core.Features.Anomaly"/>) of the key.</summary>
    Anomaly,
}

/// <summary>Comparison of an observed measure with a threshold.</summary>
public enum ThresholdOperator
{
    /// <summary>≥</summary>
    GreaterOrEqual,

    /// <summary>&gt;</summary>
    Greater,

    /// <summary>≤</summary>
    LessOrEqual,

    /// <summary>&lt;</summary>
    Less,

    /// <summary>=</summary>
    Equal,
}

/// <summary>A lower (or other) bound on a rule's measure.</summary>
public readonly record struct Threshold(ThresholdOperator Operator, long Value)
{
    /// <summary>Whether a measure meets the threshold.</summary>
    public bool Holds(long measure) => Operator switch
    {
        ThresholdOperator.GreaterOrEqual => measure >= Value,
        ThresholdOperator.Greater => measure > Value,
        ThresholdOperator.LessOrEqual => measure <= Value,
        ThresholdOperator.Less => measure < Value,
        _ => measure == Value,
    };
}

/// <summary>
/// One part of a key: the first of <paramref name="Fields"/> (field ids) that the event has. A part none of whose fields is there means the
/// event does not match. Address parts (<c>source.address</c>, <c>source.ip</c> …) take IPv6 by /64.
/// </summary>
/// <param name="Name">Name of the part in the alert: the first field's name.</param>
/// <param name="Fields">Field ids, in order of preference.</param>
/// <param name="IsAddress">The value is an address or host name: lower-cased, IPv4-mapped IPv6 as IPv4, IPv6 cut to its /64.</param>
public sealed record KeyPart(string Name, int[] Fields, bool IsAddress);

/// <summary>
/// One input of a rule: any of some detections, at least <see cref="MinCount"/> occurrences (Temporal kinds; 1 unless our extension
/// <c>min-count</c> says otherwise), with the fields its key is taken from (Sigma <c>aliases</c> may differ per input).
/// </summary>
public sealed record RuleInput(string Name, int[] Detections, int MinCount, KeyPart[] Key);

/// <summary>An action the rule asks for, by name (<c>block_ip</c> …) with its duration, if any.</summary>
public sealed record RuleAction(string Type, TimeSpan? Duration, string? Scope);

/// <summary>A rule that raises alerts. Immutable.</summary>
public sealed record AlertRule
{
    /// <summary>Short code: <c>C1</c>; for foreign Sigma rules without one, their id.</summary>
    public required string Code { get; init; }

    /// <summary>The Sigma <c>id</c>.</summary>
    public required string Uuid { get; init; }

    /// <summary>The Sigma <c>title</c>.</summary>
    public required string Title { get; init; }

    /// <summary>The Sigma <c>description</c>, one paragraph.</summary>
    public string Description { get; init; } = "";

    /// <summary>From the Sigma <c>level</c> (informational counts as low).</summary>
    public required Severity Severity { get; init; }

    /// <summary>Content hash of the rule's YAML and of the base rules it refers to: first 16 hex digits of SHA-256.</summary>
    public required string Version { get; init; }

    /// <summary>File the rule came from, relative to the rule folder.</summary>
    public string File { get; init; } = "";

    /// <summary>How it decides.</summary>
    public required RuleKind Kind { get; init; }

    /// <summary>What it reads. One input except for the Temporal kinds.</summary>
    public required RuleInput[] Inputs { get; init; }

    /// <summary>Sliding window (t − W, t]; zero for kinds without one.</summary>
    public TimeSpan Window { get; init; }

    /// <summary>An episode ends when the next matching event comes at t ≥ last + Gap. The window, or the cooldown when that is longer.</summary>
    public required TimeSpan Gap { get; init; }

    /// <summary>The bound on the measure; ≥ 1 for kinds that do not count.</summary>
    public Threshold Threshold { get; init; } = new(ThresholdOperator.GreaterOrEqual, 1);

    /// <summary>Field id of the value: ValueCount and NewValue; −1 otherwise.</summary>
    public int ValueField { get; init; } = -1;

    /// <summary>ImpossibleTravel: least distance in kilometres.</summary>
    public double MinDistanceKm { get; init; }

    /// <summary>ImpossibleTravel: greatest plausible speed in km/h.</summary>
    public double MaxSpeedKmh { get; init; }

    /// <summary>Anomaly: the grade from which on the rule's conditions can hold, as far as they say; what the grade is compared with in the alert.</summary>
    public double MinGrade { get; init; }

    /// <summary>Name of the key part that is the alert's primary entity (incidents group by it); the first part unless the rule says otherwise.</summary>
    public required string PrimaryEntity { get; init; }

    /// <summary>What is counted, in the plural, for the sentence: "failed logins", "requests".</summary>
    public string Noun { get; init; } = "events";

    /// <summary>Sigma <c>tags</c>.</summary>
    public string[] Tags { get; init; } = [];

    /// <summary>Responses the rule asks for.</summary>
    public RuleAction[] Actions { get; init; } = [];

    /// <summary>Sigma <c>falsepositives</c>.</summary>
    public string[] FalsePositives { get; init; } = [];

    /// <summary>
    /// Evaluated event time from which it is in force, µs: earlier events are none of its. <see cref="long.MinValue"/> unless it came by a reload
    /// (<see cref="RuleLineage"/>).
    /// </summary>
    public long From { get; init; } = long.MinValue;

    /// <summary>Evaluated event time from which it is in force no longer, µs; <see cref="long.MaxValue"/> while nothing has taken its place.</summary>
    public long Until { get; init; } = long.MaxValue;

    /// <summary>Whether an event of this evaluated time is one for the rule to look at.</summary>
    public bool IsInForce(long time) => time >= From && time < Until;
}
