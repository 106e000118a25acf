using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SecStream.Connectors.Http.Facade;

/// <summary>Templates, policies, pipelines, indices that shippers set up: remembered, bounded, in memory; a shipper sets them up again. Thread-safe.</summary>
internal sealed class NamedObjects
{
    private const int MaxCount = 512;
    private const long MaxBytes = 32 << 20;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, byte[]> _bodies = [];
    private readonly Queue<string> _order = [];
    private long _bytes;

    /// <summary>Remembers an object; the oldest go when there are too many. False: the body is no JSON object.</summary>
    public bool Put(string kind, string name, ReadOnlySpan<byte> body)
    {
        var kept = body.Trim(" \t\r\n"u8).IsEmpty ? "{}"u8.ToArray() : body.ToArray();
        if (JsonShape.TryRead(kept, out _) is not null)
        {
            return false;
        }

        var key = Key(kind, name);
        lock (_lock)
        {
            if (_bodies.TryGetValue(key, out var old))
            {
                _bytes -= old.Length;
            }
            else
            {
                _order.Enqueue(key);
            }

            _bodies[key] = kept;
            _bytes += kept.Length;
            while (_order.Count > MaxCount || (_bytes > MaxBytes && _order.Count > 1))
            {
                Drop(_order.Dequeue());
            }
        }

        return true;
    }

    /// <summary>An object, or null.</summary>
    public JsonNode? Get(string kind, string name)
    {
        byte[]? body;
        lock (_lock)
        {
            _bodies.TryGetValue(Key(kind, name), out body);
        }

        return body is null ? null : JsonNode.Parse(body, documentOptions: new JsonDocumentOptions { MaxDepth = 128 });
    }

    /// <summary>Forgets an object; false when there is none.</summary>
    public bool Remove(string kind, string name)
    {
        lock (_lock)
        {
            // Its place in the queue stays: dropping it then finds nothing.
            return Drop(Key(kind, name));
        }
    }

    /// <summary>Names of a kind that begin so.</summary>
    public IReadOnlyList<string> Names(string kind, string prefix)
    {
        var start = Key(kind, "");
        lock (_lock)
        {
            return [.. _bodies.Keys.Where(k => k.StartsWith(start + prefix, StringComparison.Ordinal)).Select(k => k[start.Length..]).Order(StringComparer.Ordinal)];
        }
    }

    private bool Drop(string key)
    {
        if (!_bodies.Remove(key, out var body))
        {
            return false;
        }

        _bytes -= body.Length;
        return true;
    }

    private static string Key(string kind, string name) => new StringBuilder(kind).Append('\n').Append(name.Length <= 255 ? name : name[..255]).ToString();
}
