using SecStream.Models.Series;

namespace SecStream.Models.SpectralResidual;

/// <summary>
/// Saliency of a point: what its neighbourhood's spectrum does not explain, against the mean saliency of the points before it (Ren and others 2019; Hou and Zhang
/// 2007). The newest point is judged, with five estimated ones behind it as the paper has them: no look-ahead. Assumes that normal variation is periodic or
/// smooth; unlike the paper's, frequencies that stand out are levelled. O(window) a point by a sliding transform, O(1) in the history. Some 40 bytes a point of the window and 8 a point of the history. Fails on jumps that
/// stay (only their first points are salient), on noise without structure and on windows shorter than two seasons.
/// </summary>
public sealed class SpectralResidualDetector : SeriesDetector
{
    private const uint Mark = 0x5345_5253;
    private const byte Version = 1;

    /// <summary>Amplitudes below this share of the level are rounding.</summary>
    private const double Nothing = 1e-9;

    private readonly SpectralResidualOptions _options;
    private readonly SlidingSpectrum _spectrum;
    private readonly double[] _logs;
    private readonly double[] _saliencies;
    private int _count;
    private int _next;
    private double _sum;

    /// <summary>Makes one that has learned nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public SpectralResidualDetector(SpectralResidualOptions options)
        : base("spectral residual", Mark, Version)
    {
        _options = OptionCheck.Checked(options, o => o.Check());
        _spectrum = new SlidingSpectrum(options.WindowCount);
        _logs = new double[_spectrum.FrequencyCount];
        _saliencies = new double[options.HistoryCount];
    }

    /// <inheritdoc/>
    public override long StateBytes => _spectrum.StateBytes + (8L * (_saliencies.Length + _logs.Length)) + 64;

    /// <inheritdoc/>
    private protected override double Take(long time, double value)
    {
        _spectrum.Add(value);
        if (!_spectrum.IsFull)
        {
            return double.NaN;
        }

        var (saliency, mean) = Saliency();
        var score = _count < 10 ? double.NaN : Judge(value, saliency, mean);
        Learn(saliency);
        return score;
    }

    /// <inheritdoc/>
    private protected override void SaveState(BinaryWriter writer)
    {
        _spectrum.Save(writer);
        writer.Write(_count);
        writer.Write(_next);
        writer.Write(_sum);
        StateFormat.Write(writer, _saliencies.AsSpan(0, _count));
    }

    /// <inheritdoc/>
    private protected override void RestoreState(BinaryReader reader)
    {
        _spectrum.Restore(reader);
        _count = StateFormat.ReadCount(reader, _saliencies.Length);
        _next = StateFormat.ReadCount(reader, _saliencies.Length - 1);
        _sum = StateFormat.ReadFinite(reader);
        StateFormat.ReadFinite(reader, _saliencies.AsSpan(0, _count));
    }

    private double Judge(double value, double saliency, double mean)
    {
        if (Math.Abs(value - mean) <= _options.DeadBand.Width(mean))
        {
            return 0;
        }

        var usual = _sum / _count;
        return usual > 0 ? Math.Clamp((saliency - usual) / usual, 0, DeadBand.Most) : saliency > 0 ? DeadBand.Most : 0;
    }

    private (double Saliency, double Mean) Saliency()
    {
        var ahead = Ahead();
        var level = _spectrum.At(0, ahead).Real;
        var largest = Math.Abs(level);
        for (var k = 1; k < _logs.Length; k++)
        {
            var (real, imaginary) = _spectrum.At(k, ahead);
            _logs[k] = Math.Sqrt((real * real) + (imaginary * imaginary));
            largest = Math.Max(largest, _logs[k]);
        }

        for (var k = 1; k < _logs.Length; k++)
        {
            _logs[k] = Math.Log(Math.Max(_logs[k], Nothing * Math.Max(largest, Nothing)));
        }

        var window = _options.WindowCount;
        return (WhitenedAtNewest(ahead, window), level / window);
    }

    /// <summary>The series at its newest point with all amplitudes made alike. The level, frequency 0, is left out: it is no structure.</summary>
    private double WhitenedAtNewest(double ahead, int window)
    {
        var sumReal = 0.0;
        var sumImaginary = 0.0;
        for (var k = 1; k < _logs.Length; k++)
        {
            var (real, imaginary) = _spectrum.At(k, ahead);
            
            // A frequency that stands out of its neighbours is a season: it is levelled to 1, not left over as in the paper, where a pure season is salient itself.
            var whitened = Math.Exp(-Math.Max(Around(k), _logs[k]));
            var (atReal, atImaginary) = _spectrum.AtNewest(k, real * whitened, imaginary * whitened);

            // The upper half of the spectrum mirrors the lower: real parts double, imaginary parts cancel.
            var isMirrored = k < window / 2;
            sumReal += isMirrored ? 2 * atReal : atReal;
            sumImaginary += isMirrored ? 0 : atImaginary;
        }

        return Math.Sqrt((sumReal * sumReal) + (sumImaginary * sumImaginary)) / window;
    }

    /// <summary>Mean of the log amplitude at a frequency and its two neighbours; at the ends of the spectrum the frequency itself stands in for the missing one.</summary>
    private double Around(int k)
    {
        var below = k == 1 ? _logs[k] : _logs[k - 1];
        var above = k == _logs.Length - 1 ? _logs[k - 1] : _logs[k + 1];
        return (below + _logs[k] + above) / 3;
    }

    /// <summary>
    /// Where the mean gradient leads (the paper's equation 13), from the points before the newest, as in the authors' code: a spike must not foretell itself.
    /// </summary>
    private double Ahead()
    {
        var last = _spectrum.Newest(1);
        var gradient = 0.0;
        for (var back = 1; back <= SlidingSpectrum.AheadCount; back++)
        {
            gradient += (last - _spectrum.Newest(1 + back)) / back;
        }

        return _spectrum.Newest(SlidingSpectrum.AheadCount) + gradient;
    }

    private void Learn(double saliency)
    {
        if (_count == _saliencies.Length)
        {
            _sum -= _saliencies[_next];
        }
        else
        {
            _count++;
        }

        _saliencies[_next] = saliency;
        _sum += saliency;
        _next++;
        if (_next == _saliencies.Length)
        {
            // Once in a history the sum is made anew: rounding can't pile up.
            _next = 0;
            _sum = 0;
            foreach (var held in _saliencies)
            {
                _sum += held;
            }
        }
    }
}
