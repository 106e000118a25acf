using SecStream.Models.Vectors;

namespace SecStream.Models.StreamingForest;

/// <summary>
/// Perfect trees that halve a random feature's range at every node; drawn once from the ranges of the first window. Children of node i are 2i and 2i + 1, the root is 1.
/// <code>
///   Thresholds, Features  [tree][2^Depth]       inner nodes
///   Masses                [tree][2^(Depth+1)]   rows of a window that usually pass a node: a mean over the windows that forgets
///   Current               [tree][2^(Depth+1)]   rows of the window under way that passed a node
/// </code>
/// </summary>
internal sealed class HalfSpaceTrees(int trees, int depth)
{
    public double[] Thresholds { get; private set; } = new double[trees << depth];

    public ushort[] Features { get; private set; } = new ushort[trees << depth];

    public float[] Masses { get; private set; } = new float[trees << (depth + 1)];

    public int[] Current { get; private set; } = new int[trees << (depth + 1)];

    /// <summary>Bytes of the arrays.</summary>
    public long Bytes => (10L * Thresholds.Length) + (8L * Masses.Length);

    /// <summary>
    /// Draws all trees. Each has a range of its own for each feature, around a random place of the first window's range and wide enough to hold it, as the paper has it;
    /// so trees differ even with one feature, and later rows may lie somewhat outside.
    /// </summary>
    public void Build(ReadOnlySpan<double> lows, ReadOnlySpan<double> highs, Draw draw)
    {
        var (from, to) = (new double[lows.Length], new double[lows.Length]);
        for (var tree = 0; tree < trees; tree++)
        {
            for (var f = 0; f < lows.Length; f++)
            {
                var place = draw.Unit();
                var reach = 2 * Math.Max(place, 1 - place);
                var width = (highs[f] / 2) - (lows[f] / 2);
                from[f] = lows[f] + (2 * width * (place - reach));
                to[f] = lows[f] + (2 * width * (place + reach));
            }

            Build(tree << depth, 1, 0, from, to, draw);
        }
    }

    /// <summary>Counts a row on its way down all trees.</summary>
    public void Learn(ReadOnlySpan<double> row)
    {
        for (var tree = 0; tree < trees; tree++)
        {
            var node = 1;
            for (var level = 0; level < depth; level++)
            {
                Current[(tree << (depth + 1)) + node]++;
                node = Below(tree, node, row);
            }

            Current[(tree << (depth + 1)) + node]++;
        }
    }

    /// <summary>The window under way becomes a part of what is usual.</summary>
    /// <param name="part">Its weight against all windows before.</param>
    public void Turn(float part)
    {
        for (var i = 0; i < Masses.Length; i++)
        {
            Masses[i] += part * (Current[i] - Masses[i]);
        }

        Array.Clear(Current);
    }

    /// <summary>The child a row goes to.</summary>
    public int Below(int tree, int node, ReadOnlySpan<double> row)
    {
        var at = (tree << depth) + node;
        return (2 * node) + (row[Features[at]] >= Thresholds[at] ? 1 : 0);
    }

    public void Save(BinaryWriter writer)
    {
        Artefact.Write<double>(writer, Thresholds);
        Artefact.Write<ushort>(writer, Features);
        Artefact.Write<float>(writer, Masses);
        Artefact.Write<int>(writer, Current);
    }

    public static HalfSpaceTrees Load(BinaryReader reader, int trees, int depth, int featureCount)
    {
        var loaded = new HalfSpaceTrees(trees, depth)
        {
            Thresholds = Artefact.Read<double>(reader, trees << depth),
            Features = Artefact.Read<ushort>(reader, trees << depth),
            Masses = Artefact.Read<float>(reader, trees << (depth + 1)),
            Current = Artefact.Read<int>(reader, trees << (depth + 1)),
        };
        return loaded.Features.All(f => f < featureCount)
            ? loaded
            : throw new InvalidDataException("the state is damaged: a tree asks for a feature that is not there");
    }

    private void Build(int from, int node, int level, double[] lows, double[] highs, Draw draw)
    {
        if (level == depth)
        {
            return;
        }

        var feature = draw.Below(lows.Length);
        var (low, high) = (lows[feature], highs[feature]);
        var middle = (low / 2) + (high / 2);
        Thresholds[from + node] = middle;
        Features[from + node] = (ushort)feature;
        highs[feature] = middle;
        Build(from, 2 * node, level + 1, lows, highs, draw);
        (lows[feature], highs[feature]) = (middle, high);
        Build(from, (2 * node) + 1, level + 1, lows, highs, draw);
        lows[feature] = low;
    }
}
