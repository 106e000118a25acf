using SecStream.Models.Series;

namespace SecStream.Models.Ewma;

/// <summary>Options of <see cref="EwmaDetector"/>. Immutable.</summary>
public sealed record EwmaOptions
{
    /// <summary>Weight of the newest point, above 0 to 1: a point counts half after ln 2 / weight points. Default 0.1.</summary>
    public double Weight { get; init; } = 0.1;

    /// <summary>Points before the first score, 2 or more. Default 20.</summary>
    public int LearningCount { get; init; } = 20;

    /// <summary>What is too small to matter. Default 1 %.</summary>
    public DeadBand DeadBand { get; init; } = DeadBand.Default;

    internal void Check()
    {
        OptionCheck.Within(nameof(Weight), Weight, 1e-9, 1);
        OptionCheck.Within(nameof(LearningCount), LearningCount, 2, 1_000_000);
        DeadBand.Check();
    }
}
