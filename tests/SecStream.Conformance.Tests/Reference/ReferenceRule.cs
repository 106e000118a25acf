using SecStream.Stages.Rules.Model;

namespace SecStream.Conformance.Tests.Reference;

/// <summary>A test of a field: equal to a text or starting with it.</summary>
internal sealed record FieldCheck(string Field, bool StartsWith, string Text)
{
    public bool Holds(SourceEvent e) =>
        e.Field(Field) is { } value && (StartsWith ? value.StartsWith(Text, StringComparison.Ordinal) : value == Text);
}

/// <summary>What single events are matched against: all of some checks.</summary>
internal sealed record ReferenceDetection(string Name, FieldCheck[] Checks)
{
    /// <summary>It can only match failed logins, so login sessions say how often a line counts.</summary>
    public bool CountsAttempts => Checks.Any(c => c.Field == "event.action" && c.Text.StartsWith("login_failed", StringComparison.Ordinal));

    public bool Matches(SourceEvent e) => Checks.All(c => c.Holds(e));
}

/// <summary>One input of a rule.</summary>
/// <param name="Detections">Any of them.</param>
/// <param name="MinCount">Occurrences needed (temporal kinds).</param>
/// <param name="Key">Field of each key part; inputs may take a part from different fields.</param>
internal sealed record ReferenceInput(ReferenceDetection[] Detections, int MinCount, string[] Key);

/// <summary>A rule as its words say it, in seconds.</summary>
internal sealed record ReferenceRule
{
    public required string Code { get; init; }

    public required RuleKind Kind { get; init; }

    public required ReferenceInput[] Inputs { get; init; }

    /// <summary>Names of the key parts.</summary>
    public required string[] KeyNames { get; init; }

    public long WindowSeconds { get; init; }

    public long GapSeconds { get; init; }

    public ThresholdOperator Operator { get; init; }

    public long Threshold { get; init; } = 1;

    public string? ValueField { get; init; }

    public bool IsTemporal => Kind is RuleKind.Temporal or RuleKind.TemporalOrdered;

    public bool Holds(long measure) => Operator switch
    {
        ThresholdOperator.GreaterOrEqual => measure >= Threshold,
        ThresholdOperator.Greater => measure > Threshold,
        ThresholdOperator.LessOrEqual => measure <= Threshold,
        ThresholdOperator.Less => measure < Threshold,
        _ => measure == Threshold,
    };
}
