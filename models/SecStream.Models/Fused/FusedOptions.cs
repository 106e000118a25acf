using System.ComponentModel.DataAnnotations;
using SecStream.Models.Hbos;
using SecStream.Models.IsolationForest;
using SecStream.Models.KnnCoreset;
using SecStream.Models.RobustCovariance;

namespace SecStream.Models.Fused;

/// <summary>A detector among others.</summary>
/// <param name="Trainer">Fits it.</param>
/// <param name="Weight">How much its word counts against the others'; more than 0.</param>
public sealed record FusedMember(IVectorTrainer Trainer, double Weight);

/// <summary>Options of the fusion.</summary>
public sealed record FusedOptions
{
    /// <summary>
    /// The detectors. The default are four that are blind in different places: the forest (few features together), the robust covariance (broken correlations), the
    /// neighbours (odd places between clouds), the histograms (many features, each a little rare). More trees than a forest of its own has, for the fusion asks for steady ranks.
    /// </summary>
    [Required]
    [MinLength(1)]
    [MaxLength(16)]
    public IReadOnlyList<FusedMember> Members { get; init; } =
    [
        new(new IsolationForestTrainer(new IsolationForestOptions { Trees = 300 }), 1),
        new(new RobustCovarianceTrainer(new RobustCovarianceOptions()), 1),
        new(new KnnCoresetTrainer(new KnnCoresetOptions()), 1),
        new(new HbosTrainer(new HbosOptions()), 1),
    ];

    /// <summary>Training rows the tail probabilities are learned from at most; of more, so many are drawn.</summary>
    [Range(100, 10_000_000)]
    public int CalibrationRows { get; init; } = 20_000;
}
