using SecStream.Models.Series;

namespace SecStream.Models.Iqr;

/// <summary>Options of <see cref="IqrDetector"/>. Immutable.</summary>
public sealed record IqrOptions
{
    /// <summary>Points that a point is compared with, 4 to 1 000 000. Default 100.</summary>
    public int WindowCount { get; init; } = 100;

    /// <summary>Points before the first score, 4 to the window. Default 20.</summary>
    public int LearningCount { get; init; } = 20;

    /// <summary>What is too small to matter. Default 1 %.</summary>
    public DeadBand DeadBand { get; init; } = DeadBand.Default;

    internal void Check()
    {
        OptionCheck.Within(nameof(WindowCount), WindowCount, 4, 1_000_000);
        OptionCheck.Within(nameof(LearningCount), LearningCount, 4, WindowCount);
        DeadBand.Check();
    }
}
