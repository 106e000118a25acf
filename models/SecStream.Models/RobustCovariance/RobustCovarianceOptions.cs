using System.ComponentModel.DataAnnotations;
using SecStream.Models.Standardisation;

namespace SecStream.Models.RobustCovariance;

/// <summary>Options of the robust covariance.</summary>
public sealed record RobustCovarianceOptions
{
    /// <summary>Part of the rows taken for normal: the covariance is that of the ones closest to their own middle.</summary>
    [Range(0.5, 1.0)]
    public double Support { get; init; } = 0.75;

    /// <summary>How far the covariance is drawn to a sphere: keeps it invertible where features repeat each other or rows are few.</summary>
    [Range(1e-6, 1.0)]
    public double Shrinkage { get; init; } = 0.001;

    /// <summary>Concentration steps at most; each lowers the determinant, and it settles in some ten.</summary>
    [Range(1, 200)]
    public int Steps { get; init; } = 10;

    /// <summary>Rows used for fitting at most; of more, so many are drawn.</summary>
    [Range(100, 10_000_000)]
    public int FitRows { get; init; } = 20_000;

    /// <summary>Features kept as they are; more are projected at random onto so many directions, for cost grows with their square.</summary>
    [Range(2, 4096)]
    public int Dimensions { get; init; } = 200;

    /// <summary>How features are scaled.</summary>
    [Required]
    public StandardisationOptions Standardisation { get; init; } = new() { Kind = ScaleKind.MeanDeviation };
}
