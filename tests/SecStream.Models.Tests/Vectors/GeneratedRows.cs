using SecStream.Models.Vectors;

namespace SecStream.Models.Tests.Vectors;

/// <summary>Rows to test with: two correlated features, the others noise; the last rows are far away.</summary>
internal static class GeneratedRows
{
    public static double[] Make(int count, int features, int strange = 0, ulong seed = 1)
    {
        var draw = new Draw(seed);
        var rows = new double[count * features];
        for (var row = 0; row < count; row++)
        {
            for (var f = 0; f < features; f++)
            {
                var shared = f == 1 ? 0.9 * rows[row * features] : 0;
                rows[(row * features) + f] = shared + draw.Normal() + (row >= count - strange ? 7 : 0);
            }
        }

        return rows;
    }

    public static double[] Scores(IVectorDetector detector, double[] rows)
    {
        var scores = new double[rows.Length / detector.FeatureCount];
        detector.Score(rows, scores);
        return scores;
    }

    public static byte[] Saved(IVectorDetector detector)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream))
        {
            detector.Save(writer);
        }

        return stream.ToArray();
    }

    public static IVectorDetector Loaded(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        return VectorDetectors.Load(reader);
    }
}
