using SecStream.Models.Vectors;

namespace SecStream.Models.IsolationForest;

/// <summary>Grows the trees of a forest into its layout. Features are dealt from a deck for each depth: over the trees all are asked equally often.</summary>
internal sealed class TreeGrower
{
    private const int ThresholdDraws = 4;
    private readonly ForestLayout _layout;
    private readonly float[] _rows;
    private readonly int _featureCount;
    private readonly Deck[] _decks;
    private Draw _draw = new(0);
    private int _base;

    /// <summary>A grower.</summary>
    /// <param name="layout">Where the trees go.</param>
    /// <param name="rows">Standardised rows.</param>
    /// <param name="featureCount">Values of a row.</param>
    public TreeGrower(ForestLayout layout, float[] rows, int featureCount)
    {
        (_layout, _rows, _featureCount) = (layout, rows, featureCount);
        _decks = [.. Enumerable.Range(0, layout.Depth).Select(_ => new Deck(featureCount))];
    }

    /// <summary>Mean path length of an unsuccessful search in a binary tree of a number of rows: what a leaf of several rows would still need.</summary>
    public static double MeanPath(int rows) => rows switch
    {
        <= 1 => 0,
        2 => 1,
        _ => (2 * (Math.Log(rows - 1) + 0.57721566490153286)) - (2.0 * (rows - 1) / rows),
    };

    /// <summary>Grows one tree from some rows, which are put into another order.</summary>
    public void Grow(int tree, Span<int> sample, Draw draw)
    {
        (_draw, _base) = (draw, tree << _layout.Depth);
        Grow(1, 0, sample);
    }

    private double Grow(int node, int depth, Span<int> sample)
    {
        var split = depth < _layout.Depth && sample.Length > 1 ? Split(node, depth, sample) : 0;
        double expected;
        if (split == 0)
        {
            expected = depth + MeanPath(sample.Length);
            Fill(node, depth, expected);
        }
        else
        {
            var left = Grow(2 * node, depth + 1, sample[..split]);
            var right = Grow((2 * node) + 1, depth + 1, sample[split..]);
            expected = ((left * split) + (right * (sample.Length - split))) / sample.Length;
        }

        _layout.Expected[(2 * _base) + node] = (float)expected;
        return expected;
    }

    /// <summary>Splits at a random value of a random feature that is not constant here; returns how many rows went left, 0 for no split.</summary>
    private int Split(int node, int depth, Span<int> sample)
    {
        var (low, high) = (0f, 0f);
        var rows = sample.ToArray();
        var feature = _decks[depth].Next(_draw, f =>
        {
            (low, high) = Range(rows, f);
            return low < high;
        });
        for (var draws = 0; feature >= 0 && draws < ThresholdDraws; draws++)
        {
            var threshold = ForestLayout.Pack((float)(low + (_draw.Unit() * ((double)high - low))), feature);
            if (threshold > low && threshold <= high)
            {
                _layout.Thresholds[_base + node] = threshold;
                _layout.Features[_base + node] = (ushort)feature;
                return Partition(sample, feature, threshold);
            }
        }

        return 0;
    }

    private (float Low, float High) Range(ReadOnlySpan<int> sample, int feature)
    {
        var (low, high) = (float.PositiveInfinity, float.NegativeInfinity);
        foreach (var row in sample)
        {
            var value = _rows[(row * _featureCount) + feature];
            low = Math.Min(low, value);
            high = Math.Max(high, value);
        }

        return (low, high);
    }

    private int Partition(Span<int> sample, int feature, float threshold)
    {
        var left = 0;
        for (var i = 0; i < sample.Length; i++)
        {
            if (_rows[(sample[i] * _featureCount) + feature] < threshold)
            {
                (sample[left], sample[i]) = (sample[i], sample[left]);
                left++;
            }
        }

        return left;
    }

    /// <summary>A leaf above the last level: everything below it says the same.</summary>
    private void Fill(int node, int depth, double path)
    {
        var below = _layout.Depth - depth;
        var first = (node << below) - (1 << _layout.Depth);
        _layout.Paths.AsSpan(_base + first, 1 << below).Fill((int)Math.Round(path * ForestLayout.PathUnit));
        for (var level = 1; level <= below; level++)
        {
            _layout.Expected.AsSpan((2 * _base) + (node << level), 1 << level).Fill((float)path);
        }
    }
}
