using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SecStream.Models.IsolationForest;

/// <summary>
/// The walk with AVX-512: 16 rows at a time, nodes looked up by permuting registers (a level of up to 16 nodes is one register), the value of the node's feature
/// chosen from 16 registers by the four low bits of the threshold. No gathers but one for the leaves. The sums are those of the scalar walk, to the bit.
/// </summary>
internal static class PermuteWalk
{
    /// <summary>The one depth it is written for: 256 rows a tree.</summary>
    public const int Depth = 8;

    private const int Nodes = 1 << Depth;

    /// <summary>Whether this processor can.</summary>
    public static bool IsSupported => Avx512F.IsSupported;

    /// <summary>Adds the path length of every row over all trees.</summary>
    public static void Sum(ForestLayout forest, int featureCount, ReadOnlySpan<float> block, Span<int> sums)
    {
        for (var tree = 0; tree < forest.Trees; tree++)
        {
            ref var thresholds = ref forest.Thresholds[tree * Nodes];
            ref var paths = ref forest.Paths[tree * Nodes];
            for (var row = 0; row < sums.Length; row += ForestWalk.Group)
            {
                ref var rows = ref Unsafe.Add(ref MemoryMarshal.GetReference(block), row * featureCount);
                if (featureCount <= 8)
                {
                    Walk8(ref thresholds, ref paths, ref rows, featureCount, ref sums[row]);
                }
                else
                {
                    Walk16(ref thresholds, ref paths, ref rows, featureCount, ref sums[row]);
                }
            }
        }
    }

    private static void Walk8(ref float thresholds, ref int paths, ref float rows, int count, ref int sums)
    {
        var v0 = Load(ref rows, 0, count);
        var v1 = Load(ref rows, 1, count);
        var v2 = Load(ref rows, 2, count);
        var v3 = Load(ref rows, 3, count);
        var v4 = Load(ref rows, 4, count);
        var v5 = Load(ref rows, 5, count);
        var v6 = Load(ref rows, 6, count);
        var v7 = Load(ref rows, 7, count);
        var node = Vector512<int>.One;
        for (var level = 0; level < Depth; level++)
        {
            var threshold = Lookup(level, node, ref thresholds);
            var packed = threshold.AsInt32();
            var m0 = Bit(packed, 1);
            var m1 = Bit(packed, 2);
            var low = Choose(m1, Choose(m0, v0, v1), Choose(m0, v2, v3));
            var high = Choose(m1, Choose(m0, v4, v5), Choose(m0, v6, v7));
            node = Down(node, Choose(Bit(packed, 4), low, high), threshold);
        }

        Add(node, ref paths, ref sums);
    }

    private static void Walk16(ref float thresholds, ref int paths, ref float rows, int count, ref int sums)
    {
        var v0 = Load(ref rows, 0, count);
        var v1 = Load(ref rows, 1, count);
        var v2 = Load(ref rows, 2, count);
        var v3 = Load(ref rows, 3, count);
        var v4 = Load(ref rows, 4, count);
        var v5 = Load(ref rows, 5, count);
        var v6 = Load(ref rows, 6, count);
        var v7 = Load(ref rows, 7, count);
        var v8 = Load(ref rows, 8, count);
        var v9 = Load(ref rows, 9, count);
        var v10 = Load(ref rows, 10, count);
        var v11 = Load(ref rows, 11, count);
        var v12 = Load(ref rows, 12, count);
        var v13 = Load(ref rows, 13, count);
        var v14 = Load(ref rows, 14, count);
        var v15 = Load(ref rows, 15, count);
        var node = Vector512<int>.One;
        for (var level = 0; level < Depth; level++)
        {
            var threshold = Lookup(level, node, ref thresholds);
            var packed = threshold.AsInt32();
            var m0 = Bit(packed, 1);
            var m1 = Bit(packed, 2);
            var a = Choose(m1, Choose(m0, v0, v1), Choose(m0, v2, v3));
            var b = Choose(m1, Choose(m0, v4, v5), Choose(m0, v6, v7));
            var c = Choose(m1, Choose(m0, v8, v9), Choose(m0, v10, v11));
            var d = Choose(m1, Choose(m0, v12, v13), Choose(m0, v14, v15));
            var m2 = Bit(packed, 4);
            node = Down(node, Choose(Bit(packed, 8), Choose(m2, a, b), Choose(m2, c, d)), threshold);
        }

        Add(node, ref paths, ref sums);
    }

    /// <summary>The thresholds of 16 nodes of one level.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Lookup(int level, Vector512<int> node, ref float thresholds) => level switch
    {
        <= 3 => Avx512F.PermuteVar16x32(Part(ref thresholds, 0), node),
        4 => Avx512F.PermuteVar16x32(Part(ref thresholds, 1), node),
        5 => Pair(node, ref thresholds, 2),
        6 => Choose(Bit(node, 32), Pair(node, ref thresholds, 4), Pair(node, ref thresholds, 6)),
        _ => Choose(
            Bit(node, 64),
            Choose(Bit(node, 32), Pair(node, ref thresholds, 8), Pair(node, ref thresholds, 10)),
            Choose(Bit(node, 32), Pair(node, ref thresholds, 12), Pair(node, ref thresholds, 14))),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Pair(Vector512<int> node, ref float thresholds, int part) =>
        Avx512F.PermuteVar16x32x2(Part(ref thresholds, part), node, Part(ref thresholds, part + 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Part(ref float thresholds, int part) => Vector512.LoadUnsafe(ref thresholds, (nuint)part * ForestWalk.Group);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Load(ref float rows, int feature, int count) =>
        feature < count ? Vector512.LoadUnsafe(ref rows, (nuint)feature * ForestWalk.Group) : Vector512<float>.Zero;

    /// <summary>Where a bit is clear.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Bit(Vector512<int> bits, int bit) =>
        Vector512.Equals(bits & Vector512.Create(bit), Vector512<int>.Zero).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Choose(Vector512<float> clear, Vector512<float> whenClear, Vector512<float> whenSet) =>
        Vector512.ConditionalSelect(clear, whenClear, whenSet);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Down(Vector512<int> node, Vector512<float> value, Vector512<float> threshold) =>
        node + node - Vector512.GreaterThanOrEqual(value, threshold).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Add(Vector512<int> node, ref int paths, ref int sums)
    {
        var leaf = node - Vector512.Create(Nodes);
        fixed (int* from = &paths)
        {
            var lower = Avx2.GatherVector256(from, leaf.GetLower(), sizeof(int));
            var upper = Avx2.GatherVector256(from, leaf.GetUpper(), sizeof(int));
            (Vector512.LoadUnsafe(ref sums) + Vector512.Create(lower, upper)).StoreUnsafe(ref sums);
        }
    }
}
