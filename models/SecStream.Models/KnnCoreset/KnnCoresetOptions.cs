using System.ComponentModel.DataAnnotations;
using SecStream.Models.Standardisation;

namespace SecStream.Models.KnnCoreset;

/// <summary>Options of the k-nearest-neighbour distance.</summary>
public sealed record KnnCoresetOptions
{
    /// <summary>Rows kept to compare with: all, or so many drawn at random. Cost and memory grow with it.</summary>
    [Range(16, 65_536)]
    public int CoresetSize { get; init; } = 1024;

    /// <summary>The neighbour whose distance counts; of a coreset of fewer than three times as many rows, a third.</summary>
    [Range(1, 1024)]
    public int Neighbour { get; init; } = 20;

    /// <summary>How features are scaled.</summary>
    [Required]
    public StandardisationOptions Standardisation { get; init; } = new() { Kind = ScaleKind.MeanDeviation };
}
