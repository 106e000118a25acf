using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using SecStream.Models.Standardisation;
using SecStream.Models.Vectors;

namespace SecStream.Models.KnnCoreset;

/// <summary>
/// Distance to the k-th nearest of some rows drawn from the training rows (Ramaswamy, Rastogi, Shim: "Efficient algorithms for mining outliers from large data sets",
/// 2000; on a sample: Sugiyama, Borgwardt 2013, who show that a sample does as well as all rows, and better where anomalies come in clusters).
/// <para>Assumption: what is normal has neighbours; clouds may be many and of any shape.</para>
/// <para>Cost: coreset × features multiplications a row (some 2 µs at 1024 × 10). Memory: 4 bytes × coreset × features.</para>
/// <para>Fails where normal clouds are of very different density (the thin one looks strange), and with many features that say nothing: distances grow alike.</para>
/// <para>Score: the distance in scaled units, 0 or more.</para>
/// </summary>
public sealed class KnnCoresetDetector : IVectorDetector
{
    internal const string ArtefactName = "knn-coreset";
    private const int Version = 1;
    private readonly Standardiser _standardiser;
    private readonly float[] _coreset;
    private readonly int _size;
    private readonly int _neighbour;

    /// <param name="standardiser">Scales.</param>
    /// <param name="coreset">Scaled rows, feature by feature, so that one instruction compares with several rows.</param>
    /// <param name="neighbour">Which neighbour counts.</param>
    internal KnnCoresetDetector(Standardiser standardiser, float[] coreset, int neighbour) =>
        (_standardiser, _coreset, _size, _neighbour) = (standardiser, coreset, coreset.Length / standardiser.FeatureCount, neighbour);

    /// <inheritdoc/>
    public int FeatureCount => _standardiser.FeatureCount;

    /// <inheritdoc/>
    public void Score(ReadOnlySpan<double> rows, Span<double> scores)
    {
        var count = Rows.Check(rows, FeatureCount, scores);
        var distances = new float[_size];
        var nearest = new Nearest(_neighbour);
        for (var i = 0; i < count; i++)
        {
            Measure(rows.Slice(i * FeatureCount, FeatureCount), distances);
            nearest.Find(distances);
            scores[i] = Math.Sqrt(nearest.Distances[^1]);
        }
    }

    /// <summary>The features' parts of the squared distances to the k nearest.</summary>
    /// <inheritdoc/>
    public void Explain(ReadOnlySpan<double> row, Span<double> shares)
    {
        Rows.CheckOne(row, FeatureCount, shares);
        var distances = new float[_size];
        Measure(row, distances);
        var nearest = new Nearest(_neighbour);
        nearest.Find(distances);
        shares.Clear();
        for (var f = 0; f < shares.Length; f++)
        {
            var value = (float)_standardiser.Value(row[f], f);
            foreach (var neighbour in nearest.Rows)
            {
                double difference = value - _coreset[(f * _size) + neighbour];
                shares[f] += difference * difference;
            }
        }

        Shares.Normalise(shares);
    }

    /// <summary>Reads an artefact.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or of another kind or version.</exception>
    public static KnnCoresetDetector Load(BinaryReader reader)
    {
        Artefact.Expect(reader, ArtefactName, Version);
        return Artefact.Guard(reader, static r =>
        {
            var standardiser = Standardiser.Load(r);
            var neighbour = r.ReadInt32();
            var coreset = Artefact.Read<float>(r);
            var size = coreset.Length / standardiser.FeatureCount;
            return size > 0 && coreset.Length == size * standardiser.FeatureCount && neighbour >= 1 && neighbour <= size
                ? new KnnCoresetDetector(standardiser, coreset, neighbour)
                : throw new InvalidDataException("the artefact is damaged: its coreset is not whole rows, or too small for its neighbour");
        });
    }

    /// <inheritdoc/>
    public void Save(BinaryWriter writer)
    {
        Artefact.WriteHead(writer, ArtefactName, Version);
        _standardiser.Save(writer);
        writer.Write(_neighbour);
        Artefact.Write<float>(writer, _coreset);
    }

    /// <summary>Squared distances to all rows of the coreset. Each is a sum over the features in order: the same with and without vector instructions.</summary>
    private void Measure(ReadOnlySpan<double> row, float[] distances)
    {
        Array.Clear(distances);
        ref var to = ref MemoryMarshal.GetArrayDataReference(distances);
        for (var f = 0; f < row.Length; f++)
        {
            var value = (float)_standardiser.Value(row[f], f);
            ref var column = ref _coreset[f * _size];
            var values = Vector256.Create(value);
            var i = 0;
            for (; i + 8 <= _size; i += 8)
            {
                var difference = values - Vector256.LoadUnsafe(ref column, (nuint)i);
                (Vector256.LoadUnsafe(ref to, (nuint)i) + (difference * difference)).StoreUnsafe(ref to, (nuint)i);
            }

            for (; i < _size; i++)
            {
                var difference = value - _coreset[(f * _size) + i];
                distances[i] += difference * difference;
            }
        }
    }
}
