using SecStream.Models.Series;

namespace SecStream.Models.MlNet.TimeSeries;

/// <summary>Options of ML.NET's series detectors. Immutable.</summary>
public sealed record MlNetSeriesOptions
{
    /// <summary>Points that a p-value is computed from, 10 to 10 000. Default 100.</summary>
    public int HistoryCount { get; init; } = 100;

    /// <summary>Points that a model is fitted to, more than two seasons, to 100 000. Default 300. For SSA only.</summary>
    public int TrainingCount { get; init; } = 300;

    /// <summary>The longest season in points, 2 to 10 000. Default 24. For SSA only.</summary>
    public int SeasonCount { get; init; } = 24;

    /// <summary>Points of the spectrum, 24 to 1 000. Default 64. For SR-CNN only.</summary>
    public int SpectrumCount { get; init; } = 64;

    /// <summary>Points after which the model is made anew, 10 to 1 000 000. Default 1000.</summary>
    public int RenewalCount { get; init; } = 1000;

    internal void Check()
    {
        OptionCheck.Within(nameof(HistoryCount), HistoryCount, 10, 10_000);
        OptionCheck.Within(nameof(SeasonCount), SeasonCount, 2, 10_000);
        OptionCheck.Within(nameof(TrainingCount), TrainingCount, (2 * SeasonCount) + 1, 100_000);
        OptionCheck.Within(nameof(SpectrumCount), SpectrumCount, 24, 1_000);
        OptionCheck.Within(nameof(RenewalCount), RenewalCount, 10, 1_000_000);
    }
}
