using SecStream.Models.Vectors;

namespace SecStream.Models.Ecod;

/// <summary>Sorts features. Cost: rows × log(rows) a feature.</summary>
public sealed class EcodTrainer : IVectorTrainer
{
    private readonly EcodOptions _options;

    /// <summary>A trainer.</summary>
    /// <exception cref="ArgumentException">The options cannot be used.</exception>
    public EcodTrainer(EcodOptions options) => _options = OptionsCheck.Checked(options);

    /// <inheritdoc/>
    public string Name => EcodDetector.ArtefactName;

    /// <inheritdoc/>
    public IVectorDetector Fit(ReadOnlySpan<double> rows, int featureCount, ulong seed)
    {
        var count = Rows.CheckTraining(rows, featureCount);
        var points = Math.Min(count, _options.Points);
        var kept = new double[points * featureCount];
        var skewedLeft = new bool[featureCount];
        var column = new double[count];
        for (var f = 0; f < featureCount; f++)
        {
            for (var r = 0; r < count; r++)
            {
                column[r] = rows[(r * featureCount) + f];
            }

            Array.Sort(column);
            skewedLeft[f] = Skewness(column) < 0;
            for (var i = 0; i < points; i++)
            {
                kept[(f * points) + i] = column[(int)((long)i * (count - 1) / (points - 1))];
            }
        }

        return new EcodDetector(kept, skewedLeft, count);
    }

    /// <summary>The third moment in units of the largest value; only its sign counts.</summary>
    private static double Skewness(double[] values)
    {
        var largest = Math.Max(Math.Abs(values[0]), Math.Abs(values[^1]));
        var mean = 0.0;
        for (var i = 0; i < values.Length && largest > 0; i++)
        {
            mean += ((values[i] / largest) - mean) / (i + 1);
        }

        var sum = 0.0;
        for (var i = 0; i < values.Length && largest > 0; i++)
        {
            var difference = (values[i] / largest) - mean;
            sum += difference * difference * difference;
        }

        return sum;
    }
}
