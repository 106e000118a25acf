using SecStream.Models.Series;

namespace SecStream.Models.SeasonalBaseline;

/// <summary>Options of <see cref="SeasonalBaselineDetector"/>. Immutable.</summary>
public sealed record SeasonalBaselineOptions
{
    /// <summary>Hours and days are those of a place this far east of UTC, −14 h to 14 h. Default 0.</summary>
    public TimeSpan UtcOffset { get; init; } = TimeSpan.Zero;

    /// <summary>Dates there that are a kind of day of their own, whatever day of the week they fall on. Default none.</summary>
    public IReadOnlySet<DateOnly> Holidays { get; init; } = new HashSet<DateOnly>();

    /// <summary>Weight of the newest point of an hour once many are known, above 0 to 1. Default 0.1.</summary>
    public double AdaptationRate { get; init; } = 0.1;

    /// <summary>Points of an hour of a day of the week before it stands alone, 2 or more; until then all days of that hour are taken. Default 4.</summary>
    public int SlotCount { get; init; } = 4;

    /// <summary>Points of an hour of the day before the first score, 2 or more. Default 4.</summary>
    public int LearningCount { get; init; } = 4;

    /// <summary>What is too small to matter. Default 1 %.</summary>
    public DeadBand DeadBand { get; init; } = DeadBand.Default;

    internal void Check()
    {
        OptionCheck.Within(nameof(UtcOffset) + " hours", UtcOffset.TotalHours, -14, 14);
        OptionCheck.Within(nameof(AdaptationRate), AdaptationRate, 1e-6, 1);
        OptionCheck.Within(nameof(SlotCount), SlotCount, 2, 1_000_000);
        OptionCheck.Within(nameof(LearningCount), LearningCount, 2, 1_000_000);
        ArgumentNullException.ThrowIfNull(Holidays);
        DeadBand.Check();
    }
}
