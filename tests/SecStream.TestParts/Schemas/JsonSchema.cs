using System.Text.Json;
using System.Text.RegularExpressions;

namespace SecStream.TestParts.Schemas;

/// <summary>
/// Validates against the part of JSON Schema 2020-12 that our schemas use. A keyword it does not know is an error of the schema, so that no
/// constraint is ever silently skipped.
/// </summary>
public sealed class JsonSchema
{
    private static readonly string[] Annotations = ["$schema", "$id", "$defs", "title", "description"];
    private readonly JsonElement _root;

    public JsonSchema(string text) => _root = JsonDocument.Parse(text).RootElement;

    /// <summary>All violations, each with the path of the value.</summary>
    public IReadOnlyList<string> Validate(ReadOnlyMemory<byte> document)
    {
        var errors = new List<string>();
        Check(JsonDocument.Parse(document).RootElement, _root, "$", errors);
        return errors;
    }

    private void Check(JsonElement value, JsonElement schema, string path, List<string> errors)
    {
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            Require(schema.GetBoolean(), $"{path}: not allowed", errors);
            return;
        }

        foreach (var keyword in schema.EnumerateObject())
        {
            CheckKeyword(value, schema, keyword, path, errors);
        }
    }

    private void CheckKeyword(JsonElement value, JsonElement schema, JsonProperty keyword, string path, List<string> errors)
    {
        var bound = keyword.Value;
        switch (keyword.Name)
        {
            case "$ref":
                Check(value, Resolve(bound.GetString()!), path, errors);
                break;
            case "type":
                var types = bound.ValueKind == JsonValueKind.Array ? bound.EnumerateArray().Select(t => t.GetString()!) : [bound.GetString()!];
                Require(types.Any(type => IsOfType(value, type)), $"{path}: is {value.ValueKind}, not {bound}", errors);
                break;
            case "const":
                Require(JsonElement.DeepEquals(value, bound), $"{path}: not {bound}", errors);
                break;
            case "enum":
                Require(bound.EnumerateArray().Any(allowed => JsonElement.DeepEquals(value, allowed)), $"{path}: {value} not in {bound}", errors);
                break;
            case "properties" or "required" or "additionalProperties":
                CheckObject(value, schema, keyword, path, errors);
                break;
            case "items" or "minItems" or "maxItems":
                CheckArray(value, keyword, path, errors);
                break;
            case "pattern" or "minLength" or "maxLength":
                CheckString(value, keyword, path, errors);
                break;
            case "minimum":
                Require(value.ValueKind != JsonValueKind.Number || value.GetDouble() >= bound.GetDouble(), $"{path}: below {bound}", errors);
                break;
            case "maximum":
                Require(value.ValueKind != JsonValueKind.Number || value.GetDouble() <= bound.GetDouble(), $"{path}: above {bound}", errors);
                break;
            default:
                Require(Annotations.Contains(keyword.Name), $"{path}: the schema uses '{keyword.Name}', which this validator does not know", errors);
                break;
        }
    }

    private void CheckObject(JsonElement value, JsonElement schema, JsonProperty keyword, string path, List<string> errors)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        if (keyword.Name == "required")
        {
            foreach (var name in keyword.Value.EnumerateArray())
            {
                Require(value.TryGetProperty(name.GetString()!, out _), $"{path}: lacks {name}", errors);
            }

            return;
        }

        Require(value.EnumerateObject().DistinctBy(p => p.Name).Count() == value.EnumerateObject().Count(), $"{path}: names twice", errors);
        foreach (var property in value.EnumerateObject())
        {
            var isListed = schema.TryGetProperty("properties", out var listed) & TryGet(listed, property.Name, out var own);
            if (keyword.Name == "properties" ? isListed : !isListed)
            {
                Check(property.Value, keyword.Name == "properties" ? own : keyword.Value, $"{path}.{property.Name}", errors);
            }
        }
    }

    private void CheckArray(JsonElement value, JsonProperty keyword, string path, List<string> errors)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            return;
        }

        switch (keyword.Name)
        {
            case "minItems":
                Require(value.GetArrayLength() >= keyword.Value.GetInt32(), $"{path}: too few", errors);
                break;
            case "maxItems":
                Require(value.GetArrayLength() <= keyword.Value.GetInt32(), $"{path}: too many", errors);
                break;
            default:
                foreach (var (i, item) in value.EnumerateArray().Index())
                {
                    Check(item, keyword.Value, $"{path}[{i}]", errors);
                }

                break;
        }
    }

    private static void CheckString(JsonElement value, JsonProperty keyword, string path, List<string> errors)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return;
        }

        var text = value.GetString()!;
        var holds = keyword.Name switch
        {
            "pattern" => Regex.IsMatch(text, keyword.Value.GetString()!, RegexOptions.ECMAScript | RegexOptions.CultureInvariant),
            "minLength" => text.EnumerateRunes().Count() >= keyword.Value.GetInt32(),
            _ => text.EnumerateRunes().Count() <= keyword.Value.GetInt32(),
        };
        Require(holds, $"{path}: '{text}' against {keyword.Name} {keyword.Value}", errors);
    }

    private JsonElement Resolve(string reference)
    {
        var at = _root;
        foreach (var step in reference.TrimStart('#').Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            at = at.GetProperty(step);
        }

        return at;
    }

    private static bool TryGet(JsonElement from, string name, out JsonElement value)
    {
        value = default;
        return from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out value);
    }

    private static bool IsOfType(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && double.IsInteger(value.GetDouble()),
        _ => throw new ArgumentException($"the schema uses the unknown type '{type}'"),
    };

    private static void Require(bool holds, string message, List<string> errors)
    {
        if (!holds)
        {
            errors.Add(message);
        }
    }
}
