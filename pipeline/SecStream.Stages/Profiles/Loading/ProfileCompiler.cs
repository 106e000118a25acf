using SecStream.Core.Events;
using SecStream.Core.Features;
using SecStream.Core.Fields;
using SecStream.Stages.Profiles.Model;
using SecStream.Stages.Rules;
using SecStream.Stages.Rules.Loading;
using SecStream.Stages.Rules.Model;
using YamlDotNet.RepresentationModel;

namespace SecStream.Stages.Profiles.Loading;

/// <summary>Makes profiles of YAML documents. What is wrong becomes an issue, and the profile is left out.</summary>
internal sealed class ProfileCompiler(FieldCatalog catalog, FieldNames names, RuleLoadOptions options, ProfileConditions conditions)
{
    private static readonly string[] KnownKeys =
        ["name", "title", "description", "enabled", "key", "where", "windows", "slide", "features", "categories", "steps", "min-events"];

    private readonly Dictionary<string, string> _taken = new(StringComparer.Ordinal);

    /// <summary>The profile of a document; null when it has errors or is not enabled.</summary>
    public Profile? Compile(YamlMappingNode root, IssueList issues)
    {
        var errors = issues.ErrorCount;
        YamlReading.CheckKeys(root, "profile", KnownKeys, issues);
        var name = Name(root, issues);
        var fields = new ProfileFields(catalog, names, issues);
        var selections = new DetectionParser(new ItemParser(catalog, names, options, issues), issues);
        var scope = conditions.Begin(name, root, issues, selections);
        var key = Key(root, issues);
        var windows = new WindowParser(issues).Parse(root);
        var where = YamlReading.Get(root, "where") is { } node ? scope.Detection(node, "where") : -1;
        var features = new FeatureParser(issues, fields, scope).Parse(root);
        var categories = Categories(root, fields, issues);
        var steps = YamlReading.Get(root, "steps") is { } step ? fields.Hash(step, "steps") : -1;
        var minEvents = MinEvents(root, issues);
        if (issues.ErrorCount > errors || IsOff(root, issues))
        {
            scope.Forget();
            return null;
        }

        var content = AlertRuleCompiler.Hash($"{YamlReading.Canonical(root)} {string.Join(';', key.Select(Describe))} {fields.Describe()} {scope.Describe()}");
        return new Profile
        {
            Name = name,
            Title = YamlReading.Text(YamlReading.Get(root, "title")) ?? name,
            File = issues.File,
            Content = content,
            Schema = new FeatureSchema
            {
                Profile = name,
                Version = Version(name, key, where, windows, features, categories, steps, minEvents, scope, fields),
                KeyNames = [.. key.Select(part => part.Name)],
                Windows = [.. windows.Select(w => w.Length)],
                Features = [.. features.Select(f => f.Definition)],
                Categories = [.. categories],
                HasSteps = steps >= 0,
            },
            Key = key,
            Where = where,
            Conditions = scope.Bits,
            Windows = windows,
            Features = [.. features.Select(f => f.Feature)],
            Numbers = [.. fields.Numbers],
            Hashes = [.. fields.Hashes],
            Categories = [.. fields.Categories],
            StepSlot = steps,
            HasLocation = features.Any(f => f.Feature.Type == FeatureType.LocationVariance),
            MinEvents = minEvents,
        };
    }

    /// <summary>Hash over what the vectors follow from; nouns, weights and least deviations only say how they are looked at.</summary>
    private string Version(
        string name, KeyPart[] key, int where, WindowSpec[] windows, IReadOnlyList<ParsedFeature> features, IReadOnlyList<CategoryDefinition> categories,
        int steps, int minEvents, ConditionScope scope, ProfileFields fields) => AlertRuleCompiler.Hash(string.Join(
            '\n',
            [
                name, .. key.Select(Describe), where >= 0 ? scope.Describe(where) : "", .. windows.Select(w => $"{w.Length} {w.Slide}"),
                .. features.Select(f => $"{f.Definition.Name} {f.Definition.Scale} {f.Definition.IsCount} {f.Feature}"),
                .. categories.Select(c => $"{c.Name} {c.Field}"), $"{steps} {minEvents}", fields.Describe(), scope.Describe(),
            ]));

    private string Describe(KeyPart part) => $"{part.Name} {part.IsAddress} {string.Join('|', part.Fields.Select(catalog.Name))}";

    private string Name(YamlMappingNode root, IssueList issues)
    {
        var node = YamlReading.Get(root, "name");
        var name = YamlReading.Text(node) ?? "";
        if (name.Length is 0 or > 64 || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
        {
            issues.Error("profile-name", node ?? root, "name", $"'{name}' is no name of a profile", "lower-case letters, digits and '-': name: api-key");
        }
        else if (!_taken.TryAdd(name, $"{issues.File}:{IssueList.Line(root)}"))
        {
            issues.Error("duplicate-name", node!, "name", $"'{name}' is taken by {_taken[name]}", "give each profile its own");
        }

        return name;
    }

    private KeyPart[] Key(YamlMappingNode root, IssueList issues)
    {
        var node = YamlReading.Get(root, "key");
        if (node is null || YamlReading.Scalars(node) is not { } parts)
        {
            issues.Error("key", node ?? root, "key", "the key is missing", "key: user.name, a list of fields, or [] for the tenant as a whole");
            return [];
        }

        foreach (var empty in parts.Where(p => string.IsNullOrWhiteSpace(p.Value)))
        {
            issues.Error("key", empty, "key", "a part of the key names no field", "like source.address or user.email|user.name");
        }

        return new KeyParser(catalog, names).Parse(node, _ => null, issues);
    }

    private static List<CategoryDefinition> Categories(YamlMappingNode root, ProfileFields fields, IssueList issues)
    {
        var found = new List<CategoryDefinition>();
        if (YamlReading.Get(root, "categories") is not { } node)
        {
            return found;
        }

        if (node is not YamlMappingNode map)
        {
            issues.Error("categories", node, "categories", "a map of names is needed", "country: source.geo.country_iso_code");
            return found;
        }

        foreach (var (key, value) in map.Children)
        {
            var path = $"categories.{YamlReading.Key(key)}";
            var field = value;
            var weight = 1.0;
            if (value is YamlMappingNode section)
            {
                YamlReading.CheckKeys(section, path, ["field", "weight"], issues);
                field = YamlReading.Get(section, "field") ?? section;
                weight = NumberReading.Read(section, "weight", path, 0, 1000, issues) ?? 1;
            }

            if (fields.Category(field, path) is { } name)
            {
                found.Add(new CategoryDefinition(YamlReading.Key(key), name, weight));
            }
        }

        return found;
    }

    private static int MinEvents(YamlMappingNode root, IssueList issues) =>
        (int)(NumberReading.Read(root, "min-events", "", 1, 1_000_000, issues) ?? 1);

    private static bool IsOff(YamlMappingNode root, IssueList issues)
    {
        var node = YamlReading.Get(root, "enabled");
        var text = YamlReading.Text(node);
        if (node is not null && text is not ("true" or "false"))
        {
            issues.Error("enabled", node, "enabled", $"'{text}' is neither true nor false");
        }

        return text == "false";
    }
}
