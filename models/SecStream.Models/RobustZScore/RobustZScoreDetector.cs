using SecStream.Models.Series;

namespace SecStream.Models.RobustZScore;

/// <summary>
/// Distance from the median of the last points in median absolute deviations, scaled to standard deviations of a normal distribution (Hampel 1974; Iglewicz and
/// Hoaglin 1993). Assumes that more than half of the window is normal; up to half of it may be anything. O(log n) a point: the window is kept in order of size.
/// 16 to 32 bytes a point of the window. Fails where more than half of the values are alike (the deviation is 0, then the dead band is the scale), on skewed
/// counts (it alerts on the long side) and on seasons.
/// </summary>
public sealed class RobustZScoreDetector : ISeriesDetector
{
    private const uint Mark = 0x4353_5A52;
    private const byte Version = 1;
    private const double NormalScale = 1.482602218505602;
    private readonly RobustZScoreOptions _options;
    private readonly SortedWindow _window;

    /// <summary>Makes one that has learned nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public RobustZScoreDetector(RobustZScoreOptions options)
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
        StateFormat.ReadHeader(reader, Mark, Version, "robust z-score");
        _window.Restore(reader);
    }

    private double Judge(double value)
    {
        var median = _window.Median();
        return _options.DeadBand.Score(value - median, NormalScale * _window.MedianDeviation(median), median);
    }
}
