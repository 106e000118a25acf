using SecStream.Core.Features;
using EventId = SecStream.Core.Observations.EventId;

namespace SecStream.Core.Alerts;

/// <summary>An event behind an alert. Ids of our own form are kept as 128 bits: a hundred texts for every alert would be most of its memory.</summary>
public readonly record struct EvidenceItem
{
    private readonly EventId _id;
    private readonly string? _text;

    /// <summary>Evidence with an id of our own form.</summary>
    public EvidenceItem(EventId id, long time, int count)
    {
        _id = id;
        Time = time;
        Count = count;
    }

    /// <summary>Evidence with any id.</summary>
    public EvidenceItem(string eventId, long time, int count)
    {
        _text = Observations.EventId.TryParse(eventId, out _id) ? null : eventId;
        Time = time;
        Count = count;
    }

    /// <summary>The event's <c>event.id</c>.</summary>
    public string EventId => _text ?? _id.ToString();

    /// <summary>Event time, microseconds since 1970 UTC.</summary>
    public long Time { get; }

    /// <summary>Occurrences it stands for.</summary>
    public int Count { get; }
}

/// <summary>A distinct value seen among the contributors, with its occurrences; lists are sorted by count, then value.</summary>
public readonly record struct ObservedValue(string Value, long Count);

/// <summary>What was measured against the threshold.</summary>
/// <param name="Measure">Name: <c>count</c>, <c>distinct</c>, <c>speed_kmh</c>, <c>sequence</c>, <c>new_value</c>, <c>grade</c>.</param>
/// <param name="Value">The measure over all contributors at the last revision.</param>
/// <param name="Operator"><c>&gt;=</c>, <c>&gt;</c> …</param>
/// <param name="Threshold">The rule's bound.</param>
/// <param name="Window">Window in microseconds; 0 when the rule has none.</param>
/// <param name="Kind">The rule kind, snake case: <c>event_count</c> …</param>
public sealed record Observed(string Measure, double Value, string Operator, double Threshold, long Window, string Kind);

/// <summary>An alert: one episode of one rule on one key. Its content is a function of the contributing events, the rule and the key.</summary>
public sealed record Alert
{
    /// <summary>128 bits of SHA-256 over (tenant, rule code, key values, opening time), 32 lower-case hex digits.</summary>
    public required string Id { get; init; }

    /// <summary>Tenant, <c>default</c> unless the source says otherwise.</summary>
    public required string Tenant { get; init; }

    /// <summary>Rule code (C1); index to the rule's title, severity and version.</summary>
    public required string RuleCode { get; init; }

    /// <summary>Names and values of the key parts, in the rule's order.</summary>
    public required (string Name, string Value)[] Key { get; init; }

    /// <summary>Event at which the condition first held in the episode: <c>@timestamp</c>.</summary>
    public required long Opened { get; init; }

    /// <summary>First contributor: <c>event.start</c>.</summary>
    public required long Start { get; init; }

    /// <summary>Last contributor: <c>event.end</c>.</summary>
    public required long End { get; init; }

    /// <summary>What was measured.</summary>
    public required Observed Observed { get; init; }

    /// <summary>The first 100 contributors by time and position.</summary>
    public required EvidenceItem[] Evidence { get; init; }

    /// <summary>Occurrences in all contributors.</summary>
    public required long Total { get; init; }

    /// <summary>Contributing events (records), of which <see cref="Evidence"/> holds the first.</summary>
    public required long Events { get; init; }

    /// <summary>Distinct users among the contributors (at most 10), and how many there were (exact up to 4 096).</summary>
    public ObservedValue[] Users { get; init; } = [];

    /// <summary>Number of distinct users.</summary>
    public int UserCount { get; init; }

    /// <summary>Distinct source addresses among the contributors (at most 10).</summary>
    public ObservedValue[] Addresses { get; init; } = [];

    /// <summary>Number of distinct source addresses.</summary>
    public int AddressCount { get; init; }

    /// <summary>Distinct hosts among the contributors (at most 10).</summary>
    public ObservedValue[] Hosts { get; init; } = [];

    /// <summary>Number of distinct hosts.</summary>
    public int HostCount { get; init; }

    /// <summary>Distinct <c>event.action</c>s among the contributors (at most 10).</summary>
    public ObservedValue[] Actions { get; init; } = [];

    /// <summary>Kind-specific facts in order, for the sentence and the document: from, to, distance_km, speed_kmh, new_value, known_values …</summary>
    public (string Name, string Value)[] Facts { get; init; } = [];

    /// <summary>The strongest window, of an alert about anomalies, without its evidence (which is the alert's).</summary>
    public Anomaly? Anomaly { get; init; }

    /// <summary>Geo country and AS of the primary address, where enrichment knew them.</summary>
    public string? Country { get; init; }
}
