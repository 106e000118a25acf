namespace SecStream.Models.IsolationForest;

/// <summary>
/// Trees as perfect ones in flat arrays, so that a walk has no branches: the children of node i are 2i and 2i + 1, the root is 1, slot 0 is unused; after
/// <see cref="Depth"/> steps i − 2^Depth is the leaf. Where a tree ends early, the nodes below send all rows to the left (threshold +∞).
/// <code>
///   Thresholds  [tree][2^Depth]   the low four bits of a threshold are its feature (of up to 16): one load, one register for 16 nodes of the AVX-512 walk
///   Features    [tree][2^Depth]   the feature in full
///   Paths       [tree][2^Depth]   path length of each leaf in units of 2^-16: sums of whole numbers are the same in any order
///   Expected    [tree][2^(Depth+1)] mean path length of the training rows that pass a node, for explanations
/// </code>
/// </summary>
internal sealed class ForestLayout
{
    /// <summary>Units of a path length of 1.</summary>
    public const int PathUnit = 1 << 16;

    /// <summary>Features whose number fits into a threshold.</summary>
    public const int PackedFeatures = 16;

    public ForestLayout(int trees, int depth)
    {
        (Trees, Depth) = (trees, depth);
        Thresholds = new float[trees << depth];
        Features = new ushort[trees << depth];
        Paths = new int[trees << depth];
        Expected = new float[trees << (depth + 1)];
        Array.Fill(Thresholds, float.PositiveInfinity);
    }

    private ForestLayout(int trees, int depth, float[] thresholds, ushort[] features, int[] paths, float[] expected) =>
        (Trees, Depth, Thresholds, Features, Paths, Expected) = (trees, depth, thresholds, features, paths, expected);

    public int Trees { get; }

    public int Depth { get; }

    public float[] Thresholds { get; }

    public ushort[] Features { get; }

    public int[] Paths { get; }

    public float[] Expected { get; }

    /// <summary>Bytes of the arrays.</summary>
    public long Bytes => (4L * Thresholds.Length) + (2L * Features.Length) + (4L * Paths.Length) + (4L * Expected.Length);

    /// <summary>A threshold with its feature in the low bits. It moves by less than a millionth of itself; it was drawn at random anyway.</summary>
    public static float Pack(float threshold, int feature) =>
        BitConverter.UInt32BitsToSingle((BitConverter.SingleToUInt32Bits(threshold) & ~15u) | ((uint)feature & 15u));

    public void Save(BinaryWriter writer)
    {
        writer.Write(Trees);
        writer.Write(Depth);
        Vectors.Artefact.Write<float>(writer, Thresholds);
        Vectors.Artefact.Write<ushort>(writer, Features);
        Vectors.Artefact.Write<int>(writer, Paths);
        Vectors.Artefact.Write<float>(writer, Expected);
    }

    public static ForestLayout Load(BinaryReader reader, int featureCount)
    {
        var trees = Vectors.Artefact.ReadCount(reader, 1, 1000);
        var depth = Vectors.Artefact.ReadCount(reader, 1, 12);
        var nodes = trees << depth;
        var layout = new ForestLayout(
            trees,
            depth,
            Vectors.Artefact.Read<float>(reader, nodes),
            Vectors.Artefact.Read<ushort>(reader, nodes),
            Vectors.Artefact.Read<int>(reader, nodes),
            Vectors.Artefact.Read<float>(reader, 2 * nodes));
        return layout.Features.All(f => f < featureCount) && (featureCount > PackedFeatures || layout.Packed())
            ? layout
            : throw new InvalidDataException("the artefact is damaged: a tree asks for a feature that is not there");
    }

    private bool Packed()
    {
        for (var i = 0; i < Thresholds.Length; i++)
        {
            if ((BitConverter.SingleToUInt32Bits(Thresholds[i]) & 15u) != Features[i])
            {
                return false;
            }
        }

        return true;
    }
}
