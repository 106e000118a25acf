using SecStream.Models.Series;

namespace SecStream.Models.Iqr;

/// <summary>
/// How far a point lies beyond the nearer quartile of the last points, in ranges between the quartiles (Tukey 1977): more than 1.5 is outside of his inner
/// fences, more than 3 far out; 0 between the quartiles. Assumes that at least three quarters of the window are normal; no shape of their distribution, each side
/// has its own fence. O(log n) a point: the window is kept in order of size. 16 to 32 bytes a point of the window. Fails on several levels in one window (the
/// range spans them) and on seasons.
/// </summary>
public sealed class IqrDetector : ISeriesDetector
{
    private const uint Mark = 0x4353_5149;
    private const byte Version = 1;
    private readonly IqrOptions _options;
    private readonly SortedWindow _window;

    /// <summary>Makes one that has learned nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public IqrDetector(IqrOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        _options = options;
        _window = new SortedWindow(options.WindowCount);
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
        StateFormat.ReadHeader(reader, Mark, Version, "IQR");
        _window.Restore(reader);
    }

    private double Judge(double value)
    {
        var low = _window.Quantile(0.25);
        var high = _window.Quantile(0.75);
        return value > high ? _options.DeadBand.Score(value - high, high - low, high)
            : value < low ? _options.DeadBand.Score(low - value, high - low, low)
            : 0;
    }
}
