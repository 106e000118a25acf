using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SecStream.Connectors.Elasticsearch.Alerts;
using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Connectors.Elasticsearch.Schema;
using SecStream.Connectors.Embedded;
using SecStream.Core.Queries;

namespace SecStream.Connectors.Elasticsearch.Queries;

/// <summary>
/// Alerts, incidents and verdicts in Elasticsearch: the same answers as <see cref="SqliteAlertStore"/> gives. Pages go on behind a place (time and id), so they
/// need no open search in the cluster and are not disturbed by what comes meanwhile. What the sink has just written is found when
/// the index is refreshed, a second later at most; what was decided is found at once. Thread-safe.
/// </summary>
public sealed class ElasticsearchAlertStore(IElasticsearchTransport transport) : IAlertStore
{
    private const int MaxLimit = 10_000;
    private const int MaxChunk = 500;
    private const string Both = $"{ElasticsearchSchema.AlertPattern},{ElasticsearchSchema.IncidentPattern}";

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The limit is not 1–10 000, or <see cref="AlertQuery.After"/> is no place.</exception>
    /// <exception cref="ElasticsearchException">The cluster could not answer.</exception>
    public async Task<Page<StoredAlertDocument>> FindAsync(AlertQuery query, CancellationToken cancellation)
    {
        if (query.Limit is < 1 or > MaxLimit)
        {
            throw new ArgumentException($"limit {query.Limit}: use a number from 1 to 10 000");
        }

        var after = query.After is { } token ? SearchBody.ParseToken(token) : ((long Opened, string Id)?)null;
        var path = SearchPath(query.Incidents ? ElasticsearchSchema.IncidentPattern : ElasticsearchSchema.AlertPattern);
        var found = new List<StoredAlertDocument>();
        long total = -1;
        while (true)
        {
            // One more than the page tells whether there is another; parts, for a cluster gives 10 000 hits at most and an answer is bounded.
            var size = Math.Min(MaxChunk, query.Limit + 1 - found.Count);
            using var hits = await SearchAsync(path, AlertSearchBody.Write(query, size, after, isCounted: total < 0), cancellation).ConfigureAwait(false);
            total = total < 0 ? hits.Total : total;
            foreach (var hit in hits.List)
            {
                if (found.Count == query.Limit)
                {
                    return new Page<StoredAlertDocument>(found, SearchBody.Token(after!.Value.Opened, after.Value.Id), total);
                }

                found.Add(StoredAlert.Read(hit, out var opened));
                after = (opened, found[^1].Id);
            }

            if (hits.List.Count < size)
            {
                return new Page<StoredAlertDocument>(found, null, total);
            }
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ElasticsearchException">The cluster could not answer.</exception>
    public async Task<StoredAlertDocument?> GetAsync(string id, CancellationToken cancellation)
    {
        using var hits = await SearchAsync(SearchPath(Both), AlertSearchBody.WriteOne(id), cancellation).ConfigureAwait(false);
        return hits.List.Count == 0 ? null : StoredAlert.Read(hits.List[0], out _);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The state is none, or a text is missing or too long.</exception>
    /// <exception cref="ElasticsearchException">The cluster did not take it.</exception>
    public async Task DecideAsync(Verdict verdict, CancellationToken cancellation)
    {
        VerdictBounds.Check(verdict);
        var index = await FindIndexAsync(verdict.AlertId, cancellation).ConfigureAwait(false) ?? throw new KeyNotFoundException($"there is no alert {verdict.AlertId}");
        var path = $"{Uri.EscapeDataString(index)}/_update/{Uri.EscapeDataString(verdict.AlertId)}?refresh=wait_for&retry_on_conflict=10&filter_path=result";
        using var answer = await transport.SendAsync(HttpMethod.Post, path, RequestBody.Json(WriteUpdate(verdict)), cancellation).ConfigureAwait(false);
        if (answer.Kind == ElasticsearchFaultKind.NotFound)
        {
            throw new KeyNotFoundException($"there is no alert {verdict.AlertId}");
        }

        answer.EnsureSuccess();
    }

    private static string SearchPath(string indices) => $"{indices}/_search?ignore_unavailable=true&allow_no_indices=true&allow_partial_search_results=false";

    private async Task<SearchHits> SearchAsync(string path, ReadOnlyMemory<byte> body, CancellationToken cancellation) =>
        SearchHits.Read(await transport.SendAsync(HttpMethod.Post, path, RequestBody.Json(body), cancellation).ConfigureAwait(false));

    /// <summary>Where an alert is; one that has just been written is looked for again after a refresh, for somebody has seen it elsewhere.</summary>
    private async Task<string?> FindIndexAsync(string id, CancellationToken cancellation)
    {
        for (var isRefreshed = false; ; isRefreshed = true)
        {
            using (var hits = await SearchAsync(SearchPath(Both), AlertSearchBody.WriteOne(id), cancellation).ConfigureAwait(false))
            {
                if (hits.List.Count > 0 || isRefreshed)
                {
                    return hits.List.Count > 0 ? hits.List[0].GetProperty("_index").GetString() : null;
                }
            }

            // Who may not refresh is told that there is none, as a moment ago.
            using var answer = await transport.SendAsync(
                HttpMethod.Post, $"{Both}/_refresh?ignore_unavailable=true&allow_no_indices=true", null, cancellation).ConfigureAwait(false);
        }
    }

    private static ReadOnlyMemory<byte> WriteUpdate(Verdict verdict)
    {
        using var body = new SearchBody();
        var json = body.Json;
        json.WriteStartObject();
        json.WriteStartObject("script");
        json.WriteString("lang", "painless");
        json.WriteString("source", AlertScripts.TakeVerdict);
        json.WriteStartObject("params");
        json.WriteStartObject("verdict");
        json.WriteString("id", IdOf(verdict));
        json.WriteNumber("at", verdict.At);
        json.WriteString("by", verdict.By);
        json.WriteString("state", verdict.State);
        json.WriteString("note", verdict.Note);
        json.WriteString("assignee", verdict.Assignee);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        return body.Finish();
    }

    /// <summary>The same words of the same person in the same microsecond are one decision, however often the request arrives.</summary>
    private static string IdOf(Verdict verdict)
    {
        var text = JsonSerializer.SerializeToUtf8Bytes(
            new[] { verdict.AlertId, $"{verdict.At}", verdict.By, verdict.State, verdict.Note, verdict.Assignee });
        return Convert.ToHexStringLower(SHA256.HashData(text).AsSpan(0, 12));
    }
}
