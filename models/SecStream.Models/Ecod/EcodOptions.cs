using System.ComponentModel.DataAnnotations;

namespace SecStream.Models.Ecod;

/// <summary>Options of the empirical distributions.</summary>
public sealed record EcodOptions
{
    /// <summary>Values kept of a feature: all, or so many order statistics at equal distances, the least and the greatest among them.</summary>
    [Range(16, 65_536)]
    public int Points { get; init; } = 2048;
}
