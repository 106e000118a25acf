using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Connectors.Elasticsearch.Queries;

namespace SecStream.Connectors.Elasticsearch.Events;

/// <summary>Looks in a data stream, all its indices, for documents that may be there already.</summary>
internal sealed class SentBefore(IElasticsearchTransport transport)
{
    private const int MaxIds = 5_000;

    /// <summary>Which of the ids are there.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="ids">The ids.</param>
    /// <param name="isRecent">The stream rolled over a short time ago: what was written last may not be found before a refresh.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="ElasticsearchException">The cluster did not search everything.</exception>
    public async Task<HashSet<string>> FindAsync(string stream, IReadOnlyList<string> ids, bool isRecent, CancellationToken cancellation)
    {
        var path = Uri.EscapeDataString(stream);
        if (isRecent)
        {
            // Who may not refresh finds what the cluster refreshed by itself, every few seconds.
            using var refreshed = await transport.SendAsync(HttpMethod.Post, $"{path}/_refresh", null, cancellation).ConfigureAwait(false);
            if (refreshed.Fault is { IsPassing: true } fault)
            {
                throw new ElasticsearchException(fault);
            }
        }

        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var some in ids.Distinct(StringComparer.Ordinal).Chunk(MaxIds))
        {
            await FindAsync(path, some, found, cancellation).ConfigureAwait(false);
        }

        return found;
    }

    private async Task FindAsync(string path, string[] ids, HashSet<string> found, CancellationToken cancellation)
    {
        using var hits = SearchHits.Read(await transport.SendAsync(
            HttpMethod.Post, $"{path}/_search?allow_partial_search_results=false", RequestBody.Json(Question(ids)), cancellation).ConfigureAwait(false));
        foreach (var hit in hits.List)
        {
            found.Add(hit.GetProperty("_id").GetString()!);
        }

        if (hits.List.Count == MaxHits(ids) && found.Count < ids.Length)
        {
            // Copies of the same ids in several indices took the places of others: ask for fewer.
            foreach (var half in ids.Chunk(Math.Max(1, ids.Length / 2)))
            {
                await FindAsync(path, half, found, cancellation).ConfigureAwait(false);
            }
        }
    }

    private static int MaxHits(string[] ids) => Math.Min(10_000, ids.Length * 2);

    private static ReadOnlyMemory<byte> Question(string[] ids)
    {
        using var body = new SearchBody();
        body.Json.WriteStartObject();
        body.Json.WriteNumber("size", MaxHits(ids));
        body.Json.WriteBoolean("_source", false);
        body.Json.WriteBoolean("track_total_hits", false);
        body.Json.WriteStartObject("query");
        body.Json.WriteStartObject("ids");
        body.Json.WriteStartArray("values");
        foreach (var id in ids)
        {
            body.Json.WriteStringValue(id);
        }

        body.Json.WriteEndArray();
        body.Json.WriteEndObject();
        body.Json.WriteEndObject();
        body.Json.WriteEndObject();
        return body.Finish();
    }
}
