using SecStream.Models.Vectors;

namespace SecStream.Models.RobustCovariance;

/// <summary>Distances in the space where a covariance is a sphere.</summary>
internal static class Whitened
{
    /// <summary>Squared Mahalanobis distance.</summary>
    public static double SquaredDistance(ReadOnlySpan<double> row, ReadOnlySpan<double> centre, ReadOnlySpan<double> whitening)
    {
        Span<double> difference = row.Length <= 512 ? stackalloc double[row.Length] : new double[row.Length];
        row.CopyTo(difference);
        Dense.AddScaled(difference, -1, centre);
        var sum = 0.0;
        for (var i = 0; i < row.Length; i++)
        {
            var value = Dense.Dot(whitening.Slice(i * row.Length, i + 1), difference[..(i + 1)]);
            sum += value * value;
        }

        return sum;
    }

    /// <summary>The inverse of the Cholesky factor of a positive definite matrix, of which the lower triangle is read (and overwritten by the factor).</summary>
    public static void Invert(double[] matrix, int size, double[] inverse)
    {
        Factor(matrix, size);
        Array.Clear(inverse);
        for (var i = 0; i < size; i++)
        {
            // Row i of the inverse = (unit row i − Σ L[i,k] × row k of the inverse) / L[i,i]
            var row = inverse.AsSpan(i * size, i + 1);
            for (var k = 0; k < i; k++)
            {
                Dense.AddScaled(row[..(k + 1)], -matrix[(i * size) + k], inverse.AsSpan(k * size, k + 1));
            }

            row[i] = 1;
            var diagonal = 1 / matrix[(i * size) + i];
            foreach (ref var value in row)
            {
                value *= diagonal;
            }
        }
    }

    private static void Factor(double[] matrix, int size)
    {
        for (var i = 0; i < size; i++)
        {
            var row = matrix.AsSpan(i * size, i + 1);
            for (var j = 0; j < i; j++)
            {
                var above = matrix.AsSpan(j * size, j + 1);
                row[j] = (row[j] - Dense.Dot(row[..j], above[..j])) / above[j];
            }

            // Shrinkage keeps this positive but for rounding; then the least that can be divided by stands in.
            row[i] = Math.Sqrt(Math.Max(row[i] - Dense.Dot(row[..i], row[..i]), 1e-12));
        }
    }
}
