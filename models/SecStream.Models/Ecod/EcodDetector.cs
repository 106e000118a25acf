using System.Runtime.InteropServices;
using SecStream.Models.Vectors;

namespace SecStream.Models.Ecod;

/// <summary>
/// How far out in the tails of the features a row lies (Li, Zhao, Hu et al.: "ECOD: unsupervised outlier detection using empirical cumulative distribution
/// functions", TKDE 2022). No parameter to choose.
/// <para>Assumption: strange is what is very large or very small; features are independent.</para>
/// <para>Cost: a binary search a value (some 30 ns). Memory: 8 bytes × points × features.</para>
/// <para>Fails on strange values in the middle (a gap between two modes) and on odd combinations of ordinary values.</para>
/// <para>Score: the largest of three sums of −ln(tail probability): left tails, right tails, the tail each feature leans to.</para>
/// </summary>
public sealed class EcodDetector : IVectorDetector
{
    internal const string ArtefactName = "ecod";
    private const int Version = 1;
    private readonly double[] _sorted;
    private readonly bool[] _skewedLeft;
    private readonly int _points;
    private readonly double _floor;
    private readonly int _rows;

    internal EcodDetector(double[] sorted, bool[] skewedLeft, int rows) =>
        (_sorted, _skewedLeft, _points, _rows, _floor) = (sorted, skewedLeft, sorted.Length / skewedLeft.Length, rows, 1.0 / (rows + 1));

    private enum Tail
    {
        Left,
        Right,
        Skew,
    }

    /// <inheritdoc/>
    public int FeatureCount => _skewedLeft.Length;

    /// <inheritdoc/>
    public void Score(ReadOnlySpan<double> rows, Span<double> scores)
    {
        var count = Rows.Check(rows, FeatureCount, scores);
        for (var i = 0; i < count; i++)
        {
            scores[i] = Strongest(rows.Slice(i * FeatureCount, FeatureCount)).Sum;
        }
    }

    /// <inheritdoc/>
    public void Explain(ReadOnlySpan<double> row, Span<double> shares)
    {
        Rows.CheckOne(row, FeatureCount, shares);
        var tail = Strongest(row).Tail;
        for (var f = 0; f < row.Length; f++)
        {
            var (left, right) = Tails(row[f], f);
            shares[f] = tail == Tail.Left || (tail == Tail.Skew && _skewedLeft[f]) ? left : right;
        }

        Shares.Normalise(shares);
    }

    /// <summary>Reads an artefact.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or of another kind or version.</exception>
    public static EcodDetector Load(BinaryReader reader)
    {
        Artefact.Expect(reader, ArtefactName, Version);
        return Artefact.Guard(reader, static r =>
        {
            var rows = r.ReadInt32();
            var skewed = Artefact.Read<byte>(r);
            var sorted = Artefact.Read<double>(r);
            return rows >= 2 && skewed.Length > 0 && sorted.Length >= skewed.Length && sorted.Length % skewed.Length == 0
                ? new EcodDetector(sorted, Array.ConvertAll(skewed, s => s != 0), rows)
                : throw new InvalidDataException("the artefact is damaged: its points are not alike for all features");
        });
    }

    /// <inheritdoc/>
    public void Save(BinaryWriter writer)
    {
        Artefact.WriteHead(writer, ArtefactName, Version);
        writer.Write(_rows);
        Artefact.Write<byte>(writer, Array.ConvertAll(_skewedLeft, s => s ? (byte)1 : (byte)0));
        Artefact.Write<double>(writer, _sorted);
    }

    private (double Sum, Tail Tail) Strongest(ReadOnlySpan<double> row)
    {
        double lefts = 0, rights = 0, skews = 0;
        for (var f = 0; f < row.Length; f++)
        {
            var (left, right) = Tails(row[f], f);
            lefts += left;
            rights += right;
            skews += _skewedLeft[f] ? left : right;
        }

        return skews >= lefts && skews >= rights ? (skews, Tail.Skew) : lefts >= rights ? (lefts, Tail.Left) : (rights, Tail.Right);
    }

    private (double Left, double Right) Tails(double value, int feature)
    {
        var sorted = _sorted.AsSpan(feature * _points, _points);
        double below = Count(sorted, value, orEqual: false);
        double upTo = below;
        if (below < _points && sorted[(int)below] == value)
        {
            upTo = Count(sorted, value, orEqual: true);
        }

        return (-Math.Log(Math.Max(upTo / _points, _floor)), -Math.Log(Math.Max((_points - below) / _points, _floor)));
    }

    private static int Count(ReadOnlySpan<double> sorted, double value, bool orEqual)
    {
        var (from, to) = (0, sorted.Length);
        ref var first = ref MemoryMarshal.GetReference(sorted);
        while (from < to)
        {
            var middle = (from + to) >>> 1;
            var at = System.Runtime.CompilerServices.Unsafe.Add(ref first, middle);
            if (at < value || (orEqual && at == value))
            {
                from = middle + 1;
            }
            else
            {
                to = middle;
            }
        }

        return from;
    }
}
