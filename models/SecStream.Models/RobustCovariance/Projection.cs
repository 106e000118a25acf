using SecStream.Models.Vectors;

namespace SecStream.Models.RobustCovariance;

/// <summary>Rows seen from some random directions (Johnson-Lindenstrauss); none where features are few.</summary>
internal sealed class Projection
{
    private readonly double[] _directions;

    private Projection(int featureCount, int dimensions, double[] directions) =>
        (FeatureCount, Dimensions, _directions) = (featureCount, dimensions, directions);

    /// <summary>Features.</summary>
    public int FeatureCount { get; }

    /// <summary>Directions.</summary>
    public int Dimensions { get; }

    /// <summary>Draws directions where there are more features than wanted.</summary>
    public static Projection For(int featureCount, int most, ulong seed)
    {
        if (featureCount <= most)
        {
            return new Projection(featureCount, featureCount, []);
        }

        var draw = new Draw(seed);
        var directions = new double[most * featureCount];
        for (var i = 0; i < directions.Length; i++)
        {
            directions[i] = draw.Normal() / Math.Sqrt(most);
        }

        return new Projection(featureCount, most, directions);
    }

    /// <summary>One row.</summary>
    public void Apply(ReadOnlySpan<double> row, Span<double> projected)
    {
        if (_directions.Length == 0)
        {
            row.CopyTo(projected);
            return;
        }

        for (var i = 0; i < Dimensions; i++)
        {
            projected[i] = Dense.Dot(_directions.AsSpan(i * FeatureCount, FeatureCount), row);
        }
    }

    /// <summary>Back: what a gradient in the projected space says of the features.</summary>
    public void Transpose(ReadOnlySpan<double> projected, Span<double> row)
    {
        if (_directions.Length == 0)
        {
            projected.CopyTo(row);
            return;
        }

        row.Clear();
        for (var i = 0; i < Dimensions; i++)
        {
            Dense.AddScaled(row, projected[i], _directions.AsSpan(i * FeatureCount, FeatureCount));
        }
    }

    public void Save(BinaryWriter writer)
    {
        writer.Write(Dimensions);
        Artefact.Write<double>(writer, _directions);
    }

    public static Projection Load(BinaryReader reader, int featureCount)
    {
        var dimensions = Artefact.ReadCount(reader, 1, featureCount);
        var directions = Artefact.Read<double>(reader, dimensions == featureCount ? 0 : dimensions * featureCount);
        return new Projection(featureCount, dimensions, directions);
    }
}
