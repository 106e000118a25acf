using SecStream.Models.Series;

namespace SecStream.Models.WindowedZScore;

/// <summary>Options of <see cref="WindowedZScoreDetector"/>. Immutable.</summary>
public sealed record WindowedZScoreOptions
{
    /// <summary>Points that a point is compared with, 2 to 1 000 000. Default 100.</summary>
    public int WindowCount { get; init; } = 100;

    /// <summary>Points before the first score, 2 to the window. Default 20.</summary>
    public int LearningCount { get; init; } = 20;

    /// <summary>What is too small to matter. Default 1 %.</summary>
    public DeadBand DeadBand { get; init; } = DeadBand.Default;

    internal void Check()
    {
        OptionCheck.Within(nameof(WindowCount), WindowCount, 2, 1_000_000);
        OptionCheck.Within(nameof(LearningCount), LearningCount, 2, WindowCount);
        DeadBand.Check();
    }
}
