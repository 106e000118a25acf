namespace SecStream.Connectors.Outbox;

/// <summary>Bounds of the alert outbox.</summary>
public sealed record OutboxOptions
{
    /// <summary>Least time between two writes to disk: what comes meanwhile goes together. 0–1 s, default 20 ms.</summary>
    public TimeSpan GroupInterval { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Bytes that may wait for the disk before <see cref="AlertOutbox.Append"/> waits. Default 8 MiB.</summary>
    public int MaxPendingBytes { get; init; } = 8 << 20;

    /// <summary>A segment is closed when it is longer. Default 16 MiB.</summary>
    public long SegmentBytes { get; init; } = 16 << 20;

    /// <summary>A segment is closed when it is older, so that a quiet service can delete what is old. Default 30 days.</summary>
    public TimeSpan SegmentAge { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How long changes are kept. Default 1 year.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(365);

    /// <summary>How long to wait before a write that failed (a full disk) is tried again. Default 1 s.</summary>
    public TimeSpan WriteRetry { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Entries handed to a sink at once, 1–10 000. Default 500.</summary>
    public int BatchCount { get; init; } = 500;

    /// <summary>Bytes handed to a sink at once, save that one entry may be longer. Default 4 MiB.</summary>
    public int BatchBytes { get; init; } = 4 << 20;

    /// <summary>Wait after a sink's first failure; doubles up to <see cref="MaxSinkRetry"/>. Default 500 ms.</summary>
    public TimeSpan SinkRetry { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest wait after a sink's failure. Default 30 s.</summary>
    public TimeSpan MaxSinkRetry { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often closed segments are compressed and old ones deleted. Default 10 min.</summary>
    public TimeSpan UpkeepInterval { get; init; } = TimeSpan.FromMinutes(10);
}
