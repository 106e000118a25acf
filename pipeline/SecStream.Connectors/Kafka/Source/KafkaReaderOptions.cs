namespace SecStream.Connectors.Kafka.Source;

/// <summary>Bounds of a reader. Immutable.</summary>
public sealed record KafkaReaderOptions
{
    /// <summary>
    /// Bytes that wait to be worked off, over all partitions; each partition has an even share of it. 1 MiB or more, default 64 MiB. What the client
    /// fetches ahead comes on top (<see cref="FetchAheadBytes"/>).
    /// </summary>
    public long BufferBytes { get; init; } = 64L << 20;

    /// <summary>Bytes that the client fetches ahead, over all partitions; it may overshoot by one answer of a broker. Default 8 MiB.</summary>
    public int FetchAheadBytes { get; init; } = 8 << 20;

    /// <summary>
    /// For how long the leader of a partition may have been silent while the partition still counts as live. An idle broker answers every 0.5 s, and the
    /// client is asked every second. Default 3 s.
    /// </summary>
    public TimeSpan LeaderSilence { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Pause before the cluster is asked again for the bounds of a partition whose offset it does not have. Default 1 s.</summary>
    public TimeSpan RetryPause { get; init; } = TimeSpan.FromSeconds(1);
}
