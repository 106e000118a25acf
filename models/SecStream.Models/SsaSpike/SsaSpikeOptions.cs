using SecStream.Models.Series;

namespace SecStream.Models.SsaSpike;

/// <summary>Options of <see cref="SsaSpikeDetector"/>. Immutable.</summary>
public sealed record SsaSpikeOptions
{
    /// <summary>Points that the model is fitted to, 4 windows to 100 000. Default 500.</summary>
    public int HistoryCount { get; init; } = 500;

    /// <summary>Points of a lag window, 4 to 128; a season should fit in. Default 16.</summary>
    public int WindowCount { get; init; } = 16;

    /// <summary>Components that are signal, 1 to half of the window: 2 for each oscillation, 1 for a trend. Default 4.</summary>
    public int RankCount { get; init; } = 4;

    /// <summary>Points before the first fit, 2 windows to the history. Default 64.</summary>
    public int LearningCount { get; init; } = 64;

    /// <summary>What is too small to matter. Default 1 %.</summary>
    public DeadBand DeadBand { get; init; } = DeadBand.Default;

    internal void Check()
    {
        OptionCheck.Within(nameof(WindowCount), WindowCount, 4, 128);
        OptionCheck.Within(nameof(HistoryCount), HistoryCount, 4 * WindowCount, 100_000);
        OptionCheck.Within(nameof(RankCount), RankCount, 1, WindowCount / 2);
        OptionCheck.Within(nameof(LearningCount), LearningCount, 2 * WindowCount, HistoryCount);
        DeadBand.Check();
    }
}
