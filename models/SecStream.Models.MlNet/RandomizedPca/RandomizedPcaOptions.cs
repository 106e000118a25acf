using System.ComponentModel.DataAnnotations;
using SecStream.Models.Standardisation;

namespace SecStream.Models.MlNet.RandomizedPca;

/// <summary>Options of ML.NET's randomised PCA.</summary>
public sealed record RandomizedPcaOptions
{
    /// <summary>Directions that count as normal, as a share of the features. With all of them nothing would be strange.</summary>
    [Range(0.01, 0.99)]
    public double RankRatio { get; init; } = 0.5;

    /// <summary>Directions at most.</summary>
    [Range(1, 1000)]
    public int MaxRankCount { get; init; } = 20;

    /// <summary>Directions more in the random projection, for its accuracy.</summary>
    [Range(0, 1000)]
    public int OversamplingCount { get; init; } = 20;

    /// <summary>How features are scaled before.</summary>
    [Required]
    public StandardisationOptions Standardisation { get; init; } = new() { Kind = ScaleKind.MeanDeviation };
}
