using SecStream.Models.Standardisation;
using SecStream.Models.Vectors;

namespace SecStream.Models.RobustCovariance;

/// <summary>Fits robust covariances. Cost: steps × rows (at most <see cref="RobustCovarianceOptions.FitRows"/>) × features².</summary>
public sealed class RobustCovarianceTrainer : IVectorTrainer
{
    private readonly RobustCovarianceOptions _options;

    /// <summary>A trainer.</summary>
    /// <exception cref="ArgumentException">The options cannot be used.</exception>
    public RobustCovarianceTrainer(RobustCovarianceOptions options) => _options = OptionsCheck.Checked(options);

    /// <inheritdoc/>
    public string Name => RobustCovarianceDetector.ArtefactName;

    /// <inheritdoc/>
    public IVectorDetector Fit(ReadOnlySpan<double> rows, int featureCount, ulong seed)
    {
        var count = Rows.CheckTraining(rows, featureCount);
        var standardiser = Standardiser.Fit(rows, featureCount, _options.Standardisation);
        var projection = Projection.For(featureCount, _options.Dimensions, Draw.Seed(seed, 1));
        var picked = count <= _options.FitRows ? null : new Draw(Draw.Seed(seed, 0)).Sample(count, _options.FitRows);
        var size = picked?.Length ?? count;
        var projected = new double[size * projection.Dimensions];
        var row = new double[featureCount];
        for (var i = 0; i < size; i++)
        {
            standardiser.Apply(rows.Slice((picked?[i] ?? i) * featureCount, featureCount), row);
            projection.Apply(row, projected.AsSpan(i * projection.Dimensions, projection.Dimensions));
        }

        var (centre, whitening) = new Concentration(projected, projection.Dimensions, _options).Run();
        return new RobustCovarianceDetector(standardiser, projection, centre, whitening);
    }
}
