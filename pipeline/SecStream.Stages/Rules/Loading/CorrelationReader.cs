using System.Globalization;
using SecStream.Stages.Rules.Model;
using YamlDotNet.RepresentationModel;

namespace SecStream.Stages.Rules.Loading;

/// <summary>What a <c>correlation</c> section says, checked for form; the rules it names are resolved by the compiler.</summary>
internal sealed class CorrelationReader
{
    private static readonly string[] KnownKeys = ["type", "rules", "group-by", "timespan", "condition", "aliases", "generate"];
    private static readonly string[] Operators = ["gte", "gt", "lte", "lt", "eq"];
    private static readonly string[] Later = ["value_sum", "value_avg", "value_percentile", "value_median", "temporal_extended"];

    private static readonly Dictionary<string, RuleKind> Kinds = new(StringComparer.Ordinal)
    {
        ["event_count"] = RuleKind.EventCount,
        ["value_count"] = RuleKind.ValueCount,
        ["temporal"] = RuleKind.Temporal,
        ["temporal_ordered"] = RuleKind.TemporalOrdered,
    };

    private readonly YamlMappingNode _map;
    private readonly IssueList _issues;

    public CorrelationReader(RuleDocument document)
    {
        _map = document.Correlation!;
        _issues = document.Issues;
        YamlReading.CheckKeys(_map, "correlation", KnownKeys, _issues);
        Kind = ReadKind();
        Rules = YamlReading.Get(_map, "rules") is { } rules ? YamlReading.Scalars(rules) ?? [] : [];
        GroupBy = YamlReading.Get(_map, "group-by");
        if (Rules.Count == 0)
        {
            _issues.Error("rules", _map, "correlation.rules", "names or ids of rules are needed");
        }

        ReadTimespan();
        ReadCondition();
        ReadAliases();
    }

    public RuleKind Kind { get; }

    public IReadOnlyList<YamlScalarNode> Rules { get; }

    public YamlNode? GroupBy { get; }

    public TimeSpan Timespan { get; private set; }

    public Threshold Threshold { get; private set; } = new(ThresholdOperator.GreaterOrEqual, 1);

    public string? ValueField { get; private set; }

    /// <summary>Alias → rule name → field.</summary>
    public Dictionary<string, Dictionary<string, string>> Aliases { get; } = new(StringComparer.Ordinal);

    public bool IsTemporal => Kind is RuleKind.Temporal or RuleKind.TemporalOrdered;

    public YamlNode At(string key) => YamlReading.Get(_map, key) ?? _map;

    private RuleKind ReadKind()
    {
        var type = YamlReading.Text(YamlReading.Get(_map, "type")) ?? "";
        if (Kinds.TryGetValue(type, out var kind))
        {
            return kind;
        }

        if (Later.Contains(type))
        {
            _issues.Error("unsupported-correlation", At("type"), "correlation.type", $"type '{type}' is not supported yet");
        }
        else
        {
            _issues.Error("correlation-type", At("type"), "correlation.type", $"'{type}' is no type of correlation", Suggestion.OrList(type, Kinds.Keys));
        }

        return RuleKind.Event;
    }

    private void ReadTimespan()
    {
        var node = YamlReading.Get(_map, "timespan");
        if (node is null)
        {
            _issues.Error("missing-timespan", _map, "correlation.timespan", "a threshold needs a timespan", "add 'timespan: 15m'");
        }
        else if (Durations.TryParse(YamlReading.Text(node), out var duration))
        {
            Timespan = duration;
        }
        else
        {
            _issues.Error("duration", node, "correlation.timespan", $"'{YamlReading.Text(node)}' is no duration", "like 30s, 15m, 1h, 7d, at most 366d");
        }
    }

    private void ReadCondition()
    {
        var node = YamlReading.Get(_map, "condition");
        if (node is not YamlMappingNode map)
        {
            if (node is not null)
            {
                _issues.Error("unsupported-correlation", node, "correlation.condition", "extended conditions are not supported yet", "a map like {gte: 5}");
            }
            else if (!IsTemporal)
            {
                _issues.Error("condition", _map, "correlation.condition", "the threshold is missing", "condition: {gte: 5}");
            }

            return;
        }

        YamlReading.CheckKeys(map, "correlation.condition", [.. Operators, "field"], _issues);
        var bounds = map.Children.Where(c => Operators.Contains(YamlReading.Key(c.Key))).ToArray();
        if (bounds.Length != 1 || !long.TryParse(YamlReading.Text(bounds[0].Value), NumberStyles.None, CultureInfo.InvariantCulture, out var value))
        {
            _issues.Error("condition", map, "correlation.condition", "exactly one bound with a whole number is needed", "like gte: 5");
            return;
        }

        Threshold = new Threshold(Operator(YamlReading.Key(bounds[0].Key)), value);
        if (Threshold.Holds(0))
        {
            _issues.Error("condition", map, "correlation.condition", "the bound already holds without any event", "absence of events is not supported yet");
        }

        if (IsTemporal && Threshold != new Threshold(ThresholdOperator.GreaterOrEqual, Rules.Count))
        {
            _issues.Error("unsupported-correlation", map, "correlation.condition", "a temporal correlation needs all of its rules for now", "leave the condition out");
        }

        ReadValueField(map);
    }

    private void ReadValueField(YamlMappingNode condition)
    {
        ValueField = YamlReading.Text(YamlReading.Get(condition, "field"));
        if (Kind == RuleKind.ValueCount && string.IsNullOrEmpty(ValueField))
        {
            _issues.Error("condition", condition, "correlation.condition.field", "value_count needs one field to count the values of");
        }
        else if (Kind != RuleKind.ValueCount && ValueField is not null)
        {
            _issues.Error("condition", condition, "correlation.condition.field", "only value_count takes a field");
        }
    }

    private void ReadAliases()
    {
        if (YamlReading.Get(_map, "aliases") is not { } node)
        {
            return;
        }

        foreach (var (alias, value) in (node as YamlMappingNode ?? new YamlMappingNode()).Children)
        {
            if (value is YamlMappingNode fields && fields.Children.Values.All(f => f is YamlScalarNode))
            {
                Aliases[YamlReading.Key(alias)] = fields.Children.ToDictionary(f => YamlReading.Key(f.Key), f => YamlReading.Text(f.Value) ?? "", StringComparer.Ordinal);
            }
            else
            {
                _issues.Error("aliases", alias, "correlation.aliases", "an alias is a map from rule to field");
            }
        }
    }

    private static ThresholdOperator Operator(string name) => name switch
    {
        "gte" => ThresholdOperator.GreaterOrEqual,
        "gt" => ThresholdOperator.Greater,
        "lte" => ThresholdOperator.LessOrEqual,
        "lt" => ThresholdOperator.Less,
        _ => ThresholdOperator.Equal,
    };
}
