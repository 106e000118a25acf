using SecStream.Models.Series;

namespace SecStream.Models.SpectralResidual;

/// <summary>
/// The discrete Fourier transform of a window that slides: each frequency is updated for the value that comes and the one that goes (Jacobsen and Lyons 2003), and
/// made anew once in a window so that rounding can't pile up. The last <see cref="AheadCount"/> places of the window are for values that are only estimated.
/// </summary>
internal sealed class SlidingSpectrum
{
    /// <summary>Estimated points behind the newest.</summary>
    public const int AheadCount = 5;

    private readonly int _window;
    private readonly int _held;
    private readonly double[] _cosines;
    private readonly double[] _sines;
    private readonly double[] _ring;
    private readonly double[] _real;
    private readonly double[] _imaginary;
    private readonly double[] _aheadReal;
    private readonly double[] _aheadImaginary;
    private int _next;

    public SlidingSpectrum(int window)
    {
        _window = window;
        _held = window - AheadCount;
        _ring = new double[_held];
        _cosines = new double[window];
        _sines = new double[window];
        for (var i = 0; i < window; i++)
        {
            _cosines[i] = Math.Cos(2 * Math.PI * i / window);
            _sines[i] = Math.Sin(2 * Math.PI * i / window);
        }

        _real = new double[(window / 2) + 1];
        _imaginary = new double[_real.Length];
        _aheadReal = new double[_real.Length];
        _aheadImaginary = new double[_real.Length];
        for (var k = 0; k < _real.Length; k++)
        {
            for (var j = _held; j < window; j++)
            {
                _aheadReal[k] += _cosines[j * k % window];
                _aheadImaginary[k] -= _sines[j * k % window];
            }
        }
    }

    /// <summary>Values held.</summary>
    public int Count { get; private set; }

    /// <summary>Whether the window is full.</summary>
    public bool IsFull => Count == _held;

    /// <summary>Frequencies from 0 to half of the window.</summary>
    public int FrequencyCount => _real.Length;

    public long StateBytes => 8L * (_ring.Length + (2 * _cosines.Length) + (4 * _real.Length));

    /// <summary>The value <paramref name="back"/> before the newest.</summary>
    public double Newest(int back)
    {
        var at = _next - 1 - back;
        return _ring[at < 0 ? at + _held : at];
    }

    /// <summary>A frequency, the estimated values taken in.</summary>
    public (double Real, double Imaginary) At(int k, double ahead) => (_real[k] + (ahead * _aheadReal[k]), _imaginary[k] + (ahead * _aheadImaginary[k]));

    /// <summary>Turns a component back in time to the place of the newest value and gives the real and imaginary part there.</summary>
    public (double Real, double Imaginary) AtNewest(int k, double real, double imaginary)
    {
        var turn = (_held - 1) * k % _window;
        return ((real * _cosines[turn]) - (imaginary * _sines[turn]), (real * _sines[turn]) + (imaginary * _cosines[turn]));
    }

    public void Add(double value)
    {
        var old = Count == _held ? _ring[_next] : 0;
        _ring[_next] = value;
        _next = _next + 1 == _held ? 0 : _next + 1;
        Count = Math.Min(Count + 1, _held);
        if (_next == 0)
        {
            MakeAnew();
        }
        else if (IsFull)
        {
            Slide(old, value);
        }
    }

    public void Save(BinaryWriter writer)
    {
        writer.Write(Count);
        writer.Write(_next);
        for (var i = 0; i < Count; i++)
        {
            writer.Write(_ring[i]);
        }

        for (var k = 0; k < _real.Length; k++)
        {
            writer.Write(_real[k]);
            writer.Write(_imaginary[k]);
        }
    }

    public void Restore(BinaryReader reader)
    {
        Count = StateFormat.ReadCount(reader, _held);
        _next = StateFormat.ReadCount(reader, _held - 1);
        for (var i = 0; i < Count; i++)
        {
            _ring[i] = StateFormat.ReadFinite(reader);
        }

        for (var k = 0; k < _real.Length; k++)
        {
            _real[k] = StateFormat.ReadFinite(reader);
            _imaginary[k] = StateFormat.ReadFinite(reader);
        }
    }

    private void Slide(double old, double value)
    {
        for (var k = 0; k < _real.Length; k++)
        {
            // The first place goes, all others move down by one, the new value takes the last.
            var real = _real[k] - old;
            var imaginary = _imaginary[k];
            var last = (_held - 1) * k % _window;
            _real[k] = (real * _cosines[k]) - (imaginary * _sines[k]) + (value * _cosines[last]);
            _imaginary[k] = (real * _sines[k]) + (imaginary * _cosines[k]) - (value * _sines[last]);
        }
    }

    /// <summary>The oldest value is at 0 of the ring here.</summary>
    private void MakeAnew()
    {
        for (var k = 0; k < _real.Length; k++)
        {
            var real = 0.0;
            var imaginary = 0.0;
            var turn = 0;
            for (var j = 0; j < _held; j++)
            {
                real += _ring[j] * _cosines[turn];
                imaginary -= _ring[j] * _sines[turn];
                turn += k;
                turn = turn >= _window ? turn - _window : turn;
            }

            _real[k] = real;
            _imaginary[k] = imaginary;
        }
    }
}
