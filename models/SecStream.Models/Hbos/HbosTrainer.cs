using SecStream.Models.Vectors;

namespace SecStream.Models.Hbos;

/// <summary>Counts histograms. Cost: two passes over the rows.</summary>
public sealed class HbosTrainer : IVectorTrainer
{
    private readonly HbosOptions _options;

    /// <summary>A trainer.</summary>
    /// <exception cref="ArgumentException">The options cannot be used.</exception>
    public HbosTrainer(HbosOptions options) => _options = OptionsCheck.Checked(options);

    /// <inheritdoc/>
    public string Name => HbosDetector.ArtefactName;

    /// <inheritdoc/>
    public IVectorDetector Fit(ReadOnlySpan<double> rows, int featureCount, ulong seed)
    {
        Rows.CheckTraining(rows, featureCount);
        var bins = _options.Bins;
        var (lows, highs) = Ranges(rows, featureCount);
        var strangeness = new double[featureCount * bins];
        for (var f = 0; f < featureCount; f++)
        {
            var counts = strangeness.AsSpan(f * bins, bins);
            for (var i = f; i < rows.Length; i += featureCount)
            {
                counts[HbosDetector.Bin(rows[i], lows[f], highs[f], bins)]++;
            }

            var highest = 0.0;
            foreach (var count in counts)
            {
                highest = Math.Max(highest, count);
            }

            foreach (ref var value in counts)
            {
                value = -Math.Log(Math.Max(value / highest, _options.Floor));
            }
        }

        return new HbosDetector(lows, highs, strangeness, -Math.Log(_options.Floor));
    }

    private static (double[] Lows, double[] Highs) Ranges(ReadOnlySpan<double> rows, int featureCount)
    {
        var (lows, highs) = (rows[..featureCount].ToArray(), rows[..featureCount].ToArray());
        for (var i = 0; i < rows.Length; i++)
        {
            var f = i % featureCount;
            lows[f] = Math.Min(lows[f], rows[i]);
            highs[f] = Math.Max(highs[f], rows[i]);
        }

        return (lows, highs);
    }
}
