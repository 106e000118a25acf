namespace SecStream.Engine;

/// <summary>Sizes of an engine.</summary>
public sealed record EngineOptions
{
    /// <summary>Lanes: threads that own the shards. 1–64; it never changes a result. Default: half the processors, at least one.</summary>
    public int Lanes { get; init; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>Ingest workers; a partition belongs to one. Default: half the processors, at least one.</summary>
    public int Workers { get; init; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>Batches that may wait before a worker. Default 2.</summary>
    public int WorkerQueue { get; init; } = 2;

    /// <summary>Batches that may wait before a lane. Default 4.</summary>
    public int LaneQueue { get; init; } = 4;

    /// <summary>Batches that may wait before the event sink. Default 4.</summary>
    public int SinkQueue { get; init; } = 4;
}
