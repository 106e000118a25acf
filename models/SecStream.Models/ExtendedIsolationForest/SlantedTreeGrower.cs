using SecStream.Models.IsolationForest;
using SecStream.Models.Vectors;

namespace SecStream.Models.ExtendedIsolationForest;

/// <summary>Grows slanted trees.</summary>
internal sealed class SlantedTreeGrower(SlantedTrees trees, float[] rows, int featureCount)
{
    private const int Tries = 8;
    private readonly float[] _sums = new float[rows.Length / featureCount];
    private Draw _draw = new(0);
    private int _base;

    /// <summary>Grows one tree from some rows, which are put into another order.</summary>
    public void Grow(int tree, Span<int> sample, Draw draw)
    {
        (_draw, _base) = (draw, tree << trees.Depth);
        Grow(1, 0, sample);
    }

    private double Grow(int node, int depth, Span<int> sample)
    {
        var split = depth < trees.Depth && sample.Length > 1 ? Split(node, sample) : 0;
        var path = depth + TreeGrower.MeanPath(sample.Length);
        if (split > 0)
        {
            var left = Grow(2 * node, depth + 1, sample[..split]);
            var right = Grow((2 * node) + 1, depth + 1, sample[split..]);
            path = ((left * split) + (right * (sample.Length - split))) / sample.Length;
        }

        trees.Paths[(2 * _base) + node] = (float)path;
        return path;
    }

    /// <summary>Cuts at a random place between the least and the greatest sum, so that no cut misses all rows, as cuts of the paper can.</summary>
    private int Split(int node, Span<int> sample)
    {
        for (var tried = 0; tried < Tries; tried++)
        {
            Aim(_base + node);
            var (low, high) = (float.PositiveInfinity, float.NegativeInfinity);
            foreach (var row in sample)
            {
                var sum = trees.Sum(_base + node, rows.AsSpan(row * featureCount, featureCount));
                _sums[row] = sum;
                low = Math.Min(low, sum);
                high = Math.Max(high, sum);
            }

            var offset = (float)(low + (_draw.Unit() * ((double)high - low)));
            if (offset > low && offset <= high)
            {
                trees.Offsets[_base + node] = offset;
                return Partition(sample, offset);
            }
        }

        return 0;
    }

    private void Aim(int node)
    {
        for (var i = node * trees.Terms; i < (node + 1) * trees.Terms; i++)
        {
            trees.Features[i] = (ushort)_draw.Below(featureCount);
            trees.Weights[i] = (float)_draw.Normal();
        }
    }

    private int Partition(Span<int> sample, float offset)
    {
        var left = 0;
        for (var i = 0; i < sample.Length; i++)
        {
            if (_sums[sample[i]] < offset)
            {
                (sample[left], sample[i]) = (sample[i], sample[left]);
                left++;
            }
        }

        return left;
    }
}
