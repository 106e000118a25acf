using SecStream.Models.Vectors;

namespace SecStream.Models.RobustCovariance;

/// <summary>Finds the middle and the shape of the rows that lie closest together.</summary>
internal sealed class Concentration(double[] rows, int dimensions, RobustCovarianceOptions options)
{
    private readonly int _count = rows.Length / dimensions;
    private readonly double[] _distances = new double[rows.Length / dimensions];
    private readonly double[] _whitening = new double[dimensions * dimensions];
    private readonly double[] _centre = new double[dimensions];

    /// <summary>Centre, and the inverse of the Cholesky factor of the covariance (lower triangle, row by row).</summary>
    public (double[] Centre, double[] Whitening) Run()
    {
        var size = Math.Clamp((int)(options.Support * _count), 1, _count);
        StartFromMedians();
        var chosen = Closest(size);
        for (var step = 0; step < options.Steps; step++)
        {
            Measure(chosen);
            for (var row = 0; row < _count; row++)
            {
                _distances[row] = Whitened.SquaredDistance(Row(row), _centre, _whitening);
            }

            var next = Closest(size);
            if (next.AsSpan().SequenceEqual(chosen))
            {
                break;
            }

            chosen = next;
        }

        return (_centre, _whitening);
    }

    private ReadOnlySpan<double> Row(int row) => rows.AsSpan(row * dimensions, dimensions);

    /// <summary>One start that owes nothing to chance: distances from the medians, as DetMCD does (Hubert, Rousseeuw, Verdonck 2012).</summary>
    private void StartFromMedians()
    {
        var column = new double[_count];
        for (var f = 0; f < dimensions; f++)
        {
            for (var r = 0; r < _count; r++)
            {
                column[r] = rows[(r * dimensions) + f];
            }

            Array.Sort(column);
            var median = column[_count / 2];
            for (var r = 0; r < _count; r++)
            {
                var difference = rows[(r * dimensions) + f] - median;
                _distances[r] += difference * difference;
            }
        }
    }

    /// <summary>The rows with the smallest distances, in their own order; ties go to the earlier row.</summary>
    private int[] Closest(int size)
    {
        var order = new int[_count];
        var keys = new (double, int)[_count];
        for (var i = 0; i < _count; i++)
        {
            order[i] = i;
            keys[i] = (_distances[i], i);
        }

        Array.Sort(keys, order);
        var chosen = order[..size];
        Array.Sort(chosen);
        return chosen;
    }

    private void Measure(int[] chosen)
    {
        Array.Clear(_centre);
        foreach (var row in chosen)
        {
            Dense.AddScaled(_centre, 1.0 / chosen.Length, Row(row));
        }

        var covariance = new double[dimensions * dimensions];
        var difference = new double[dimensions];
        foreach (var row in chosen)
        {
            Row(row).CopyTo(difference);
            Dense.AddScaled(difference, -1, _centre);
            for (var f = 0; f < dimensions; f++)
            {
                Dense.AddScaled(covariance.AsSpan(f * dimensions, f + 1), difference[f] / chosen.Length, difference.AsSpan(0, f + 1));
            }
        }

        Shrink(covariance);
        Whitened.Invert(covariance, dimensions, _whitening);
    }

    private void Shrink(double[] covariance)
    {
        var trace = 0.0;
        for (var f = 0; f < dimensions; f++)
        {
            trace += covariance[(f * dimensions) + f];
        }

        foreach (ref var value in covariance.AsSpan())
        {
            value *= 1 - options.Shrinkage;
        }

        // The last term keeps rows that are all alike from dividing by zero: one unit is one deviation of the training rows.
        var sphere = (options.Shrinkage * trace / dimensions) + 1e-9;
        for (var f = 0; f < dimensions; f++)
        {
            covariance[(f * dimensions) + f] += sphere;
        }
    }
}
