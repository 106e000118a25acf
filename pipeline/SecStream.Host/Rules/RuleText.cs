using SecStream.Core.Fields;
using SecStream.Stages.Rules.Model;

namespace SecStream.Host.Rules;

/// <summary>A rule's shape in few words.</summary>
internal static class RuleText
{
    /// <summary>Sigma's name of the kind, or ours.</summary>
    public static string Kind(RuleKind kind) => kind switch
    {
        RuleKind.Event => "event",
        RuleKind.EventCount => "event_count",
        RuleKind.ValueCount => "value_count",
        RuleKind.Temporal => "temporal",
        RuleKind.TemporalOrdered => "temporal_ordered",
        RuleKind.NewValue => "new_value",
        RuleKind.Anomaly => "anomaly",
        _ => "impossible_travel",
    };

    /// <summary>Key parts: <c>source.address, user.email else user.name</c>.</summary>
    public static string Key(AlertRule rule, FieldCatalog fields) => rule.Inputs.Length == 0
        ? ""
        : string.Join(", ", rule.Inputs[0].Key.Select(part => string.Join(" else ", part.Fields.Select(fields.Name))));

    /// <summary>What it takes: <c>&gt;= 5 in 15 min</c>.</summary>
    public static string Condition(AlertRule rule, FieldCatalog fields) => rule.Kind switch
    {
        RuleKind.Event => $"every event; gap {Span(rule.Gap)}",
        RuleKind.EventCount => $"{Bound(rule.Threshold)} in {Span(rule.Window)}",
        RuleKind.ValueCount => $"{Bound(rule.Threshold)} {Value(rule, fields)} in {Span(rule.Window)}",
        RuleKind.Temporal => $"{Inputs(rule, " and ")} in {Span(rule.Window)}",
        RuleKind.TemporalOrdered => $"{Inputs(rule, ", then ")} in {Span(rule.Window)}",
        RuleKind.NewValue => $"a {Value(rule, fields)} new for the key",
        RuleKind.Anomaly => FormattableString.Invariant($"an anomaly of grade >= {rule.MinGrade:0.##}; gap {Span(rule.Gap)}"),
        _ => FormattableString.Invariant($"> {rule.MinDistanceKm:0.#} km at > {rule.MaxSpeedKmh:0.#} km/h"),
    };

    /// <summary>A time span: <c>15 min</c>, <c>1 h</c>, <c>1 h 30 min</c>.</summary>
    public static string Span(TimeSpan span)
    {
        var parts = new List<string>(4);
        Add(span.Days, "d");
        Add(span.Hours, "h");
        Add(span.Minutes, "min");
        Add(span.Seconds, "s");
        return parts.Count == 0 ? FormattableString.Invariant($"{span.TotalMilliseconds:0.###} ms") : string.Join(' ', parts);

        void Add(int number, string unit)
        {
            if (number > 0)
            {
                parts.Add(FormattableString.Invariant($"{number} {unit}"));
            }
        }
    }

    private static string Bound(Threshold threshold)
    {
        var sign = threshold.Operator switch
        {
            ThresholdOperator.GreaterOrEqual => ">=",
            ThresholdOperator.Greater => ">",
            ThresholdOperator.LessOrEqual => "<=",
            ThresholdOperator.Less => "<",
            _ => "=",
        };
        return FormattableString.Invariant($"{sign} {threshold.Value}");
    }

    private static string Inputs(AlertRule rule, string joint) =>
        string.Join(joint, rule.Inputs.Select(i => i.MinCount > 1 ? FormattableString.Invariant($"{i.MinCount} × {i.Name}") : i.Name));

    private static string Value(AlertRule rule, FieldCatalog fields) => rule.ValueField >= 0 ? fields.Name(rule.ValueField) : "value";
}
