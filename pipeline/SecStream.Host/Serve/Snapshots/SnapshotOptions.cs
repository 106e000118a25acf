namespace SecStream.Host.Serve.Snapshots;

/// <summary>Bounds of the snapshots on disk. A base and its deltas are merged into a new base when any of them is passed.</summary>
public sealed record SnapshotOptions
{
    /// <summary>Deltas together, as a share of their base. Default 0.5.</summary>
    public double MaxDeltaRatio { get; init; } = 0.5;

    /// <summary>Below this many bytes of deltas their share does not matter. Default 1 MiB.</summary>
    public long MinDeltaBytes { get; init; } = 1 << 20;

    /// <summary>Deltas of one base: as many files are open at a restore. 1–1000. Default 100.</summary>
    public int MaxDeltas { get; init; } = 100;

    /// <summary>Age of a base that has deltas: what lies between it and now is kept by sources and outputs. Default 15 min.</summary>
    public TimeSpan MaxBaseAge { get; init; } = TimeSpan.FromMinutes(15);
}
