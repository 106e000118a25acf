using SecStream.Models.Series;

namespace SecStream.Models.RobustZScore;

/// <summary>
/// Distance from the median of the last points in median absolute deviations, scaled to standard deviations of a normal distribution (Hampel 1974; Iglewicz and
/// Hoaglin 1993). Assumes that more than half of the window is normal; up to half of it may be anything. O(log n) a point: the window is kept in order of size.
/// 16 to 32 bytes a point of the window. Fails where more than half of the values are alike (the deviation is 0, then the dead band is the scale), on skewed
/// counts (it alerts on the long side) and on seasons.
/// </summary>
public sealed class RobustZScoreDetector : SortedWindowDetector
{
    private const uint Mark = 0x4353_5A52;
    private const byte Version = 1;
    private const double NormalScale = 1.482602218505602;
    private readonly RobustZScoreOptions _options;

    /// <summary>Makes one that has learned nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public RobustZScoreDetector(RobustZScoreOptions options)
        : base("robust z-score", Mark, Version, OptionCheck.Checked(options, o => o.Check()).WindowCount, options.LearningCount) => _options = options;

    /// <inheritdoc/>
    private protected override double Judge(double value)
    {
        var median = Window.Median();
        return _options.DeadBand.Score(value - median, NormalScale * Window.MedianDeviation(median), median);
    }
}
