namespace SecStream.Connectors.Elasticsearch.Events;

/// <summary>How the event sink fares, for metrics, health and the ledger. Counters begin at 0 with the process.</summary>
public sealed record EventSinkStatus
{
    /// <summary>Bytes on disk that wait for the cluster.</summary>
    public required long SpooledBytes { get; init; }

    /// <summary>Bytes that may wait.</summary>
    public required long SpoolLimitBytes { get; init; }

    /// <summary>When the oldest event that waits was written; null when none does.</summary>
    public required DateTimeOffset? OldestUnsent { get; init; }

    /// <summary>Events that the cluster took.</summary>
    public required long Sent { get; init; }

    /// <summary>Events that were there before.</summary>
    public required long Conflicts { get; init; }

    /// <summary>Times an event had to be sent again.</summary>
    public required long Retries { get; init; }

    /// <summary>Events that were refused as they were and went as text.</summary>
    public required long Unindexed { get; init; }

    /// <summary>Events that were refused for good and kept as dead letters.</summary>
    public required long DeadLetters { get; init; }

    /// <summary>The same by the type of the error; the usual ones are there with 0.</summary>
    public IReadOnlyDictionary<string, long> Refused { get; init; } = new Dictionary<string, long>();

    /// <summary>Since when the cluster takes nothing, or not all; null when all is well.</summary>
    public required DateTimeOffset? FailingSince { get; init; }

    /// <summary>Why.</summary>
    public required string? Error { get; init; }

    /// <summary>What to do about it.</summary>
    public required string? Mend { get; init; }

    /// <summary>Why intake stands; null when it does not.</summary>
    public required string? Blocked { get; init; }
}
