using System.Text.Json;
using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Connectors.Elasticsearch.Events;
using SecStream.Connectors.Elasticsearch.Queries;
using SecStream.Connectors.Features;
using SecStream.Core.Events;
using SecStream.Core.Features;

namespace SecStream.Connectors.Elasticsearch.Windows;

/// <summary>
/// Windows in Elasticsearch: the same answers as <see cref="FeatureFileStore"/> gives, byte for byte. Reads in parts behind a place (end and id), so no search is held open;
/// in memory are one part and the windows of one end. An answer that fails passingly is asked for again a few times. Thread-safe.
/// </summary>
/// <param name="transport">The cluster.</param>
/// <param name="tenant">Whose windows.</param>
/// <param name="time">Clock, for waits.</param>
public sealed class ElasticsearchFeatureStore(IElasticsearchTransport transport, string tenant, TimeProvider time) : IFeatureStore
{
    private const int Part = 1_000;
    private const int Attempts = 6;

    private readonly SendDelays _delays = new(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(10), seed: 1);

    /// <summary>Documents asked for at once; less only in tests.</summary>
    internal int MostDocuments { get; init; } = Part;

    /// <inheritdoc/>
    /// <exception cref="ElasticsearchException">The cluster could not answer.</exception>
    public IReadOnlyList<FeatureSchema> Schemas()
    {
        var heads = new List<(FeatureSchema Schema, long Day, long Created)>();
        var search = new WindowSearch(tenant, "schema") { Fields = ["secstream.day", "secstream.created", "secstream.schema"] };
        Search(WindowIndices.Pattern(tenant), search, (hit, own) => heads.Add(
            (FeatureBlock.ReadSchema(own.GetProperty("schema").GetString() is { } text ? System.Text.Encoding.UTF8.GetBytes(text) : []) ?? throw Foreign(hit),
            own.GetProperty("day").GetInt64(), own.GetProperty("created").GetInt64())));

        // What was written last says what the schema is now; the schema whose windows go on longest is the latest.
        return
        [
            .. heads.GroupBy(head => (head.Schema.Profile, head.Schema.Version)).Select(group => group.MaxBy(head => head.Day))
                .OrderBy(head => head.Schema.Profile, StringComparer.Ordinal).ThenBy(head => head.Day).ThenBy(head => head.Created)
                .Select(head => head.Schema),
        ];
    }

    /// <inheritdoc/>
    /// <exception cref="ElasticsearchException">The cluster could not answer.</exception>
    public IReadOnlyList<long> Days(FeatureSchema schema)
    {
        var days = new SortedSet<long>();
        var search = new WindowSearch(tenant, "schema") { Schema = (schema.Profile, schema.Version), Fields = ["secstream.day"] };
        Search(WindowIndices.Pattern(tenant, schema.Profile), search, (_, own) => days.Add(own.GetProperty("day").GetInt64()));
        return [.. days];
    }

    /// <inheritdoc/>
    /// <exception cref="ElasticsearchException">The cluster could not answer.</exception>
    public IEnumerable<FeatureVector> Read(FeatureSchema schema, long window, long day)
    {
        var search = new WindowSearch(tenant, "window")
        {
            Schema = (schema.Profile, schema.Version), Window = window, Ends = (day * EventClock.Day, (day + 1) * EventClock.Day), Fields = ["secstream.vector"],
        };
        var vector = FeatureVector.Of(schema);
        foreach (var records in ByEnd(WindowIndices.Pattern(tenant, schema.Profile), search))
        {
            records.Sort((left, right) => FeatureRecord.Key(left.Record).SequenceCompareTo(FeatureRecord.Key(right.Record)));
            foreach (var (record, id) in records)
            {
                Decode(record, id, vector);
                yield return vector;
            }
        }
    }

    /// <summary>The windows of one end after the other: documents come in order of end and id, and keys have an order of their own.</summary>
    private IEnumerable<List<(byte[] Record, string Id)>> ByEnd(string indices, WindowSearch search)
    {
        var records = new List<(byte[], string)>();
        (long End, string Id)? after = null;
        bool isMore;
        do
        {
            var part = new List<(long End, string Id, byte[] Record)>();
            isMore = SearchPart(indices, search, after, (hit, own) => part.Add((End(own), Id(own), RecordOf(hit, own))));
            foreach (var (end, id, record) in part)
            {
                if (records.Count > 0 && after!.Value.End != end)
                {
                    yield return records;
                    records = [];
                }

                records.Add((record, id));
                after = (end, id);
            }
        }
        while (isMore);

        if (records.Count > 0)
        {
            yield return records;
        }
    }

    private void Search(string indices, WindowSearch search, Action<JsonElement, JsonElement> take)
    {
        (long, string)? after = null;
        while (SearchPart(indices, search, after, (hit, own) =>
        {
            take(hit, own);
            after = (End(own), Id(own));
        }))
        {
        }
    }

    /// <summary>Asks for a part; false: it was the last.</summary>
    private bool SearchPart(string indices, WindowSearch search, (long, string)? after, Action<JsonElement, JsonElement> take)
    {
        var size = MostDocuments;
        using var hits = AskAsync(indices, search, after).GetAwaiter().GetResult();
        foreach (var hit in hits.List)
        {
            try
            {
                take(hit, hit.GetProperty("_source").GetProperty("secstream"));
            }
            catch (Exception fault) when (fault is KeyNotFoundException or InvalidOperationException or FormatException or JsonException)
            {
                throw Foreign(hit, fault);
            }
        }

        return hits.List.Count >= size;
    }

    private async Task<SearchHits> AskAsync(string indices, WindowSearch search, (long, string)? after)
    {
        var path = $"{indices}/_search?ignore_unavailable=true&allow_no_indices=true&allow_partial_search_results=false";
        for (var attempt = 0; ; attempt++)
        {
            var answer = await transport.SendAsync(HttpMethod.Post, path, RequestBody.Json(search.Write(MostDocuments, after)), CancellationToken.None).ConfigureAwait(false);
            if (answer.Fault is not { IsPassing: true } || attempt + 1 == Attempts)
            {
                return SearchHits.Read(answer);
            }

            var asked = answer.RetryAfter;
            answer.Dispose();
            await Task.Delay(_delays.Of(attempt, asked), time).ConfigureAwait(false);
        }
    }

    private static long End(JsonElement own) => own.GetProperty("end").GetInt64();

    private static string Id(JsonElement own) => own.GetProperty("id").GetString()!;

    /// <summary>The record of a window; its length and key are what they say, or somebody else has written it.</summary>
    private static byte[] RecordOf(JsonElement hit, JsonElement own)
    {
        var record = own.GetProperty("vector").GetBytesFromBase64();
        return FeatureRecord.IsWhole(record) ? record : throw Foreign(hit);
    }

    private static void Decode(byte[] record, string id, FeatureVector vector)
    {
        try
        {
            FeatureRecord.Read(record, vector);
        }
        catch (Exception fault) when (fault is ArgumentOutOfRangeException or IndexOutOfRangeException)
        {
            throw new ElasticsearchException($"the window {id} is cut off or damaged: nothing else may write into {Schema.ElasticsearchSchema.FeaturePattern}", fault);
        }
    }

    private static ElasticsearchException Foreign(JsonElement hit, Exception? fault = null)
    {
        var text = $"{hit.GetProperty("_index")} holds document {hit.GetProperty("_id")} that is no window of SecStream: nothing else may write into this index";
        return fault is null ? new ElasticsearchException(text) : new ElasticsearchException(text, fault);
    }
}
