using SecStream.Models.Series;

namespace SecStream.Models.RobustZScore;

/// <summary>Options of <see cref="RobustZScoreDetector"/>. Immutable.</summary>
public sealed record RobustZScoreOptions
{
    /// <summary>Points that a point is compared with, 3 to 1 000 000. Default 100.</summary>
    public int WindowCount { get; init; } = 100;

    /// <summary>Points before the first score, 3 to the window. Default 20.</summary>
    public int LearningCount { get; init; } = 20;

    /// <summary>What is too small to matter. Default 1 %.</summary>
    public DeadBand DeadBand { get; init; } = DeadBand.Default;

    internal void Check()
    {
        OptionCheck.Within(nameof(WindowCount), WindowCount, 3, 1_000_000);
        OptionCheck.Within(nameof(LearningCount), LearningCount, 3, WindowCount);
        DeadBand.Check();
    }
}
