using SecStream.Models.Series;

namespace SecStream.Models.ChangePoint;

/// <summary>Options of <see cref="ChangePointDetector"/>. Immutable.</summary>
public sealed record ChangePointOptions
{
    /// <summary>Points that the level is learned from, 20 to 1 000 000. Default 300.</summary>
    public int HistoryCount { get; init; } = 300;

    /// <summary>Points before the first score, 10 to the history. Default 50.</summary>
    public int LearningCount { get; init; } = 50;

    /// <summary>Evidence at which the change is taken for a fact and the new level is learned from nothing, in decades, 1 to 100. Default 6.</summary>
    public double RestartDecades { get; init; } = 6;

    /// <summary>What is too small to matter, against the median. Default 1 %.</summary>
    public DeadBand DeadBand { get; init; } = DeadBand.Default;

    internal void Check()
    {
        OptionCheck.Within(nameof(HistoryCount), HistoryCount, 20, 1_000_000);
        OptionCheck.Within(nameof(LearningCount), LearningCount, 10, HistoryCount);
        OptionCheck.Within(nameof(RestartDecades), RestartDecades, 1, 100);
        DeadBand.Check();
    }
}
