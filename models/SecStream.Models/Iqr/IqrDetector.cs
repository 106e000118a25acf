using SecStream.Models.Series;

namespace SecStream.Models.Iqr;

/// <summary>
/// How far a point lies beyond the nearer quartile of the last points, in ranges between the quartiles (Tukey 1977): more than 1.5 is outside of his inner
/// fences, more than 3 far out; 0 between the quartiles. Assumes that at least three quarters of the window are normal; no shape of their distribution, each side
/// has its own fence. O(log n) a point: the window is kept in order of size. 16 to 32 bytes a point of the window. Fails on several levels in one window (the
/// range spans them) and on seasons.
/// </summary>
public sealed class IqrDetector : SortedWindowDetector
{
    private const uint Mark = 0x4353_5149;
    private const byte Version = 1;
    private readonly IqrOptions _options;

    /// <summary>Makes one that has learned nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public IqrDetector(IqrOptions options)
        : base("IQR", Mark, Version, OptionCheck.Checked(options, o => o.Check()).WindowCount, options.LearningCount) => _options = options;

    /// <inheritdoc/>
    private protected override double Judge(double value)
    {
        var low = Window.Quantile(0.25);
        var high = Window.Quantile(0.75);
        return value > high ? _options.DeadBand.Score(value - high, high - low, high)
            : value < low ? _options.DeadBand.Score(low - value, high - low, low)
            : 0;
    }
}
