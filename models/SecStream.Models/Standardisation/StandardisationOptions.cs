using System.ComponentModel.DataAnnotations;

namespace SecStream.Models.Standardisation;

/// <summary>How features are brought to one scale.</summary>
public enum ScaleKind
{
    /// <summary>(x − mean) / standard deviation. A few huge values make all others look alike.</summary>
    MeanDeviation,

    /// <summary>(x − median) / (interquartile range / 1.349), but never less than a part of the standard deviation. For heavy tails.</summary>
    Robust,
}

/// <summary>Options of the standardisation.</summary>
public sealed record StandardisationOptions
{
    /// <summary>The kind.</summary>
    public ScaleKind Kind { get; init; } = ScaleKind.Robust;

    /// <summary>
    /// Robust: least scale, as a part of the standard deviation. More than half of many counters is one value; their quartiles are equal, and without this the
    /// few others would be infinitely strange.
    /// </summary>
    [Range(0.01, 1.0)]
    public double LeastScaleRatio { get; init; } = 0.2;

    /// <summary>
    /// Constant features: what counts as one deviation, as a part of the constant (1 for a constant of 0). They say nothing about the training rows, but a later
    /// row that departs by far is strange; one that departs a little is not.
    /// </summary>
    [Range(1e-6, 1e6)]
    public double ConstantScaleRatio { get; init; } = 1;
}
