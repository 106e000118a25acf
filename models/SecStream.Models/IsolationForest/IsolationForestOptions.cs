using System.ComponentModel.DataAnnotations;
using SecStream.Models.Standardisation;

namespace SecStream.Models.IsolationForest;

/// <summary>Options of the isolation forest. The defaults are those of the paper.</summary>
public sealed record IsolationForestOptions
{
    /// <summary>Trees. More give steadier scores; cost and memory grow with them.</summary>
    [Range(1, 1000)]
    public int Trees { get; init; } = 100;

    /// <summary>Rows drawn for each tree. Few are a merit: they thin out clusters of anomalies that would hide each other.</summary>
    [Range(2, 4096)]
    public int SampleSize { get; init; } = 256;

    /// <summary>How features are scaled. Splits are uniform between the least and the greatest value, so this changes nothing but the rounding of thresholds.</summary>
    [Required]
    public StandardisationOptions Standardisation { get; init; } = new() { Kind = ScaleKind.MeanDeviation };
}
