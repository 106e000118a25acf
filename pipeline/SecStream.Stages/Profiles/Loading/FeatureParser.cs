using SecStream.Core.Features;
using SecStream.Stages.Profiles.Model;
using SecStream.Stages.Rules.Loading;
using YamlDotNet.RepresentationModel;

namespace SecStream.Stages.Profiles.Loading;

/// <summary>A feature: what it means and how it is computed.</summary>
internal sealed record ParsedFeature(FeatureDefinition Definition, ProfileFeature Feature);

/// <summary>Reads the section <c>features</c>: name → type and what it needs.</summary>
internal sealed class FeatureParser(IssueList issues, ProfileFields fields, ConditionScope conditions)
{
    private const int MaxFeatures = 64;

    private static readonly string[] Types = ["count", "ratio", "average", "percentile", "distinct", "sum", "entropy", "variance"];

    private static readonly string[] Kinds = ["location", "time", "number"];

    private static readonly string[] KnownKeys =
        ["type", "kind", "where", "of", "field", "percentile", "factor", "noun", "weight", "min-absolute", "min-relative", "scale"];

    /// <summary>The features, in the order they are written in.</summary>
    public List<ParsedFeature> Parse(YamlMappingNode root)
    {
        var found = new List<ParsedFeature>();
        var node = YamlReading.Get(root, "features");
        if (node is not YamlMappingNode { Children.Count: > 0 and <= MaxFeatures } map)
        {
            issues.Error("features", node ?? root, "features", $"a map of 1 to {MaxFeatures} features is needed", "request_rate: {type: count}");
            return found;
        }

        foreach (var (key, value) in map.Children)
        {
            var name = YamlReading.Key(key);
            var path = $"features.{name}";
            if (name.Length == 0 || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_'))
            {
                issues.Error("feature-name", key, path, $"'{name}' is no name of a feature", "lower-case letters, digits and '_': request_rate");
            }

            if (value is not YamlMappingNode section)
            {
                issues.Error("feature", value, path, "a map is needed", "{type: count}");
                continue;
            }

            YamlReading.CheckKeys(section, path, KnownKeys, issues);
            if (Feature(section, path) is { } feature)
            {
                found.Add(new(Define(name, section, path, feature.Type), feature));
            }
        }

        return found;
    }

    private ProfileFeature? Feature(YamlMappingNode section, string path)
    {
        if (Type(section, path) is not { } type)
        {
            return null;
        }

        var isRatio = type == FeatureType.Ratio;
        var where = Condition(section, "where", path, needed: isRatio);
        Refuse(section, "of", path, !isRatio, "only a ratio is a share of something");
        Refuse(section, "percentile", path, type != FeatureType.Percentile, "only a percentile has one");
        var of = isRatio ? Condition(section, "of", path, needed: false) : -1;
        var quantile = type == FeatureType.Percentile ? (NumberReading.Read(section, "percentile", path, 1, 99.9, issues) ?? 95) / 100 : 0;
        return new ProfileFeature(type, where, of, Slot(section, path, type), quantile);
    }

    private FeatureType? Type(YamlMappingNode section, string path)
    {
        var node = YamlReading.Get(section, "type");
        var text = YamlReading.Text(node) ?? "";
        var at = Array.IndexOf(Types, text);
        if (at < 0)
        {
            issues.Error("feature-type", node ?? section, $"{path}.type", $"'{text}' is no type of a feature", Suggestion.OrList(text, Types));
            return null;
        }

        Refuse(section, "kind", path, text != "variance", "only a variance is of a kind");
        return text == "variance" ? Kind(section, path) : (FeatureType)at;
    }

    private FeatureType? Kind(YamlMappingNode section, string path)
    {
        var node = YamlReading.Get(section, "kind");
        var text = YamlReading.Text(node) ?? "";
        if (Array.IndexOf(Kinds, text) is var at and >= 0)
        {
            return FeatureType.LocationVariance + at;
        }

        issues.Error("variance-kind", node ?? section, $"{path}.kind", $"'{text}' is no kind of variance", Suggestion.OrList(text, Kinds));
        return null;
    }

    private int Condition(YamlMappingNode section, string key, string path, bool needed)
    {
        if (YamlReading.Get(section, key) is { } node)
        {
            return conditions.Bit(node, $"{path}.{key}");
        }

        if (needed)
        {
            issues.Error("condition", section, $"{path}.{key}", "a ratio needs to know which events it is the share of", "where: {event.outcome: failure}");
        }

        return -1;
    }

    private int Slot(YamlMappingNode section, string path, FeatureType type)
    {
        var isNumber = type is FeatureType.Average or FeatureType.Percentile or FeatureType.Sum or FeatureType.NumberVariance;
        var isHash = type is FeatureType.Distinct or FeatureType.Entropy;
        Refuse(section, "field", path, !isNumber && !isHash, "nothing is read from a field here");
        Refuse(section, "factor", path, !isNumber, "there is no number to multiply");
        if (!isNumber && !isHash)
        {
            return -1;
        }

        if (YamlReading.Get(section, "field") is not { } node)
        {
            issues.Error("field", section, $"{path}.field", "the field is missing", isNumber ? "field: event.duration" : "field: source.address");
            return -1;
        }

        return isHash ? fields.Hash(node, $"{path}.field")
            : fields.Number(node, $"{path}.field", NumberReading.Read(section, "factor", path, 1e-12, 1e12, issues) ?? 1);
    }

    private void Refuse(YamlMappingNode section, string key, string path, bool isWrong, string why)
    {
        if (isWrong && YamlReading.Get(section, key) is { } node)
        {
            issues.Error("unknown-key", node, $"{path}.{key}", $"'{key}' does not belong here: {why}", "take it out");
        }
    }

    private FeatureDefinition Define(string name, YamlMappingNode section, string path, FeatureType type)
    {
        var byDefault = type is FeatureType.Count or FeatureType.Sum or FeatureType.Average or FeatureType.Percentile or FeatureType.Distinct or FeatureType.NumberVariance
            ? FeatureScale.Log : FeatureScale.Linear;
        var scale = YamlReading.Get(section, "scale");
        if (scale is not null && YamlReading.Text(scale) is not ("log" or "linear"))
        {
            issues.Error("scale", scale, $"{path}.scale", $"'{YamlReading.Text(scale)}' is no scale", "log or linear");
        }

        return new FeatureDefinition
        {
            Name = name,
            Noun = YamlReading.Text(YamlReading.Get(section, "noun")) ?? name.Replace('_', ' '),
            Scale = scale is null ? byDefault : YamlReading.Text(scale) == "log" ? FeatureScale.Log : FeatureScale.Linear,
            IsCount = type is FeatureType.Count or FeatureType.Distinct,
            Weight = NumberReading.Read(section, "weight", path, 0, 1000, issues) ?? 1,
            MinAbsolute = NumberReading.Read(section, "min-absolute", path, 0, 1e15, issues) ?? 0,
            MinRelative = NumberReading.Read(section, "min-relative", path, 0, 1e6, issues) ?? 0,
        };
    }
}
