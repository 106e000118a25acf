using SecStream.Models.Series;

namespace SecStream.Models.SsaSpike;

/// <summary>
/// The leading eigenvectors of a symmetric Toeplitz matrix of autocovariances, by orthogonal iteration that starts from those of the last fit, and the linear
/// recurrence that continues a series of that subspace (Golyandina, Nekrutkin and Zhigljavsky 2001, chapter 2).
/// </summary>
internal sealed class LagSubspace
{
    private const int FirstIterations = 24;
    private const int LaterIterations = 6;
    private const double MostVerticality = 0.9;
    private readonly int _window;
    private readonly double[][] _basis;
    private readonly double[][] _images;
    private bool _isFitted;

    public LagSubspace(int window, int rank)
    {
        _window = window;
        _basis = new double[rank][];
        _images = new double[rank][];
        for (var r = 0; r < rank; r++)
        {
            _basis[r] = new double[window];
            _images[r] = new double[window];
            for (var i = 0; i < window; i++)
            {
                _basis[r][i] = Math.Cos(Math.PI * r * (i + 0.5) / window);
            }
        }

        Recurrence = new double[window - 1];
    }

    /// <summary>Weights of the last points, oldest first, in the forecast of the next.</summary>
    public double[] Recurrence { get; }

    public long StateBytes => (8L * _window * ((2 * _basis.Length) + 1)) + 64;

    /// <summary>Fits to autocovariances at lags 0 to window − 1.</summary>
    public void Fit(ReadOnlySpan<double> covariances)
    {
        for (var i = _isFitted ? LaterIterations : FirstIterations; i > 0; i--)
        {
            Iterate(covariances);
        }

        _isFitted = true;
        MakeRecurrence();
    }

    public void Save(BinaryWriter writer)
    {
        writer.Write(_isFitted);
        foreach (var vector in _basis)
        {
            foreach (var element in vector)
            {
                writer.Write(element);
            }
        }
    }

    public void Restore(BinaryReader reader)
    {
        _isFitted = reader.ReadBoolean();
        foreach (var vector in _basis)
        {
            for (var i = 0; i < vector.Length; i++)
            {
                vector[i] = StateFormat.ReadFinite(reader);
            }
        }

        if (_isFitted)
        {
            MakeRecurrence();
        }
    }

    private static double Dot(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    private void Iterate(ReadOnlySpan<double> covariances)
    {
        for (var r = 0; r < _basis.Length; r++)
        {
            var from = _basis[r];
            var to = _images[r];
            for (var i = 0; i < _window; i++)
            {
                var sum = 0.0;
                for (var j = 0; j < _window; j++)
                {
                    sum += covariances[Math.Abs(i - j)] * from[j];
                }

                to[i] = sum;
            }
        }

        for (var r = 0; r < _basis.Length; r++)
        {
            Orthonormalise(r);
        }
    }

    /// <summary>Modified Gram-Schmidt. A direction without any variance keeps its former vector's place as zeros: it adds nothing to the recurrence.</summary>
    private void Orthonormalise(int r)
    {
        var vector = _images[r];
        for (var earlier = 0; earlier < r; earlier++)
        {
            var along = Dot(vector, _basis[earlier]);
            for (var i = 0; i < _window; i++)
            {
                vector[i] -= along * _basis[earlier][i];
            }
        }

        var length = Math.Sqrt(Dot(vector, vector));
        var target = _basis[r];
        for (var i = 0; i < _window; i++)
        {
            target[i] = length > 1e-12 ? vector[i] / length : 0;
        }
    }

    private void MakeRecurrence()
    {
        Array.Clear(Recurrence);
        var verticality = 0.0;
        foreach (var vector in _basis)
        {
            var last = vector[_window - 1];

            // Components that point along the newest value would divide by nearly nothing: the forecast would amplify noise.
            if (verticality + (last * last) > MostVerticality)
            {
                break;
            }

            verticality += last * last;
            for (var i = 0; i < Recurrence.Length; i++)
            {
                Recurrence[i] += last * vector[i];
            }
        }

        for (var i = 0; i < Recurrence.Length; i++)
        {
            Recurrence[i] /= 1 - verticality;
        }
    }
}
