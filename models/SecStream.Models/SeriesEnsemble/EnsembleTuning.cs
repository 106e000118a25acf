namespace SecStream.Models.SeriesEnsemble;

/// <summary>Lengths and weights of <see cref="SeriesEnsembleDetector"/>: one set for all series.</summary>
internal static class EnsembleTuning
{
    /// <summary>Points of a distance from the half hour of the day.</summary>
    public const int DayCount = 2;

    /// <summary>Points of a half hour of the day before it is compared with.</summary>
    public const int DayLearningCount = 8;

    /// <summary>Points of the short level.</summary>
    public const int ShortCount = 7;

    /// <summary>Points of the longer level.</summary>
    public const int LongCount = 37;

    /// <summary>Points of unrest.</summary>
    public const int UnrestCount = 45;

    /// <summary>Points of calm.</summary>
    public const int CalmCount = 47;

    /// <summary>Weight of the newest point in the slow mean.</summary>
    public const double SlowWeight = 0.0012;

    /// <summary>Smallest unit of a tail, in units of the value, of the slow mean, of the range of all values.</summary>
    public const double LeastUnit = 1e-9;
    public const double UnitOfLevel = 0.0044;
    public const double UnitOfRange = 0.005;

    /// <summary>Smallest unit of the tail of calm, in natural logarithms of a ratio of ranges.</summary>
    public const double StillnessUnit = 0.31;

    /// <summary>Shape of the tails: 0 is exponential, more is heavier.</summary>
    public const double Shape = 0.063;
    public const double FusionShape = 0.23;

    /// <summary>An outlier is learned as no more than this many units beyond the tail's start.</summary>
    public const double MostExcess = 34;
    public const double FusionMostExcess = 28;
    public const double FusionLeastUnit = 0.05;

    /// <summary>Share of the sum itself in the score, the rest is its calibration: how strange, next to how rare.</summary>
    public const double RawShare = 0.3;

    /// <summary>A score hides weaker ones up to this share of it.</summary>
    public const double Hiding = 1.1;

    /// <summary>A value counts as outside when it is this share of the range beyond it.</summary>
    public const double OutsideShare = 0.05;
    public const double OutsideDecades = 1.69;

    public const double StepWeight = 1.22;
    public const double DayStretchWeight = 1.03;
    public const double DayPointWeight = 0.173;
    public const double ShortLevelWeight = 1.08;
    public const double LongLevelWeight = 0.599;
    public const double UnrestWeight = 1.13;
    public const double StillnessWeight = 1.87;
}
