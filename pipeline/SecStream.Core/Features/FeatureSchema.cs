namespace SecStream.Core.Features;

/// <summary>How a feature's values are compared: on a scale on which equal steps mean equal surprise.</summary>
public enum FeatureScale
{
    /// <summary>As they are: ratios, entropies, variances.</summary>
    Linear,

    /// <summary>log(1 + x): counts, sums, durations, which differ by factors.</summary>
    Log,
}

/// <summary>A number that a profile computes of every window.</summary>
public sealed record FeatureDefinition
{
    /// <summary>Name, snake case: <c>request_rate</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What is measured, for a sentence: "requests", "different addresses", "ms on average".</summary>
    public required string Noun { get; init; }

    /// <summary>How values are compared.</summary>
    public FeatureScale Scale { get; init; } = FeatureScale.Log;

    /// <summary>Whether its values are counts: whole numbers, whose tail is discrete.</summary>
    public bool IsCount { get; init; }

    /// <summary>Weight among the features (guide L: request rate 0.3, error rate 0.4, location 0.2, time 0.1, device 0.2), normalised by whoever uses it; 0: shown, not judged.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>Least difference from what is expected that may count, in units of the feature.</summary>
    public double MinAbsolute { get; init; }

    /// <summary>Least difference from what is expected that may count, as a share of it.</summary>
    public double MinRelative { get; init; }
}

/// <summary>A field whose values a profile keeps of every window: country, device, endpoint.</summary>
/// <param name="Name">Name for people: <c>country</c>.</param>
/// <param name="Field">ECS name.</param>
/// <param name="Weight">Weight among what is judged, as <see cref="FeatureDefinition.Weight"/>.</param>
public sealed record CategoryDefinition(string Name, string Field, double Weight);

/// <summary>What the vectors of a profile mean. Two schemas with the same version mean the same.</summary>
public sealed record FeatureSchema
{
    /// <summary>Name of the profile: <c>api-key</c>.</summary>
    public required string Profile { get; init; }

    /// <summary>Hash of everything the vectors follow from: 16 hex digits.</summary>
    public required string Version { get; init; }

    /// <summary>Names of the parts of the key: <c>source.address</c>.</summary>
    public required string[] KeyNames { get; init; }

    /// <summary>Lengths of the windows, µs, ascending.</summary>
    public required long[] Windows { get; init; }

    /// <summary>The features, in the order of a vector's values.</summary>
    public required FeatureDefinition[] Features { get; init; }

    /// <summary>The fields whose values are kept, in the order of a vector's <see cref="FeatureVector.Categories"/>.</summary>
    public CategoryDefinition[] Categories { get; init; } = [];

    /// <summary>Whether vectors have the order of actions (<see cref="FeatureVector.Steps"/>).</summary>
    public bool HasSteps { get; init; }
}
