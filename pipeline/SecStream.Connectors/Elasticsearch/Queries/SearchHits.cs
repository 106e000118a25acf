using System.Runtime.InteropServices;
using System.Text.Json;
using SecStream.Connectors.Elasticsearch.Client;

namespace SecStream.Connectors.Elasticsearch.Queries;

/// <summary>The hits of a search. Good until it is disposed of.</summary>
internal sealed class SearchHits : IDisposable
{
    private readonly JsonDocument _json;
    private readonly ElasticsearchAnswer _answer;

    private SearchHits(ElasticsearchAnswer answer, JsonDocument json, JsonElement hits) => (_answer, _json, List) = (answer, json, [.. hits.EnumerateArray()]);

    /// <summary>The hits, in order.</summary>
    public IReadOnlyList<JsonElement> List { get; }

    /// <summary>Matches counted; −1 when there are more than were counted.</summary>
    public long Total { get; private init; } = -1;

    /// <summary>Reads the answer to a search. Takes the answer over.</summary>
    /// <exception cref="ElasticsearchException">The cluster did not search everything: an answer that leaves things out without saying so would deceive.</exception>
    public static SearchHits Read(ElasticsearchAnswer answer)
    {
        JsonDocument? json = null;
        try
        {
            json = answer.EnsureSuccess().ReadJson();
            var root = json.RootElement;
            EnsureWhole(root);
            var hits = root.GetProperty("hits");
            var total = hits.TryGetProperty("total", out var count) && count.GetProperty("relation").GetString() == "eq" ? count.GetProperty("value").GetInt64() : -1;
            return new SearchHits(answer, json, hits.GetProperty("hits")) { Total = total };
        }
        catch (Exception fault)
        {
            json?.Dispose();
            answer.Dispose();
            throw fault is KeyNotFoundException or InvalidOperationException ? new ElasticsearchException("the answer to a search has no hits", fault) : fault;
        }
    }

    /// <summary>The stored document of a hit, to the byte.</summary>
    public static ReadOnlySpan<byte> Source(JsonElement hit) => JsonMarshal.GetRawUtf8Value(hit.GetProperty("_source"));

    /// <inheritdoc/>
    public void Dispose()
    {
        _json.Dispose();
        _answer.Dispose();
    }

    private static void EnsureWhole(JsonElement root)
    {
        if (root.TryGetProperty("timed_out", out var late) && late.ValueKind == JsonValueKind.True)
        {
            throw new ElasticsearchException("the search took too long and found only a part; ask for a shorter time");
        }

        if (root.TryGetProperty("_shards", out var shards) && shards.TryGetProperty("failed", out var failed) && failed.GetInt32() > 0)
        {
            var reason = shards.TryGetProperty("failures", out var failures) && failures.GetArrayLength() > 0 ? failures[0].GetProperty("reason").GetRawText() : "";
            throw new ElasticsearchException(
                $"{failed.GetInt32()} of {shards.GetProperty("total").GetInt32()} shards could not be searched: look at GET _cluster/health and _cat/shards. {reason}");
        }
    }
}
