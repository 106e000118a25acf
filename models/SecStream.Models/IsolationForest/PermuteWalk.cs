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
    private const int UpperLevels = 4;

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
        for (var level = 0; level < UpperLevels; level++)
        {
            node = Step8(node, Upper(node, ref thresholds), v0, v1, v2, v3, v4, v5, v6, v7);
        }

        node = Step8(node, Level4(node, ref thresholds), v0, v1, v2, v3, v4, v5, v6, v7);
        node = Step8(node, Level5(node, ref thresholds), v0, v1, v2, v3, v4, v5, v6, v7);
        node = Step8(node, Level6(node, ref thresholds), v0, v1, v2, v3, v4, v5, v6, v7);
        node = Step8(node, Level7(node, ref thresholds), v0, v1, v2, v3, v4, v5, v6, v7);
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
        for (var level = 0; level < UpperLevels; level++)
        {
            node = Step16(node, Upper(node, ref thresholds), v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15);
        }

        node = Step16(node, Level4(node, ref thresholds), v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15);
        node = Step16(node, Level5(node, ref thresholds), v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15);
        node = Step16(node, Level6(node, ref thresholds), v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15);
        node = Step16(node, Level7(node, ref thresholds), v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15);
        Add(node, ref paths, ref sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Step8(
        Vector512<int> node, Vector512<float> threshold,
        Vector512<float> v0, Vector512<float> v1, Vector512<float> v2, Vector512<float> v3,
        Vector512<float> v4, Vector512<float> v5, Vector512<float> v6, Vector512<float> v7) =>
        Down(node, Of8(threshold.AsInt32(), v0, v1, v2, v3, v4, v5, v6, v7), threshold);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Step16(
        Vector512<int> node, Vector512<float> threshold,
        Vector512<float> v0, Vector512<float> v1, Vector512<float> v2, Vector512<float> v3,
        Vector512<float> v4, Vector512<float> v5, Vector512<float> v6, Vector512<float> v7,
        Vector512<float> v8, Vector512<float> v9, Vector512<float> v10, Vector512<float> v11,
        Vector512<float> v12, Vector512<float> v13, Vector512<float> v14, Vector512<float> v15)
    {
        var packed = threshold.AsInt32();
        var low = Of8(packed, v0, v1, v2, v3, v4, v5, v6, v7);
        var high = Of8(packed, v8, v9, v10, v11, v12, v13, v14, v15);
        return Down(node, Choose(Bit(packed, 8), low, high), threshold);
    }

    /// <summary>One of eight registers, by the three lowest bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Of8(
        Vector512<int> packed,
        Vector512<float> v0, Vector512<float> v1, Vector512<float> v2, Vector512<float> v3,
        Vector512<float> v4, Vector512<float> v5, Vector512<float> v6, Vector512<float> v7)
    {
        var m0 = Bit(packed, 1);
        var m1 = Bit(packed, 2);
        var low = Choose(m1, Choose(m0, v0, v1), Choose(m0, v2, v3));
        var high = Choose(m1, Choose(m0, v4, v5), Choose(m0, v6, v7));
        return Choose(Bit(packed, 4), low, high);
    }

    /// <summary>Thresholds of nodes of the levels 0 to 3, which are one register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Upper(Vector512<int> node, ref float thresholds) => Avx512F.PermuteVar16x32(Part(ref thresholds, 0), node);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Level4(Vector512<int> node, ref float thresholds) => Avx512F.PermuteVar16x32(Part(ref thresholds, 1), node);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Level5(Vector512<int> node, ref float thresholds) => Pair(node, ref thresholds, 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Level6(Vector512<int> node, ref float thresholds) =>
        Choose(Bit(node, 32), Pair(node, ref thresholds, 4), Pair(node, ref thresholds, 6));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Level7(Vector512<int> node, ref float thresholds)
    {
        var m5 = Bit(node, 32);
        return Choose(
            Bit(node, 64),
            Choose(m5, Pair(node, ref thresholds, 8), Pair(node, ref thresholds, 10)),
            Choose(m5, Pair(node, ref thresholds, 12), Pair(node, ref thresholds, 14)));
    }

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
