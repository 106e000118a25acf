using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SecStream.TestParts.Elasticsearch;

/// <summary>How an index understands its documents: what its templates said when it was made. Immutable.</summary>
public sealed class StrictMapping
{
    private readonly Dictionary<string, JsonObject> _fields = new(StringComparer.Ordinal);
    private readonly HashSet<string> _objects = new(StringComparer.Ordinal);

    public StrictMapping(JsonObject template)
    {
        Template = template;
        Add("", template["mappings"]?["properties"] as JsonObject);
    }

    public static StrictMapping None { get; } = new([]);

    /// <summary><c>settings</c> and <c>mappings</c>.</summary>
    public JsonObject Template { get; }

    /// <summary>The type of a field; null when it is not mapped.</summary>
    public string? TypeOf(string field) => _fields.GetValueOrDefault(field)?["type"]?.GetValue<string>();

    /// <summary>Whether a value of a field is in the index; one that is not is named in <c>_ignored</c>.</summary>
    public bool IsIndexed(string field, JsonElement value)
    {
        if (!_fields.TryGetValue(field, out var mapping))
        {
            return true;
        }

        var text = Text(value);
        return mapping["type"]?.GetValue<string>() switch
        {
            "ip" => IPAddress.TryParse(text, out _),
            "long" => value.ValueKind is JsonValueKind.Number or JsonValueKind.String && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _),
            "keyword" => text.Length <= (mapping["ignore_above"]?.GetValue<int>() ?? int.MaxValue),
            _ => true,
        };
    }

    /// <summary>Whether a value means what was asked for: addresses and numbers are compared by meaning.</summary>
    public bool IsSame(string field, JsonElement value, string wanted) => TypeOf(field) switch
    {
        "ip" => IPAddress.TryParse(Text(value), out var left) && IPAddress.TryParse(wanted, out var right) && left.Equals(right),
        "long" => double.TryParse(Text(value), CultureInfo.InvariantCulture, out var left) && double.TryParse(wanted, CultureInfo.InvariantCulture, out var right)
            && (long)left == (long)right,
        _ => Text(value) == wanted,
    };

    /// <summary>Fields that have a value which is not in the index.</summary>
    public bool Ignores(StrictDocument document, string field) =>
        _fields.ContainsKey(field) && StrictQuery.Values(document.Json, field).Any(value => !IsIndexed(field, value));

    /// <summary>Why a document can't be taken; null when it can.</summary>
    public string? Refusal(JsonElement document) => Refusal("", document);

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    private string? Refusal(string path, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Array:
                return value.EnumerateArray().Select(item => Refusal(path, item)).FirstOrDefault(found => found is not null);
            case JsonValueKind.Object:
                return _fields.ContainsKey(path)
                    ? $"failed to parse field [{path}] of type [{TypeOf(path)}]"
                    : value.EnumerateObject().Select(field => Refusal(path.Length == 0 ? field.Name : $"{path}.{field.Name}", field.Value)).FirstOrDefault(found => found is not null);
            case JsonValueKind.Null:
                return null;
            default:
                return _objects.Contains(path)
                    ? $"object mapping for [{path}] tried to parse field [{path}] as object, but found a concrete value"
                    : null;
        }
    }

    private void Add(string prefix, JsonObject? properties)
    {
        foreach (var (name, mapping) in properties ?? [])
        {
            if (mapping!["properties"] is JsonObject below)
            {
                _objects.Add(prefix + name);
                Add($"{prefix}{name}.", below);
            }
            else
            {
                _fields[prefix + name] = (JsonObject)mapping;
            }
        }
    }
}
