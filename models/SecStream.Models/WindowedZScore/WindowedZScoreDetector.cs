using SecStream.Models.Series;

namespace SecStream.Models.WindowedZScore;

/// <summary>
/// Distance from the mean of the last points in their standard deviations (Shewhart 1931; running moments by Welford 1962). Assumes values that scatter
/// symmetrically around a level that moves slowly against the window. O(1) a point: the moments are updated for the point that comes and the one that goes, and
/// made anew once in a window so that rounding can't pile up. 8 bytes a point of the window. Fails where outliers are frequent (they widen the deviation and hide
/// each other: use the robust z-score), on heavy tails and on seasons.
/// </summary>
public sealed class WindowedZScoreDetector : SeriesDetector
{
    private const uint Mark = 0x4353_5A57;
    private const byte Version = 1;
    private readonly WindowedZScoreOptions _options;
    private readonly double[] _ring;
    private int _count;
    private int _next;
    private double _mean;
    private double _squares;

    /// <summary>Makes one that has learned nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public WindowedZScoreDetector(WindowedZScoreOptions options)
        : base("windowed z-score", Mark, Version)
    {
        _options = OptionCheck.Checked(options, o => o.Check());
        _ring = new double[options.WindowCount];
    }

    /// <inheritdoc/>
    public override long StateBytes => (8L * _ring.Length) + 48;

    /// <inheritdoc/>
    private protected override double Take(long time, double value)
    {
        var score = _count < _options.LearningCount
            ? double.NaN
            : _options.DeadBand.Score(value - _mean, Math.Sqrt(Math.Max(_squares, 0) / (_count - 1)), _mean);
        Learn(value);
        return score;
    }

    /// <inheritdoc/>
    private protected override void SaveState(BinaryWriter writer)
    {
        writer.Write(_count);
        writer.Write(_next);
        writer.Write(_mean);
        writer.Write(_squares);
        StateFormat.Write(writer, _ring.AsSpan(0, _count));
    }

    /// <inheritdoc/>
    private protected override void RestoreState(BinaryReader reader)
    {
        _count = StateFormat.ReadCount(reader, _ring.Length);
        _next = StateFormat.ReadCount(reader, _ring.Length - 1);
        _mean = StateFormat.ReadFinite(reader);
        _squares = StateFormat.ReadFinite(reader);
        StateFormat.ReadFinite(reader, _ring.AsSpan(0, _count));
    }

    private void Learn(double value)
    {
        if (_count < _ring.Length)
        {
            Add(value, ++_count);
        }
        else
        {
            Exchange(_ring[_next], value);
        }

        _ring[_next] = value;
        _next++;
        if (_next == _ring.Length)
        {
            _next = 0;
            MakeAnew();
        }
    }

    private void Add(double value, int count)
    {
        var before = value - _mean;
        _mean += before / count;
        _squares += before * (value - _mean);
    }

    private void Exchange(double old, double value)
    {
        var before = _mean;
        _mean += (value - old) / _count;
        _squares += (value - old) * (value - _mean + old - before);
    }

    private void MakeAnew()
    {
        _mean = 0;
        _squares = 0;
        for (var i = 0; i < _count; i++)
        {
            Add(_ring[i], i + 1);
        }
    }
}
