using System.ComponentModel.DataAnnotations;

namespace SecStream.Models.Hbos;

/// <summary>Options of the histograms.</summary>
public sealed record HbosOptions
{
    /// <summary>Bins of a feature, of equal width.</summary>
    [Range(2, 1000)]
    public int Bins { get; init; } = 10;

    /// <summary>Height of an empty bin and of what lies outside, as a part of the highest bin: bounds what one feature can add.</summary>
    [Range(1e-9, 0.5)]
    public double Floor { get; init; } = 0.01;
}
