using System.Globalization;
using SecStream.Models.Vectors;

namespace SecStream.Models.Tests.Vectors.ScikitLearn;

/// <summary>Generated sets with anomalies of known kinds, none so plain that every forest would find them all.</summary>
internal sealed record LabelledRows(string Name, int FeatureCount, double[] Values, bool[] Labels)
{
    private const int Normal = 950;
    private const int Strange = 50;

    public static IReadOnlyList<LabelledRows> All { get; } =
    [
        Make("clusters", 6, Cluster, (draw, row) => Fill(row, () => (24 * draw.Unit()) - 12)),
        Make("correlated", 5, Correlated, (draw, row) => Fill(row, () => 2 * draw.Normal())),
        Make("local", 4, Dense, (draw, row) => Fill(row, () => 1.2 * draw.Normal())),
        Make("counts", 8, (draw, row) => Counts(draw, row, 0), (draw, row) => Counts(draw, row, 3)),
        Make("needle", 20, (draw, row) => Fill(row, draw.Normal), Needle),
    ];

    /// <summary>Rows and label as CSV, to the last digit.</summary>
    public void Write(string folder)
    {
        using var writer = new StreamWriter(Path.Combine(folder, Name));
        for (var r = 0; r < Labels.Length; r++)
        {
            var row = Values.Skip(r * FeatureCount).Take(FeatureCount).Select(v => v.ToString("R", CultureInfo.InvariantCulture));
            writer.WriteLine(string.Join(',', row.Append(Labels[r] ? "1" : "0")));
        }
    }

    /// <summary>Share of pairs of an anomaly and a normal row in which the anomaly has the higher score; half of a tie.</summary>
    public double RocAuc(double[] scores)
    {
        var won = 0.0;
        for (var i = 0; i < scores.Length; i++)
        {
            for (var j = 0; j < scores.Length; j++)
            {
                won += Labels[i] && !Labels[j] ? scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0 : 0;
            }
        }

        var strange = Labels.Count(l => l);
        return won / ((double)strange * (Labels.Length - strange));
    }

    private static LabelledRows Make(string name, int features, FillRow normal, FillRow strange)
    {
        var draw = new Draw(77);
        var values = new double[(Normal + Strange) * features];
        for (var r = 0; r < Normal + Strange; r++)
        {
            (r < Normal ? normal : strange)(draw, values.AsSpan(r * features, features));
        }

        return new LabelledRows(name, features, values, [.. Enumerable.Range(0, Normal + Strange).Select(r => r >= Normal)]);
    }

    private static void Fill(Span<double> row, Func<double> value)
    {
        foreach (ref var field in row)
        {
            field = value();
        }
    }

    private static void Cluster(Draw draw, Span<double> row)
    {
        var centre = 5 * (draw.Below(3) - 1);
        Fill(row, () => centre + (1.5 * draw.Normal()));
    }

    /// <summary>All features follow one; what is strange follows none of the others, within the same ranges.</summary>
    private static void Correlated(Draw draw, Span<double> row)
    {
        var shared = 2 * draw.Normal();
        Fill(row, () => shared + (0.5 * draw.Normal()));
    }

    /// <summary>A dense cloud and a thin one; what is strange lies around the dense one.</summary>
    private static void Dense(Draw draw, Span<double> row)
    {
        var isThin = draw.Below(4) == 0;
        Fill(row, () => isThin ? 8 + (2.5 * draw.Normal()) : 0.4 * draw.Normal());
    }

    /// <summary>Whole numbers with many ties and a long tail, as of logs.</summary>
    private static void Counts(Draw draw, Span<double> row, int more) => Fill(row, () => Math.Floor(Math.Exp(1.2 * draw.Normal()) + (draw.Below(2) * more)));

    /// <summary>One feature of many is far out.</summary>
    private static void Needle(Draw draw, Span<double> row)
    {
        Fill(row, draw.Normal);
        row[draw.Below(row.Length)] = 5 + draw.Normal();
    }

    private delegate void FillRow(Draw draw, Span<double> row);
}
