namespace SecStream.Connectors.Elasticsearch.Windows;

/// <summary>How windows fare on their way to Elasticsearch. Counters begin at 0 with the process.</summary>
public sealed record WindowShippingStatus
{
    /// <summary>Bytes of feature files that Elasticsearch does not have yet.</summary>
    public required long PendingBytes { get; init; }

    /// <summary>Windows that the cluster took; one that was sent again counts again.</summary>
    public required long Sent { get; init; }

    /// <summary>Times a window had to be sent again.</summary>
    public required long Retries { get; init; }

    /// <summary>Windows that were refused as they were and went without what people look at.</summary>
    public required long Unindexed { get; init; }

    /// <summary>Windows that were refused for good: they are in the data folder alone.</summary>
    public required long Refused { get; init; }

    /// <summary>Since when the cluster takes nothing, or not all; null when all is well.</summary>
    public required DateTimeOffset? FailingSince { get; init; }

    /// <summary>Why.</summary>
    public required string? Error { get; init; }

    /// <summary>What to do about it.</summary>
    public required string? Mend { get; init; }
}
