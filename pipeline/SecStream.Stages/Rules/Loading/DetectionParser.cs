using SecStream.Stages.Rules.Expressions;
using YamlDotNet.RepresentationModel;

namespace SecStream.Stages.Rules.Loading;

/// <summary>Reads a <c>detection</c> section: its selections and the condition that joins them.</summary>
internal sealed class DetectionParser(ItemParser items, IssueList issues)
{
    /// <summary>The detection; null when something in it is wrong (issues say what).</summary>
    public DetectionNode? Parse(YamlMappingNode detection)
    {
        var errors = issues.ErrorCount;
        var selections = new Dictionary<string, DetectionNode>(StringComparer.Ordinal);
        YamlNode? condition = null;
        foreach (var (key, value) in detection.Children)
        {
            var name = YamlReading.Key(key);
            switch (name)
            {
                case "condition":
                    condition = value;
                    break;
                case "timeframe":
                    issues.Error("timeframe", key, "detection.timeframe", "timeframe is no longer part of Sigma", "write a correlation with a timespan");
                    break;
                default:
                    if (ParseSelection(value, $"detection.{name}") is { } selection)
                    {
                        selections[name] = selection;
                    }

                    break;
            }
        }

        if (condition is null)
        {
            var near = Suggestion.For("condition", detection.Children.Keys.Select(YamlReading.Key));
            issues.Error("condition", detection, "detection.condition", "the condition is missing", near.Length > 0 ? near.Replace("mean", "write 'condition' as", StringComparison.Ordinal) : "");
            return null;
        }

        return issues.ErrorCount == errors ? ParseConditions(condition, selections, detection) : null;
    }

    /// <summary>A selection: a map (all of it), a list (any of it) or a keyword.</summary>
    public DetectionNode? ParseSelection(YamlNode node, string path)
    {
        switch (node)
        {
            case YamlMappingNode { Children.Count: > 0 } map:
                return Join(map.Children.Select(item => items.Parse(item.Key, item.Value, $"{path}.{YamlReading.Key(item.Key)}")), all: true);
            case YamlSequenceNode { Children.Count: > 0 } list:
                return Join(list.Children.Select(child => child is YamlSequenceNode ? Wrong(child, path) : ParseSelection(child, path)), all: false);
            case YamlScalarNode keyword:
                return items.ParseKeyword(keyword, path);
            default:
                return Wrong(node, path);
        }
    }

    private DetectionNode? Wrong(YamlNode node, string path)
    {
        issues.Error("selection", node, path, "a selection is a map of fields, a list of maps or a list of keywords, and not empty");
        return null;
    }

    private static DetectionNode? Join(IEnumerable<DetectionNode?> nodes, bool all)
    {
        var list = nodes.ToList();
        return list.Any(n => n is null) ? null : all ? DetectionNodes.All(list!) : DetectionNodes.Any(list!);
    }

    private DetectionNode? ParseConditions(YamlNode condition, Dictionary<string, DetectionNode> selections, YamlMappingNode detection)
    {
        var parsed = new List<DetectionNode>();
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var text in YamlReading.Scalars(condition) ?? [])
        {
            if (ConditionParser.Parse(text.Value ?? "", selections, used, out var problem) is { } node)
            {
                parsed.Add(node);
                continue;
            }

            issues.Error("condition", text, "detection.condition", problem.Message, problem.Mend);
            return null;
        }

        if (parsed.Count == 0)
        {
            issues.Error("condition", condition, "detection.condition", "the condition is empty");
            return null;
        }

        foreach (var unused in selections.Keys.Where(s => !used.Contains(s) && !s.StartsWith('_')).Order(StringComparer.Ordinal))
        {
            issues.Warn("unused-selection", detection, $"detection.{unused}", $"selection '{unused}' is not used by the condition");
        }

        return DetectionNodes.Any(parsed);
    }
}
