using SecStream.Models.Standardisation;
using SecStream.Models.Vectors;

namespace SecStream.Models.IsolationForest;

/// <summary>Fits isolation forests. Cost: the standardisation, then trees × sample size × features × depth: some milliseconds whatever the number of rows.</summary>
public sealed class IsolationForestTrainer : IVectorTrainer
{
    private readonly IsolationForestOptions _options;

    /// <summary>A trainer.</summary>
    /// <exception cref="ArgumentException">The options cannot be used.</exception>
    public IsolationForestTrainer(IsolationForestOptions options) => _options = OptionsCheck.Checked(options);

    /// <inheritdoc/>
    public string Name => IsolationForestDetector.ArtefactName;

    /// <inheritdoc/>
    public IVectorDetector Fit(ReadOnlySpan<double> rows, int featureCount, ulong seed)
    {
        var count = Rows.CheckTraining(rows, featureCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(featureCount, ushort.MaxValue);
        var standardiser = Standardiser.Fit(rows, featureCount, _options.Standardisation);
        var sampleSize = Math.Min(_options.SampleSize, count);
        var layout = new ForestLayout(_options.Trees, Depth(sampleSize));
        var sample = new float[sampleSize * featureCount];
        var grower = new TreeGrower(layout, sample, featureCount);
        var order = new int[sampleSize];
        var picked = new int[sampleSize];
        var deck = new Deck(count);
        var draw = new Draw(seed);
        for (var tree = 0; tree < _options.Trees; tree++)
        {
            deck.Take(draw, picked);
            Take(rows, featureCount, standardiser, picked, sample);
            for (var i = 0; i < sampleSize; i++)
            {
                order[i] = i;
            }

            grower.Grow(tree, order, draw);
        }

        return new IsolationForestDetector(standardiser, layout, TreeGrower.MeanPath(sampleSize));
    }

    private static int Depth(int sampleSize) => Math.Max(1, (int)Math.Ceiling(Math.Log2(sampleSize)));

    private static void Take(ReadOnlySpan<double> rows, int featureCount, Standardiser standardiser, int[] picked, float[] sample)
    {
        for (var i = 0; i < picked.Length; i++)
        {
            for (var f = 0; f < featureCount; f++)
            {
                sample[(i * featureCount) + f] = (float)standardiser.Value(rows[(picked[i] * featureCount) + f], f);
            }
        }
    }
}
