using System.ComponentModel.DataAnnotations;

namespace SecStream.Models.StreamingForest;

/// <summary>Options of the streaming forest.</summary>
public sealed record StreamingForestOptions
{
    /// <summary>Trees.</summary>
    [Range(1, 1000)]
    public int Trees { get; init; } = 50;

    /// <summary>Depth of a tree. Memory doubles with each level.</summary>
    [Range(2, 16)]
    public int Depth { get; init; } = 10;

    /// <summary>Rows of a window. Nothing is judged during the first; after that each row is judged by the windows before its own.</summary>
    [Range(16, 1_000_000)]
    public int Window { get; init; } = 256;

    /// <summary>Weight of a new window against what is known; the first ones count alike. Small: a burst stays strange for long; large: a change is soon usual.</summary>
    [Range(0.00001, 1.0)]
    public double AdaptationRate { get; init; } = 0.002;

    /// <summary>A node that fewer rows of a window usually pass is not looked into further.</summary>
    [Range(1, 1_000_000)]
    public int LeastMass { get; init; } = 10;
}
