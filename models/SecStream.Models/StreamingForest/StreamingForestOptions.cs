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

    /// <summary>Rows of a window. Nothing is judged during the first; after that each row is judged by the window before its own.</summary>
    [Range(16, 1_000_000)]
    public int Window { get; init; } = 256;

    /// <summary>A node that fewer rows of the last window passed is not looked into further.</summary>
    [Range(1, 1_000_000)]
    public int LeastMass { get; init; } = 10;
}
