using System.Text.Json.Nodes;
using SecStream.Stages.Rules.Loading;
using YamlDotNet.RepresentationModel;

namespace SecStream.Host.Configuration;

/// <summary>What a value of the configuration looks like: how it is read, and how its JSON schema says so.</summary>
internal abstract record Shape
{
    /// <summary>Reads a node; null after an issue was added.</summary>
    public abstract object? Read(YamlNode node, string key, ConfigurationIssues issues);

    /// <summary>The JSON schema (2020-12) of the value.</summary>
    public abstract JsonObject Schema();

    /// <summary>How a kind of node is called in messages.</summary>
    protected static string NameOf(YamlNode node) => node switch
    {
        YamlMappingNode => "a map of keys",
        YamlSequenceNode => "a list",
        YamlScalarNode { Value: null or "" } => "empty",
        _ => "a single value",
    };

    /// <summary>Whether nothing stands there.</summary>
    protected static bool IsEmpty(YamlNode node) => node is YamlScalarNode { Value: null or "" or "~" or "null", Style: YamlDotNet.Core.ScalarStyle.Plain };
}

/// <summary>A key of a section.</summary>
/// <param name="Name">The key.</param>
/// <param name="Shape">What its value looks like.</param>
/// <param name="Description">What it means.</param>
/// <param name="Default">The default, as it would be written; null: none, or one that depends on the machine.</param>
/// <param name="Required">It must be there.</param>
internal sealed record ShapeField(string Name, Shape Shape, string Description, string? Default = null, bool Required = false);

/// <summary>A map of known keys.</summary>
internal sealed record SectionShape(params ShapeField[] Fields) : Shape
{
    /// <summary>What to write instead of keys that people try: names of secrets, names that other programs use.</summary>
    public IReadOnlyDictionary<string, string> Instead { get; init; } = new Dictionary<string, string>();

    public override object? Read(YamlNode node, string key, ConfigurationIssues issues)
    {
        var section = new ConfigurationSection(node, key);
        if (IsEmpty(node))
        {
            AddMissing([], node, key, issues);
            return section;
        }

        if (node is not YamlMappingNode map)
        {
            issues.Add(node, key, $"is {NameOf(node)}, but keys belong here", $"known here: {string.Join(", ", Fields.Select(f => f.Name))}");
            return null;
        }

        foreach (var (name, value) in map.Children)
        {
            var text = (name as YamlScalarNode)?.Value ?? "";
            var path = key.Length > 0 ? $"{key}.{text}" : text;
            if (Array.Find(Fields, f => f.Name == text) is not { } field)
            {
                issues.Add(name, path, $"unknown key '{text}'", Instead.GetValueOrDefault(text) ?? Suggestion.OrList(text, [.. Fields.Select(f => f.Name)]));
            }
            else if (field.Shape.Read(value, path, issues) is { } read)
            {
                section.Add(text, new ConfigurationValue(read, value, path));
            }
        }

        AddMissing(map.Children.Keys, node, key, issues);
        return section;
    }

    public override JsonObject Schema()
    {
        var schema = new JsonObject { ["type"] = "object", ["additionalProperties"] = false };
        if (Fields.Any(f => f.Required))
        {
            schema["required"] = new JsonArray([.. Fields.Where(f => f.Required).Select(f => (JsonNode)f.Name)]);
        }

        var properties = new JsonObject();
        foreach (var field in Fields)
        {
            var property = field.Shape.Schema();
            property.Insert(0, "description", field.Description);
            if (field.Default is { } value)
            {
                property["default"] = field.Shape is NumberShape or RatioShape or FlagShape ? JsonNode.Parse(value) : value;
            }

            properties[field.Name] = property;
        }

        schema["properties"] = properties;
        return schema;
    }

    private void AddMissing(IEnumerable<YamlNode> present, YamlNode node, string key, ConfigurationIssues issues)
    {
        foreach (var missing in Fields.Where(f => f.Required && !present.Contains(new YamlScalarNode(f.Name))))
        {
            issues.Add(node, key, $"'{missing.Name}' is missing", missing.Description);
        }
    }
}

