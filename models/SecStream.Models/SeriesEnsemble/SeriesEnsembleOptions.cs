using SecStream.Models.Series;

namespace SecStream.Models.SeriesEnsemble;

/// <summary>Options of <see cref="SeriesEnsembleDetector"/>. Immutable.</summary>
public sealed record SeriesEnsembleOptions
{
    /// <summary>The shortest history.</summary>
    public const int LeastHistory = 200;

    /// <summary>Points that count fully in the calibration: after twice as many, all that came before counts half. 200 to 1 000 000. Default 3 000.</summary>
    public int HistoryCount { get; init; } = 3000;

    /// <summary>Points before the first score, 20 to the history. Default 30.</summary>
    public int LearningCount { get; init; } = 30;

    /// <summary>Points after which a score hides weaker ones only half as much, 1 to 100 000. Default 40.</summary>
    public double QuietHalfLife { get; init; } = 40;

    /// <summary>What is too small to matter, against the slow mean. Default 1 %.</summary>
    public DeadBand DeadBand { get; init; } = DeadBand.Default;

    internal void Check()
    {
        OptionCheck.Within(nameof(HistoryCount), HistoryCount, LeastHistory, 1_000_000);
        OptionCheck.Within(nameof(LearningCount), LearningCount, 20, HistoryCount);
        OptionCheck.Within(nameof(QuietHalfLife), QuietHalfLife, 1, 100_000);
        DeadBand.Check();
    }
}
