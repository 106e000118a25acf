using SecStream.Models.Standardisation;
using SecStream.Models.Vectors;

namespace SecStream.Models.KnnCoreset;

/// <summary>Draws coresets. Cost: the standardisation.</summary>
public sealed class KnnCoresetTrainer : IVectorTrainer
{
    private readonly KnnCoresetOptions _options;

    /// <summary>A trainer.</summary>
    /// <exception cref="ArgumentException">The options cannot be used.</exception>
    public KnnCoresetTrainer(KnnCoresetOptions options) => _options = OptionsCheck.Checked(options);

    /// <inheritdoc/>
    public string Name => KnnCoresetDetector.ArtefactName;

    /// <inheritdoc/>
    public IVectorDetector Fit(ReadOnlySpan<double> rows, int featureCount, ulong seed)
    {
        var count = Rows.CheckTraining(rows, featureCount);
        var standardiser = Standardiser.Fit(rows, featureCount, _options.Standardisation);
        var size = Math.Min(count, _options.CoresetSize);
        var picked = new Draw(Draw.Seed(seed, 0)).Sample(count, size);
        Array.Sort(picked);
        var coreset = new float[size * featureCount];
        for (var i = 0; i < size; i++)
        {
            for (var f = 0; f < featureCount; f++)
            {
                coreset[(f * size) + i] = (float)standardiser.Value(rows[(picked[i] * featureCount) + f], f);
            }
        }

        return new KnnCoresetDetector(standardiser, coreset, Math.Clamp(size / 3, 1, _options.Neighbour));
    }
}
