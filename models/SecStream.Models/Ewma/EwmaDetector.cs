using SecStream.Models.Series;

namespace SecStream.Models.Ewma;

/// <summary>
/// Distance from an exponentially weighted mean in exponentially weighted standard deviations (Roberts 1959; variance by West 1979). Assumes a level that drifts
/// and noise around it whose size drifts too. O(1) a point, 40 bytes. Fails on slow ramps (it follows them), after a large outlier (the variance stays wide
/// for some 3 / weight points) and on seasons.
/// </summary>
public sealed class EwmaDetector : SeriesDetector
{
    private const uint Mark = 0x414D_5745;
    private const byte Version = 1;
    private readonly EwmaOptions _options;
    private int _count;
    private double _mean;
    private double _variance;

    /// <summary>Makes one that has learned nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public EwmaDetector(EwmaOptions options)
        : base("EWMA", Mark, Version)
    {
        _options = OptionCheck.Checked(options, o => o.Check());
    }

    /// <inheritdoc/>
    public override long StateBytes => 40;

    /// <inheritdoc/>
    private protected override double Take(long time, double value)
    {
        var score = _count < _options.LearningCount ? double.NaN : _options.DeadBand.Score(value - _mean, Math.Sqrt(_variance), _mean);
        Learn(value);
        return score;
    }

    /// <inheritdoc/>
    private protected override void SaveState(BinaryWriter writer)
    {
        writer.Write(_count);
        writer.Write(_mean);
        writer.Write(_variance);
    }

    /// <inheritdoc/>
    private protected override void RestoreState(BinaryReader reader)
    {
        _count = StateFormat.ReadCount(reader, int.MaxValue);
        _mean = StateFormat.ReadFinite(reader);
        _variance = StateFormat.ReadFinite(reader);
    }

    private void Learn(double value)
    {
        _count = _count == int.MaxValue ? _count : _count + 1;

        // The first points count alike, as in a plain mean: else the very first would weigh most for a long time.
        var weight = Math.Max(_options.Weight, 1.0 / _count);
        var difference = value - _mean;
        _mean += weight * difference;
        _variance = (1 - weight) * (_variance + (weight * difference * difference));
    }
}
