using SecStream.Models.Series;

namespace SecStream.Models.IidSpike;

/// <summary>
/// −log10 of the probability that a point as extreme comes from the same distribution as the last points: 2 is one in a hundred. Within the history the
/// probability is the rank (the p-value of conformal anomaly detection, Laxhammar 2014, with half of the ties); beyond its outer tenth it falls off exponentially
/// with the spread between the quartile and the decile of that side, so that it also grows beyond the largest value seen. Assumes independent values of one
/// distribution whose tail is not heavier than exponential; the shape in between may be any. O(log n) a point: the history is kept in order of size. 16 to 32 bytes a point of
/// the history. Fails on heavy tails (too small probabilities), trends and seasons.
/// </summary>
public sealed class IidSpikeDetector : SortedWindowDetector
{
    private const uint Mark = 0x4B50_5349;
    private const byte Version = 1;
    private const double MostDecades = 300;
    private const double Tail = 0.1;
    private const double Body = 0.25;
    private static readonly double s_decadesOfSpread = 1 / Math.Log(10) * Math.Log(Body / Tail);
    private readonly IidSpikeOptions _options;

    /// <summary>Makes one that has learned nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public IidSpikeDetector(IidSpikeOptions options)
        : base("IID spike", Mark, Version, OptionCheck.Checked(options, o => o.Check()).HistoryCount, options.LearningCount) => _options = options;

    /// <inheritdoc/>
    private protected override double Judge(double value)
    {
        var median = Window.Median();
        var isHigh = value > median;
        var counts = _options.Side == SpikeSide.Both || isHigh == (_options.Side == SpikeSide.High);
        if (!counts || Math.Abs(value - median) <= _options.DeadBand.Width(median))
        {
            return 0;
        }

        var decades = isHigh
            ? Decades(value, 1, Window.Quantile(1 - Body), Window.Quantile(1 - Tail))
            : Decades(value, -1, Window.Quantile(Body), Window.Quantile(Tail));

        // Either side could have been the extreme one: twice the probability.
        return Math.Max(_options.Side == SpikeSide.Both ? decades - Math.Log10(2) : decades, 0);
    }

    private double Decades(double value, int sign, double quartile, double decile)
    {
        var beyond = (value - decile) * sign;
        if (beyond <= 0)
        {
            return -Math.Log10(RankShare(value, sign));
        }

        var unit = Math.Max((decile - quartile) * sign, _options.DeadBand.Width(decile));
        return unit > 0 ? Math.Min(1 + (s_decadesOfSpread * beyond / unit), MostDecades) : MostDecades;
    }

    private double RankShare(double value, int sign)
    {
        var below = Window.CountBelow(value);
        var upTo = Window.CountUpTo(value);
        var beyond = sign > 0 ? Window.Count - upTo : below;
        return (beyond + (0.5 * (upTo - below)) + 0.5) / (Window.Count + 1);
    }
}
