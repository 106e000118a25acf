using SecStream.Models.IsolationForest;
using SecStream.Models.Vectors;

namespace SecStream.Models.ExtendedIsolationForest;

/// <summary>
/// Perfect trees in flat arrays, as those of the plain forest, but a node compares a weighted sum of some features: children of node i are 2i and 2i + 1; where a tree
/// ends early all rows go left.
/// </summary>
internal sealed class SlantedTrees
{
    private SlantedTrees(int trees, int depth, int terms, float[] offsets, ushort[] features, float[] weights, float[] paths)
    {
        (Trees, Depth, Terms) = (trees, depth, terms);
        (Offsets, Features, Weights, Paths) = (offsets, features, weights, paths);
    }

    public int Trees { get; }

    public int Depth { get; }

    /// <summary>Features of a split.</summary>
    public int Terms { get; }

    /// <summary>[tree][2^Depth]: a row goes right when its sum is not below.</summary>
    public float[] Offsets { get; }

    /// <summary>[tree][2^Depth][Terms].</summary>
    public ushort[] Features { get; }

    /// <summary>[tree][2^Depth][Terms].</summary>
    public float[] Weights { get; }

    /// <summary>[tree][2^(Depth+1)]: mean path length of the training rows that pass a node; of a leaf, its path length.</summary>
    public float[] Paths { get; }

    public static SlantedTrees Empty(int trees, int depth, int terms)
    {
        var nodes = trees << depth;
        var offsets = new float[nodes];
        Array.Fill(offsets, float.PositiveInfinity);
        return new SlantedTrees(trees, depth, terms, offsets, new ushort[nodes * terms], new float[nodes * terms], new float[2 * nodes]);
    }

    /// <summary>Weighted sum of a node for a row.</summary>
    public float Sum(int node, ReadOnlySpan<float> row)
    {
        var sum = 0f;
        for (var i = node * Terms; i < (node + 1) * Terms; i++)
        {
            sum += Weights[i] * row[Features[i]];
        }

        return sum;
    }

    /// <summary>Mean path length of a row.</summary>
    public double MeanPath(ReadOnlySpan<float> row)
    {
        var sum = 0.0;
        for (var tree = 0; tree < Trees; tree++)
        {
            var from = tree << Depth;
            var node = 1;
            for (var level = 0; level < Depth; level++)
            {
                // Below an early leaf nothing is compared: the path is the leaf's.
                if (float.IsPositiveInfinity(Offsets[from + node]))
                {
                    break;
                }

                node = (2 * node) + (Sum(from + node, row) >= Offsets[from + node] ? 1 : 0);
            }

            sum += Paths[(2 * from) + node];
        }

        return sum / Trees;
    }

    public void Save(BinaryWriter writer)
    {
        writer.Write(Trees);
        writer.Write(Depth);
        writer.Write(Terms);
        Artefact.Write<float>(writer, Offsets);
        Artefact.Write<ushort>(writer, Features);
        Artefact.Write<float>(writer, Weights);
        Artefact.Write<float>(writer, Paths);
    }

    public static SlantedTrees Load(BinaryReader reader, int featureCount)
    {
        var (trees, depth, terms) = (Artefact.ReadCount(reader, 1, 1000), Artefact.ReadCount(reader, 1, 12), Artefact.ReadCount(reader, 1, 16));
        var nodes = trees << depth;
        var offsets = Artefact.Read<float>(reader, nodes);
        var features = Artefact.Read<ushort>(reader, nodes * terms);
        var weights = Artefact.Read<float>(reader, nodes * terms);
        var paths = Artefact.Read<float>(reader, 2 * nodes);
        return features.All(f => f < featureCount)
            ? new SlantedTrees(trees, depth, terms, offsets, features, weights, paths)
            : throw new InvalidDataException("the artefact is damaged: a tree asks for a feature that is not there");
    }
}
