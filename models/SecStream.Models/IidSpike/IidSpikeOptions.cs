using SecStream.Models.Series;

namespace SecStream.Models.IidSpike;

/// <summary>Which deviations count.</summary>
public enum SpikeSide
{
    /// <summary>Both ways.</summary>
    Both,

    /// <summary>Values above the usual.</summary>
    High,

    /// <summary>Values below the usual.</summary>
    Low,
}

/// <summary>Options of <see cref="IidSpikeDetector"/>. Immutable.</summary>
public sealed record IidSpikeOptions
{
    /// <summary>Points that a point is compared with, 10 to 1 000 000. Default 100.</summary>
    public int HistoryCount { get; init; } = 100;

    /// <summary>Points before the first score, 10 to the history. Default 30.</summary>
    public int LearningCount { get; init; } = 30;

    /// <summary>Which deviations count. Default both.</summary>
    public SpikeSide Side { get; init; } = SpikeSide.Both;

    /// <summary>What is too small to matter. Default 1 %.</summary>
    public DeadBand DeadBand { get; init; } = DeadBand.Default;

    internal void Check()
    {
        OptionCheck.Within(nameof(HistoryCount), HistoryCount, 10, 1_000_000);
        OptionCheck.Within(nameof(LearningCount), LearningCount, 10, HistoryCount);
        DeadBand.Check();
    }
}
