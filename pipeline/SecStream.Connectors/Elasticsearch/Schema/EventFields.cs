using System.Collections.Frozen;
using System.Text.Json.Nodes;

namespace SecStream.Connectors.Elasticsearch.Schema;

/// <summary>The fields of events that every index has, with their types, as <c>components/secstream-events.json</c> says.</summary>
internal static class EventFields
{
    /// <summary>Longer values of keywords are kept but not indexed; the least bound of any field.</summary>
    public const int LongestValue = 1024;

    private static readonly FrozenDictionary<string, string> s_types = Read();

    /// <summary>The fields that take any text as a value: one that is none of their type is left out of the index.</summary>
    public static readonly IReadOnlyList<string> Values =
        [.. s_types.Where(field => field.Value != "geo_point" && field.Key is not ("@timestamp" or "event.id")).Select(field => field.Key).Order(StringComparer.Ordinal)];

    /// <summary>All names.</summary>
    public static IEnumerable<string> Names => s_types.Keys;

    /// <summary>Whether Elasticsearch finds the documents that have a value in a field (and perhaps others, which the exact comparison leaves out).</summary>
    public static bool CanFind(string field, string value) =>
        value.Length is > 0 and <= LongestValue && s_types.TryGetValue(field, out var type) && type is "keyword" or "ip" or "long";

    private static FrozenDictionary<string, string> Read()
    {
        var types = new Dictionary<string, string>();
        Add(types, "", SchemaFiles.Read("components/secstream-events")["template"]!["mappings"]!["properties"]!.AsObject());
        return types.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static void Add(Dictionary<string, string> types, string prefix, JsonObject properties)
    {
        foreach (var (name, mapping) in properties)
        {
            if (mapping!["properties"] is JsonObject below)
            {
                Add(types, $"{prefix}{name}.", below);
            }
            else if (mapping["index"]?.GetValue<bool>() != false)
            {
                types.Add(prefix + name, mapping["type"]!.GetValue<string>());
            }
        }
    }
}
