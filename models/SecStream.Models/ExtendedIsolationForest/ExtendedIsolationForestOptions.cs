using System.ComponentModel.DataAnnotations;
using SecStream.Models.Standardisation;

namespace SecStream.Models.ExtendedIsolationForest;

/// <summary>Options of the extended isolation forest.</summary>
public sealed record ExtendedIsolationForestOptions
{
    /// <summary>Trees.</summary>
    [Range(1, 1000)]
    public int Trees { get; init; } = 100;

    /// <summary>Rows drawn for each tree.</summary>
    [Range(2, 4096)]
    public int SampleSize { get; init; } = 256;

    /// <summary>Features of a split. 1 is the plain forest; more cut at slants, and with all of them no direction is preferred.</summary>
    [Range(1, 16)]
    public int Directions { get; init; } = 3;

    /// <summary>How features are scaled: here it matters, for features are added up.</summary>
    [Required]
    public StandardisationOptions Standardisation { get; init; } = new();
}
