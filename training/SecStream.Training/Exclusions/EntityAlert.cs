using SecStream.Core.Alerts;

namespace SecStream.Training.Exclusions;

/// <summary>What an analyst says of an alert.</summary>
public enum AlertVerdict
{
    /// <summary>Nothing yet, or that somebody works on it.</summary>
    None,

    /// <summary>It was true (resolved).</summary>
    True,

    /// <summary>It was no attack.</summary>
    FalsePositive,
}

/// <summary>An alert as far as learning is concerned: whom it names and what became of it.</summary>
public sealed record EntityAlert
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>Code of its rule.</summary>
    public required string Rule { get; init; }

    /// <summary>Its severity.</summary>
    public required Severity Severity { get; init; }

    /// <summary>Whom it names: ECS fields and values (<c>source.address</c>, <c>203.0.113.7</c>), as they are in keys.</summary>
    public required IReadOnlyList<EntityName> Names { get; init; }

    /// <summary>First event, µs.</summary>
    public required long Start { get; init; }

    /// <summary>Last event, µs.</summary>
    public required long End { get; init; }

    /// <summary>What an analyst says.</summary>
    public required AlertVerdict Verdict { get; init; }

    /// <summary>A model has raised it: it is no evidence of its own against a model.</summary>
    public required bool IsOfModel { get; init; }
}

/// <summary>A field of a key and its value.</summary>
/// <param name="Field">ECS name.</param>
/// <param name="Value">Value, as it stands in canonical keys.</param>
public readonly record struct EntityName(string Field, string Value)
{
    /// <summary>The address is one entity, whether it is read as text or as a number.</summary>
    public string Field { get; init; } = Field == "source.ip" ? "source.address" : Field;
}
