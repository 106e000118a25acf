using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SecStream.Connectors.Http.Facade;

/// <summary>Templates, policies, pipelines, indices that shippers set up: remembered, bounded, in memory; a shipper sets them up again. Thread-safe.</summary>
internal sealed class NamedObjects
{
    private const int MaxCount = 512;
    private const long MaxBytes = 32 << 20;
    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = 60, AllowDuplicateProperties = false };
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (byte[] Body, long Stamp)> _objects = [];
    private long _bytes;
    private long _stamp;

    /// <summary>Remembers an object; the oldest go when there are too many. False: the body is no JSON object.</summary>
    public bool Put(string kind, string name, ReadOnlySpan<byte> body)
    {
        if (Canonical(body) is not { } kept)
        {
            return false;
        }

        var key = Key(kind, name);
        lock (_lock)
        {
            Drop(key);
            _objects.Add(key, (kept, _stamp++));
            _bytes += kept.Length;
            while (_objects.Count > MaxCount || (_bytes > MaxBytes && _objects.Count > 1))
            {
                Drop(_objects.MinBy(o => o.Value.Stamp).Key);
            }
        }

        return true;
    }

    /// <summary>An object, or null.</summary>
    public JsonNode? Get(string kind, string name)
    {
        byte[] body;
        lock (_lock)
        {
            if (!_objects.TryGetValue(Key(kind, name), out var found))
            {
                return null;
            }

            body = found.Body;
        }

        return JsonNode.Parse(body, documentOptions: s_options);
    }

    /// <summary>Forgets an object; false when there is none.</summary>
    public bool Remove(string kind, string name)
    {
        lock (_lock)
        {
            return Drop(Key(kind, name));
        }
    }

    /// <summary>Names of a kind that begin so.</summary>
    public IReadOnlyList<string> Names(string kind, string prefix)
    {
        var start = Key(kind, "");
        lock (_lock)
        {
            return [.. _objects.Keys.Where(k => k.StartsWith(start + prefix, StringComparison.Ordinal)).Select(k => k[start.Length..]).Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>The object as we write it; null: it is none. What could be written once can be written again.</summary>
    private static byte[]? Canonical(ReadOnlySpan<byte> body)
    {
        try
        {
            return body.Trim(" \t\r\n"u8).IsEmpty ? "{}"u8.ToArray()
                : JsonNode.Parse(body, documentOptions: s_options) is JsonObject found ? Encoding.UTF8.GetBytes(found.ToJsonString())
                : null;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or ArgumentException)
        {
            // No JSON, a name twice, or text that is no Unicode: the client is told that it is no object.
            return null;
        }
    }

    private bool Drop(string key)
    {
        if (!_objects.Remove(key, out var dropped))
        {
            return false;
        }

        _bytes -= dropped.Body.Length;
        return true;
    }

    private static string Key(string kind, string name) => $"{kind}\n{(name.Length <= 255 ? name : name[..255])}";
}
