using SecStream.Models.Series;

namespace SecStream.Models.IidSpike;

/// <summary>
/// −log10 of the probability that a point as extreme comes from the same distribution as the last points: 2 is one in a hundred. Within the history the
/// probability is the rank (the p-value of conformal anomaly detection, Laxhammar 2014, with half of the ties); beyond its outer tenth it falls off exponentially
/// with the spread between the quartile and the decile of that side, so that it also grows beyond the largest value seen. Assumes independent values of one
/// distribution whose tail is not heavier than exponential; the shape in between may be any. O(log n) a point: the history is kept in order of size. 16 to 32 bytes a point of
/// the history. Fails on heavy tails (too small probabilities), trends and seasons.
/// </summary>
public sealed class IidSpikeDetector : ISeriesDetector
{
    private const uint Mark = 0x4B50_5349;
    private const byte Version = 1;
    private const double MostDecades = 300;
    private const double Tail = 0.1;
    private const double Body = 0.25;
    private static readonly double s_decadesOfSpread = 1 / Math.Log(10) * Math.Log(Body / Tail);
    private readonly IidSpikeOptions _options;
    private readonly SortedWindow _window;

    /// <summary>Makes one that has learned nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public IidSpikeDetector(IidSpikeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        _options = options;
        _window = new SortedWindow(options.HistoryCount);
    }

    /// <inheritdoc/>
    public long StateBytes => _window.StateBytes + 32;

    /// <inheritdoc/>
    public double Next(long time, double value)
    {
        if (!SeriesValue.TryTake(value, out var taken))
        {
            return double.NaN;
        }

        var score = _window.Count < _options.LearningCount ? double.NaN : Judge(taken);
        _window.Add(taken);
        return score;
    }

    /// <inheritdoc/>
    public void Save(BinaryWriter writer)
    {
        StateFormat.WriteHeader(writer, Mark, Version);
        _window.Save(writer);
    }

    /// <inheritdoc/>
    public void Restore(BinaryReader reader)
    {
        StateFormat.ReadHeader(reader, Mark, Version, "IID spike");
        _window.Restore(reader);
    }

    private double Judge(double value)
    {
        var median = _window.Median();
        var isHigh = value > median;
        var counts = _options.Side == SpikeSide.Both || isHigh == (_options.Side == SpikeSide.High);
        if (!counts || Math.Abs(value - median) <= _options.DeadBand.Width(median))
        {
            return 0;
        }

        var decades = isHigh
            ? Decades(value, 1, _window.Quantile(1 - Body), _window.Quantile(1 - Tail))
            : Decades(value, -1, _window.Quantile(Body), _window.Quantile(Tail));

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
        var below = _window.CountBelow(value);
        var upTo = _window.CountUpTo(value);
        var beyond = sign > 0 ? _window.Count - upTo : below;
        return (beyond + (0.5 * (upTo - below)) + 0.5) / (_window.Count + 1);
    }
}
