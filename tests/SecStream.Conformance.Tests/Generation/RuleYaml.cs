using System.Globalization;
using System.Text;
using SecStream.Conformance.Tests.Reference;
using SecStream.Core.Fields;
using SecStream.Host;
using SecStream.Stages.Enrichment;
using SecStream.Stages.Ingest;
using SecStream.Stages.Rules;
using SecStream.Stages.Rules.Model;

namespace SecStream.Conformance.Tests.Generation;

/// <summary>Writes generated rules as Sigma YAML and has the production compiler read it.</summary>
internal static class RuleYaml
{
    public static Knowledge Compile(IReadOnlyList<ReferenceRule> rules)
    {
        var fields = new FieldCatalog();
        return new Knowledge(IngestPlan.Compile(Compile(rules, fields), fields, "default"), EnrichmentSources.Default);
    }

    public static RuleSet Compile(IReadOnlyList<ReferenceRule> rules, FieldCatalog fields)
    {
        var set = new RuleCompiler(fields).Compile([new RuleSource("generated.yml", Write(rules))]);
        return set.Issues.Any(i => i.Severity == IssueSeverity.Error) || set.Rules.Count != rules.Count
            ? throw new InvalidOperationException($"generated rules do not load:\n{string.Join('\n', set.Issues)}\n{Write(rules)}")
            : set;
    }

    public static string Write(IReadOnlyList<ReferenceRule> rules)
    {
        var text = new StringBuilder();
        foreach (var detection in rules.Where(r => !IsEventRule(r)).SelectMany(r => r.Inputs).SelectMany(i => i.Detections).DistinctBy(d => d.Name))
        {
            Head(text, detection.Name, detection.Name);
            Detection(text, detection);
            text.Append("level: informational\n");
        }

        foreach (var rule in rules)
        {
            Head(text, rule.Code, null);
            if (IsEventRule(rule))
            {
                Detection(text, rule.Inputs[0].Detections[0]);
            }
            else
            {
                Correlation(text, rule);
            }

            text.Append("level: high\n");
            Extension(text, rule);
        }

        return text.ToString();
    }

    private static bool IsEventRule(ReferenceRule rule) => rule.Kind is RuleKind.Event or RuleKind.NewValue or RuleKind.ImpossibleTravel;

    /// <summary>The id follows from the title, so that a rule is the same rule whatever stands beside it.</summary>
    private static void Head(StringBuilder text, string title, string? name)
    {
        var number = Core.Text.StableHash.Compute(Encoding.UTF8.GetBytes(title)) % 1_000_000_000_000;
        text.Append(CultureInfo.InvariantCulture, $"---\ntitle: {title}\nid: 00000000-0000-4000-8000-{number:d12}\n");
        text.Append(name is null ? "" : $"name: {name}\n");
    }

    private static void Detection(StringBuilder text, ReferenceDetection detection)
    {
        text.Append("logsource:\n  product: secstream\ndetection:\n  selection:\n");
        foreach (var check in detection.Checks)
        {
            text.Append(CultureInfo.InvariantCulture, $"    {check.Field}{(check.StartsWith ? "|startswith" : "")}: {check.Text}\n");
        }

        text.Append("  condition: selection\n");
    }

    private static void Correlation(StringBuilder text, ReferenceRule rule)
    {
        var type = rule.Kind switch
        {
            RuleKind.EventCount => "event_count",
            RuleKind.ValueCount => "value_count",
            RuleKind.Temporal => "temporal",
            _ => "temporal_ordered",
        };
        var names = rule.Inputs.SelectMany(i => i.Detections).Select(d => d.Name);
        text.Append(CultureInfo.InvariantCulture, $"correlation:\n  type: {type}\n  rules: [{string.Join(", ", names)}]\n");
        text.Append(CultureInfo.InvariantCulture, $"  group-by: [{string.Join(", ", rule.KeyNames)}]\n  timespan: {rule.WindowSeconds}s\n");
        for (var k = 0; k < rule.KeyNames.Length; k++)
        {
            if (rule.Inputs.Any(i => i.Key[k] != rule.KeyNames[k]))
            {
                var fields = rule.Inputs.Select(i => $"{i.Detections[0].Name}: {i.Key[k]}");
                text.Append(CultureInfo.InvariantCulture, $"  aliases:\n    {rule.KeyNames[k]}: {{{string.Join(", ", fields)}}}\n");
            }
        }

        if (!rule.IsTemporal)
        {
            var sign = rule.Operator switch { ThresholdOperator.GreaterOrEqual => "gte", ThresholdOperator.Greater => "gt", _ => "eq" };
            text.Append(CultureInfo.InvariantCulture, $"  condition:\n    {sign}: {rule.Threshold}\n");
            text.Append(rule.ValueField is null ? "" : $"    field: {rule.ValueField}\n");
        }
    }

    private static void Extension(StringBuilder text, ReferenceRule rule)
    {
        text.Append(CultureInfo.InvariantCulture, $"secstream:\n  code: {rule.Code}\n  gap: {rule.GapSeconds}s\n");
        if (IsEventRule(rule))
        {
            text.Append(CultureInfo.InvariantCulture, $"  key: [{string.Join(", ", rule.KeyNames)}]\n");
        }

        if (rule.Kind == RuleKind.NewValue)
        {
            text.Append(CultureInfo.InvariantCulture, $"  type: new_value\n  field: {rule.ValueField}\n");
        }

        if (rule.Kind == RuleKind.ImpossibleTravel)
        {
            text.Append("  type: impossible_travel\n  min-distance-km: 100\n  max-speed-kmh: 900\n");
        }

        if (rule.Inputs.Any(i => i.MinCount > 1))
        {
            text.Append("  min-count:\n");
            foreach (var input in rule.Inputs)
            {
                text.Append(CultureInfo.InvariantCulture, $"    {input.Detections[0].Name}: {input.MinCount}\n");
            }
        }
    }
}
