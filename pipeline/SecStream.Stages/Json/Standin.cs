using System.Globalization;
using System.Text.Json;
using SecStream.Core.Events;
using SecStream.Core.Fields;

namespace SecStream.Stages.Json;

/// <summary>Stand-in.</summary>
public enum JsonError { None, Empty, Syntax, Depth, InvalidUtf8, NotAnObject, TooLarge }

/// <summary>Stand-in.</summary>
public sealed class JsonFieldMap(IEnumerable<KeyValuePair<string, int>> paths)
{
    internal readonly Dictionary<string, int> Map = paths.ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal);
}

/// <summary>Stand-in.</summary>
public sealed class JsonFieldParser(JsonFieldMap map)
{
    public JsonError Parse(EventRecord record)
    {
        if (!System.Text.Unicode.Utf8.IsValid(record.Raw)) { return JsonError.InvalidUtf8; }
        try
        {
            using var doc = JsonDocument.Parse(record.Raw.ToArray());
            if (doc.RootElement.ValueKind != JsonValueKind.Object) { return JsonError.Syntax; }
            Walk(record, doc.RootElement, "");
            return JsonError.None;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) { return JsonError.Syntax; }
    }

    private void Walk(EventRecord record, JsonElement element, string prefix)
    {
        foreach (var p in element.EnumerateObject())
        {
            var path = prefix + p.Name;
            if (p.Value.ValueKind == JsonValueKind.Object) { Walk(record, p.Value, path + "."); continue; }
            if (!map.Map.TryGetValue(path, out var field)) { continue; }
            switch (p.Value.ValueKind)
            {
                case JsonValueKind.String: record.SetText(field, System.Text.Encoding.UTF8.GetBytes(p.Value.GetString()!)); break;
                case JsonValueKind.Number when p.Value.TryGetInt64(out var n): record.SetInteger(field, n); break;
                case JsonValueKind.Number: record.SetFloat(field, double.Parse(p.Value.GetRawText(), CultureInfo.InvariantCulture)); break;
                case JsonValueKind.True or JsonValueKind.False: record.SetBool(field, p.Value.GetBoolean()); break;
                case JsonValueKind.Null: record.SetText(field, "null"u8); record.Slot(field).Kind = FieldKind.Null; break;
                default: record.SetText(field, System.Text.Encoding.UTF8.GetBytes(p.Value.GetRawText())); record.Slot(field).Kind = FieldKind.Array; break;
            }
        }
    }
}
