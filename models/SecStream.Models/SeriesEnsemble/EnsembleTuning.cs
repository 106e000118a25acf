namespace SecStream.Models.SeriesEnsemble;

/// <summary>
/// Lengths and bounds of <see cref="SeriesEnsembleDetector"/>: one set for all series. All views weigh alike. The numbers are
/// round ones, chosen on the Numenta Anomaly Benchmark as a whole together with copies of it at half and a third of the sampling rate and with later starts; of
/// 99 random settings tried while choosing, half scored 75.6 or more there.
/// </summary>
internal static class EnsembleTuning
{
    /// <summary>Points of the short level, of the longer one, of unrest and of calm.</summary>
    public const int ShortCount = 6;
    public const int LongCount = 48;
    public const int UnrestCount = 72;
    public const int CalmCount = 36;

    /// <summary>Points of a half hour of the day before a point is compared with it, and the weight of its newest point once many are known.</summary>
    public const int DayLearningCount = 8;
    public const double DayWeight = 0.01;

    /// <summary>Weight of the newest point in the slow mean.</summary>
    public const double SlowWeight = 0.0004;

    /// <summary>The largest sizes that a tail is laid through.</summary>
    public const int TailCount = 2;

    /// <summary>An outlier is learned by a view as no more than this many units beyond the start of the tail.</summary>
    public const double MostExcess = 15;

    /// <summary>Smallest unit of a tail: in units of the value, and as a share of the range of all values.</summary>
    public const double LeastUnit = 1e-9;
    public const double UnitOfRange = 0.005;

    /// <summary>Smallest unit of the tail of calm, in natural logarithms of a ratio of ranges, and of the sum, in decades.</summary>
    public const double CalmUnit = 0.6;
    public const double SumUnit = 0.05;

    /// <summary>A value counts as outside when it is beyond all others by this share of their range; it is worth one decade.</summary>
    public const double OutsideShare = 0.05;
    public const double OutsideDecades = 1;

    /// <summary>Shape of the tail of the sum: somewhat heavier than exponential, as its parts are not independent.</summary>
    public const double SumShape = 0.2;

    /// <summary>Share of the sum itself in the score; the rest is its calibration. How strange, next to how rare.</summary>
    public const double SumShare = 0.5;
}
