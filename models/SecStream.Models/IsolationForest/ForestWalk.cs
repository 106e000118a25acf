using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SecStream.Models.IsolationForest;

/// <summary>
/// Sums path lengths of a block of rows. Tree by tree, so that one tree and the block stay in the first cache; eight rows at a time, so that eight walks hide each
/// other's latency. A block lies feature by feature in groups of 16 rows: value = block[(group × features + feature) × 16 + row].
/// </summary>
/// <remarks>
/// An AVX2 walk is missing on purpose: its gathers were measured slower (795 k rows/s) than this (1.2 M).
/// </remarks>
internal static class ForestWalk
{
    /// <summary>Rows of a group.</summary>
    public const int Group = 16;

    /// <summary>Rows of a block at most.</summary>
    public const int Block = 256;

    /// <summary>Adds the path length of every row over all trees.</summary>
    public static void Sum(ForestLayout forest, int featureCount, ReadOnlySpan<float> block, Span<int> sums)
    {
        if (forest.Depth == PermuteWalk.Depth && featureCount <= ForestLayout.PackedFeatures && PermuteWalk.IsSupported)
        {
            PermuteWalk.Sum(forest, featureCount, block, sums);
        }
        else
        {
            SumScalar(forest, featureCount, block, sums);
        }
    }

    /// <summary>The same without vector instructions.</summary>
    public static void SumScalar(ForestLayout forest, int featureCount, ReadOnlySpan<float> block, Span<int> sums)
    {
        for (var tree = 0; tree < forest.Trees; tree++)
        {
            var from = tree << forest.Depth;
            ref var thresholds = ref forest.Thresholds[from];
            ref var features = ref forest.Features[from];
            ref var paths = ref forest.Paths[from];
            for (var row = 0; row < sums.Length; row += 8)
            {
                var at = (row / Group * featureCount * Group) + (row % Group);
                Walk(forest.Depth, ref thresholds, ref features, ref paths, ref Unsafe.Add(ref MemoryMarshal.GetReference(block), at), ref sums[row]);
            }
        }
    }

    /// <summary>Path length of one row over all trees, four trees at a time for the same reason. The sum is that of the other walks, to the bit.</summary>
    public static int SumOne(ForestLayout forest, ReadOnlySpan<float> row)
    {
        var sum = 0;
        var leaves = 1 << forest.Depth;
        var (thresholds, features, paths) = (forest.Thresholds, forest.Features, forest.Paths);
        ref var values = ref MemoryMarshal.GetReference(row);
        for (var tree = 0; tree < forest.Trees; tree += 4)
        {
            var b = Math.Min(tree + 1, forest.Trees - 1);
            var c = Math.Min(tree + 2, forest.Trees - 1);
            var d = Math.Min(tree + 3, forest.Trees - 1);
            var (fromA, fromB, fromC, fromD) = (tree << forest.Depth, b << forest.Depth, c << forest.Depth, d << forest.Depth);
            int nodeA = 1, nodeB = 1, nodeC = 1, nodeD = 1;
            for (var level = 0; level < forest.Depth; level++)
            {
                nodeA = Down(nodeA, ref thresholds[fromA], ref features[fromA], ref values);
                nodeB = Down(nodeB, ref thresholds[fromB], ref features[fromB], ref values);
                nodeC = Down(nodeC, ref thresholds[fromC], ref features[fromC], ref values);
                nodeD = Down(nodeD, ref thresholds[fromD], ref features[fromD], ref values);
            }

            sum += paths[fromA + nodeA - leaves];
            sum += tree + 1 < forest.Trees ? paths[fromB + nodeB - leaves] : 0;
            sum += tree + 2 < forest.Trees ? paths[fromC + nodeC - leaves] : 0;
            sum += tree + 3 < forest.Trees ? paths[fromD + nodeD - leaves] : 0;
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Down(int node, ref float thresholds, ref ushort features, ref float values)
    {
        var right = Unsafe.Add(ref values, (nint)Unsafe.Add(ref features, node)) >= Unsafe.Add(ref thresholds, node);
        return (2 * node) + Unsafe.BitCast<bool, byte>(right);
    }

    private static void Walk(int depth, ref float thresholds, ref ushort features, ref int paths, ref float rows, ref int sums)
    {
        int a = 1, b = 1, c = 1, d = 1, e = 1, f = 1, g = 1, h = 1;
        for (var level = 0; level < depth; level++)
        {
            a = Step(a, 0, ref thresholds, ref features, ref rows);
            b = Step(b, 1, ref thresholds, ref features, ref rows);
            c = Step(c, 2, ref thresholds, ref features, ref rows);
            d = Step(d, 3, ref thresholds, ref features, ref rows);
            e = Step(e, 4, ref thresholds, ref features, ref rows);
            f = Step(f, 5, ref thresholds, ref features, ref rows);
            g = Step(g, 6, ref thresholds, ref features, ref rows);
            h = Step(h, 7, ref thresholds, ref features, ref rows);
        }

        var leaves = 1 << depth;
        sums += Unsafe.Add(ref paths, a - leaves);
        Unsafe.Add(ref sums, 1) += Unsafe.Add(ref paths, b - leaves);
        Unsafe.Add(ref sums, 2) += Unsafe.Add(ref paths, c - leaves);
        Unsafe.Add(ref sums, 3) += Unsafe.Add(ref paths, d - leaves);
        Unsafe.Add(ref sums, 4) += Unsafe.Add(ref paths, e - leaves);
        Unsafe.Add(ref sums, 5) += Unsafe.Add(ref paths, f - leaves);
        Unsafe.Add(ref sums, 6) += Unsafe.Add(ref paths, g - leaves);
        Unsafe.Add(ref sums, 7) += Unsafe.Add(ref paths, h - leaves);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Step(int node, nint lane, ref float thresholds, ref ushort features, ref float rows)
    {
        var value = Unsafe.Add(ref rows, ((nint)Unsafe.Add(ref features, node) * Group) + lane);
        var right = value >= Unsafe.Add(ref thresholds, node);
        return (2 * node) + Unsafe.BitCast<bool, byte>(right);
    }
}