/// <summary>A list of values of one shape; a single value stands for a list of one.</summary>
internal sealed record ListShape(Shape Item, int MaxItems) : Shape
{
    public override object? Read(YamlNode node, string key, ConfigurationIssues issues)
    {
        if (IsEmpty(node))
        {
            return new List<ConfigurationValue>();
        }

        var nodes = node is YamlSequenceNode list ? list.Children : [node];
        if (nodes.Count > MaxItems)
        {
            issues.Add(node, key, $"has {nodes.Count} items", $"at most {MaxItems} are possible");
            return null;
        }

        var values = new List<ConfigurationValue>();
        for (var i = 0; i < nodes.Count; i++)
        {
            var path = $"{key}[{i}]";
            if (Item.Read(nodes[i], path, issues) is { } value)
            {
                values.Add(new ConfigurationValue(value, nodes[i], path));
            }
        }

        return values;
    }

    public override JsonObject Schema() => new()
    {
        ["anyOf"] = new JsonArray(Item.Schema(), new JsonObject { ["type"] = "array", ["maxItems"] = MaxItems, ["items"] = Item.Schema() }),
    };
}

/// <summary>A map from names to durations.</summary>
internal sealed record DurationsShape(DurationShape Item, IReadOnlyCollection<string>? Known = null) : Shape
{
    private const int MaxKeys = 64;

    public override object? Read(YamlNode node, string key, ConfigurationIssues issues)
    {
        var found = new Dictionary<string, ConfigurationValue>(StringComparer.Ordinal);
        if (IsEmpty(node))
        {
            return found;
        }

        if (node is not YamlMappingNode { Children.Count: <= MaxKeys } map)
        {
            issues.Add(node, key, $"is {NameOf(node)}, but up to {MaxKeys} names with durations belong here", "such as 'low: 30d'");
            return null;
        }

        foreach (var (name, value) in map.Children)
        {
            var text = (name as YamlScalarNode)?.Value ?? "";
            var path = $"{key}.{text}";
            if (Known is not null ? !Known.Contains(text) : text.Length is 0 or > 64 || !text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_'))
            {
                issues.Add(name, path, $"unknown name '{text}'", Known is null ? "names are lower-case letters, digits and _" : Suggestion.OrList(text, Known));
            }
            else if (Item.Read(value, path, issues) is { } duration)
            {
                found[text] = new ConfigurationValue(duration, value, path);
            }
        }

        return found;
    }

    public override JsonObject Schema()
    {
        var schema = new JsonObject { ["type"] = "object", ["maxProperties"] = MaxKeys };
        schema["propertyNames"] = Known is null
            ? new JsonObject { ["pattern"] = "^[a-z0-9_]{1,64}$" }
            : new JsonObject { ["enum"] = new JsonArray([.. Known.Select(k => (JsonNode)k)]) };
        schema["additionalProperties"] = Item.Schema();
        return schema;
    }
}

/// <summary>A section, or a single value that stands for one of its keys.</summary>
internal sealed record ShortSectionShape(string ShortKey, SectionShape Section) : Shape
{
    public override object? Read(YamlNode node, string key, ConfigurationIssues issues)
    {
        if (node is not YamlScalarNode)
        {
            return Section.Read(node, key, issues);
        }

        var section = new ConfigurationSection(node, key);
        var field = Section.Fields.Single(f => f.Name == ShortKey);
        if (field.Shape.Read(node, key, issues) is not { } value)
        {
            return null;
        }

        section.Add(ShortKey, new ConfigurationValue(value, node, key));
        return section;
    }

    public override JsonObject Schema() => new()
    {
        ["anyOf"] = new JsonArray(Section.Fields.Single(f => f.Name == ShortKey).Shape.Schema(), Section.Schema()),
    };
}
