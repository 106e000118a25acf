using SecStream.Models.Series;

namespace SecStream.Models.SsaSpike;

/// <summary>
/// Distance from the forecast of a singular spectrum analysis in the usual size of its errors (Golyandina, Nekrutkin and Zhigljavsky 2001; stationary variant of
/// Vautard and Ghil 1989). Assumes that trend and oscillations of the series lie in a few components of its lag window. The model is fitted anew when as many
/// points have come as it was fitted to, so a point costs O(window) on average whatever the history: window products for the forecast and as many for the next
/// fit; the point that triggers a fit pays history × window at once. 8 bytes a point of the history and 16 × window × rank. Fails on seasons longer than the
/// window, right after a change of level (until the next fit) and on series without structure (there the plain z-score is as good).
/// </summary>
public sealed class SsaSpikeDetector : SeriesDetector
{
    private const uint Mark = 0x4153_5353;
    private const byte Version = 1;
    private const double ErrorWeight = 0.02;
    private const double MostErrors = 5;

    /// <summary>Standard deviation of a normal distribution whose mean absolute deviation is 1.</summary>
    private static readonly double s_normalScale = Math.Sqrt(Math.PI / 2);

    private readonly SsaSpikeOptions _options;
    private readonly double[] _ring;
    private readonly LagSubspace _subspace;
    private int _count;
    private int _next;
    private int _untilFit;
    private int _judged;
    private double _mean;
    private double _error;

    /// <summary>Makes one that has learned nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public SsaSpikeDetector(SsaSpikeOptions options)
        : base("SSA spike", Mark, Version)
    {
        _options = OptionCheck.Checked(options, o => o.Check());
        _ring = new double[options.HistoryCount];
        _subspace = new LagSubspace(options.WindowCount, options.RankCount);
        _untilFit = options.LearningCount;
    }

    /// <inheritdoc/>
    public override long StateBytes => (8L * _ring.Length) + _subspace.StateBytes + 80;

    private bool IsFitted => _count >= _options.LearningCount;

    /// <inheritdoc/>
    private protected override double Take(long time, double value)
    {
        var score = IsFitted ? Judge(value) : double.NaN;
        _ring[_next] = value;
        _next = _next + 1 == _ring.Length ? 0 : _next + 1;
        _count = Math.Min(_count + 1, _ring.Length);
        if (--_untilFit == 0)
        {
            Fit();
            _untilFit = _count;
        }

        return score;
    }

    /// <inheritdoc/>
    private protected override void SaveState(BinaryWriter writer)
    {
        writer.Write(_count);
        writer.Write(_next);
        writer.Write(_untilFit);
        writer.Write(_judged);
        writer.Write(_mean);
        writer.Write(_error);
        _subspace.Save(writer);
        StateFormat.Write(writer, _ring.AsSpan(0, _count));
    }

    /// <inheritdoc/>
    private protected override void RestoreState(BinaryReader reader)
    {
        _count = StateFormat.ReadCount(reader, _ring.Length);
        _next = StateFormat.ReadCount(reader, _ring.Length - 1);
        _untilFit = StateFormat.ReadCount(reader, _ring.Length);
        _judged = StateFormat.ReadCount(reader, int.MaxValue);
        _mean = StateFormat.ReadFinite(reader);
        _error = StateFormat.ReadFinite(reader);
        _subspace.Restore(reader);
        StateFormat.ReadFinite(reader, _ring.AsSpan(0, _count));
    }

    private double Judge(double value)
    {
        var forecast = Forecast();
        var error = Math.Abs(value - forecast);
        var score = _judged < _options.WindowCount ? double.NaN : _options.DeadBand.Score(error, s_normalScale * _error, forecast);

        // A spike may widen the usual error by a little only: the next one must be seen too.
        var bounded = _judged < _options.WindowCount ? error : Math.Min(error, MostErrors * Math.Max(_error, _options.DeadBand.Width(forecast)));
        _judged = Math.Min(_judged + 1, int.MaxValue - 1);
        _error += Math.Max(ErrorWeight, 1.0 / _judged) * (bounded - _error);
        return score;
    }

    private double Forecast()
    {
        var weights = _subspace.Recurrence;
        var at = _next - weights.Length;
        at = at < 0 ? at + _ring.Length : at;
        var sum = 0.0;
        foreach (var weight in weights)
        {
            sum += weight * (_ring[at] - _mean);
            at = at + 1 == _ring.Length ? 0 : at + 1;
        }

        return _mean + sum;
    }

    private void Fit()
    {
        var window = _options.WindowCount;
        Span<double> covariances = stackalloc double[window];
        var oldest = _count == _ring.Length ? _next : 0;
        _mean = 0;
        for (var i = 0; i < _count; i++)
        {
            _mean += (_ring[i] - _mean) / (i + 1);
        }

        for (var lag = 0; lag < window; lag++)
        {
            covariances[lag] = Covariance(oldest, lag);
        }

        if (covariances[0] > 0)
        {
            // Only directions count: held near 1, far from overflow and underflow.
            var unit = covariances[0];
            for (var lag = 0; lag < window; lag++)
            {
                covariances[lag] /= unit;
            }

            _subspace.Fit(covariances);
        }
    }

    /// <summary>Divided by the count at every lag, which keeps the matrix positive.</summary>
    private double Covariance(int oldest, int lag)
    {
        var sum = 0.0;
        var near = oldest;
        var far = (oldest + lag) % _ring.Length;
        for (var i = lag; i < _count; i++)
        {
            sum += (_ring[near] - _mean) * (_ring[far] - _mean);
            near = near + 1 == _ring.Length ? 0 : near + 1;
            far = far + 1 == _ring.Length ? 0 : far + 1;
        }

        return sum / _count;
    }
}
