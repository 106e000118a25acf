using SecStream.Models.Standardisation;
using SecStream.Models.Vectors;

namespace SecStream.Models.ExtendedIsolationForest;

/// <summary>Fits extended isolation forests. Cost as the plain forest's, times the directions.</summary>
public sealed class ExtendedIsolationForestTrainer : IVectorTrainer
{
    private readonly ExtendedIsolationForestOptions _options;

    /// <summary>A trainer.</summary>
    /// <exception cref="ArgumentException">The options cannot be used.</exception>
    public ExtendedIsolationForestTrainer(ExtendedIsolationForestOptions options) => _options = OptionsCheck.Checked(options);

    /// <inheritdoc/>
    public string Name => ExtendedIsolationForestDetector.ArtefactName;

    /// <inheritdoc/>
    public IVectorDetector Fit(ReadOnlySpan<double> rows, int featureCount, ulong seed)
    {
        var count = Rows.CheckTraining(rows, featureCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(featureCount, ushort.MaxValue);
        var standardiser = Standardiser.Fit(rows, featureCount, _options.Standardisation);
        var sampleSize = Math.Min(_options.SampleSize, count);
        var depth = Math.Max(1, (int)Math.Ceiling(Math.Log2(sampleSize)));
        var trees = SlantedTrees.Empty(_options.Trees, depth, Math.Min(_options.Directions, featureCount));
        var sample = new float[sampleSize * featureCount];
        var grower = new SlantedTreeGrower(trees, sample, featureCount);
        var order = new int[sampleSize];
        for (var tree = 0; tree < _options.Trees; tree++)
        {
            var draw = new Draw(Draw.Seed(seed, tree));
            var picked = draw.Sample(count, sampleSize);
            for (var i = 0; i < sampleSize; i++)
            {
                order[i] = i;
                standardiser.Apply(rows.Slice(picked[i] * featureCount, featureCount), sample.AsSpan(i * featureCount, featureCount));
            }

            grower.Grow(tree, order, draw);
        }

        return new ExtendedIsolationForestDetector(standardiser, trees, IsolationForest.TreeGrower.MeanPath(sampleSize));
    }
}
