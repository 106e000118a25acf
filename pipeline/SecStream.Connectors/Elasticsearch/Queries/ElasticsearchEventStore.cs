using System.Text.Json;
using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Connectors.Elasticsearch.Schema;
using SecStream.Connectors.Segments;
using SecStream.Core.Queries;

namespace SecStream.Connectors.Elasticsearch.Queries;

/// <summary>
/// Events in Elasticsearch: the same answers as <see cref="SegmentEventStore"/> gives. The cluster finds candidates by time, id and mapped fields; each is
/// then compared exactly, as it is stored. A field that is not mapped is found by reading what lies in the span of time: name one. Pages go on
/// behind a place (time and id). Thread-safe.
/// </summary>
public sealed class ElasticsearchEventStore(IElasticsearchTransport transport) : IEventStore
{
    private const int MaxLimit = 10_000;
    private const int MaxChunk = 1_000;
    private const int Counted = 10_000;
    private const long MaxBytes = 64 << 20;

    private const string Path =
        $"{ElasticsearchSchema.EventPattern}/_search?ignore_unavailable=true&allow_no_indices=true&allow_partial_search_results=false";

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The limit is not 1–10 000, or <see cref="EventQuery.After"/> is no place.</exception>
    /// <exception cref="ElasticsearchException">The cluster could not answer.</exception>
    public async Task<Page<ReadOnlyMemory<byte>>> FindAsync(EventQuery query, CancellationToken cancellation)
    {
        if (query.Limit is < 1 or > MaxLimit)
        {
            throw new ArgumentException($"limit {query.Limit}: use 1 to {MaxLimit}");
        }

        var page = new Part(query);
        var size = query.Where.Count > 0 ? MaxChunk : Math.Min(MaxChunk, query.Limit + 1);
        while (true)
        {
            using var hits = await SearchAsync(query, size, page, cancellation).ConfigureAwait(false);
            if (hits is null)
            {
                // Documents as long as that are rare: ask for fewer of them.
                size = Math.Max(1, size / 8);
                continue;
            }

            page.Count(hits.Total);
            if (page.AddUntilFull(hits.List))
            {
                return page.ToPage(isLast: false);
            }

            if (hits.List.Count < size)
            {
                return page.ToPage(isLast: true);
            }
        }
    }

    /// <summary>Searches a part; null when the answer would be longer than is read.</summary>
    private async Task<SearchHits?> SearchAsync(EventQuery query, int size, Part page, CancellationToken cancellation)
    {
        var body = EventSearchBody.Write(query, size, page.End, page.IsCounted ? 0 : Counted);
        var answer = await transport.SendAsync(HttpMethod.Post, Path, RequestBody.Json(body), cancellation).ConfigureAwait(false);
        if (answer.Kind == ElasticsearchFaultKind.AnswerTooLarge && size > 1)
        {
            answer.Dispose();
            return null;
        }

        return SearchHits.Read(answer);
    }

    /// <summary>A page while it fills.</summary>
    private sealed class Part(EventQuery query)
    {
        private readonly HashSet<string> _ids = query.Ids.ToHashSet(StringComparer.Ordinal);
        private readonly List<ReadOnlyMemory<byte>> _found = [];
        private long _total = -1;
        private long _bytes;
        private (long, string)? _last;

        /// <summary>Behind which hit the search goes on.</summary>
        public (long Nanoseconds, string Id)? End { get; private set; } = query.After is { } after ? SearchBody.ParseToken(after) : null;

        public bool IsCounted { get; private set; }

        public void Count(long total)
        {
            _total = IsCounted ? _total : total;
            IsCounted = true;
        }

        /// <summary>Adds what is asked for; true when the page was full before the end.</summary>
        public bool AddUntilFull(IReadOnlyList<JsonElement> hits)
        {
            foreach (var hit in hits)
            {
                if (!TryAdd(hit))
                {
                    return true;
                }
            }

            return false;
        }

        public Page<ReadOnlyMemory<byte>> ToPage(bool isLast)
        {
            var total = query.After is not null ? -1 : isLast ? _found.Count : query.Where.Count == 0 ? _total : -1;
            return new Page<ReadOnlyMemory<byte>>(_found, isLast || _last is not { } last ? null : SearchBody.Token(last.Item1, last.Item2), total);
        }

        private bool TryAdd(JsonElement hit)
        {
            var sort = hit.GetProperty("sort");
            (long Nanoseconds, string Id) place = (sort[0].GetInt64(), sort[1].GetString() ?? "");

            // A document that was written again behind a rollover stands beside itself.
            if (place == End && place.Id.Length > 0)
            {
                return true;
            }

            var bytes = UnindexedDocument.Unwrap(hit.GetProperty("_source"), SearchHits.Source(hit).ToArray());
            if (Matches(bytes))
            {
                if (_found.Count == query.Limit || (_found.Count > 0 && _bytes + bytes.Length > MaxBytes))
                {
                    return false;
                }

                _found.Add(bytes);
                _bytes += bytes.Length;
                _last = place;
            }

            End = place;
            return true;
        }

        private bool Matches(ReadOnlyMemory<byte> document)
        {
            if (query.Where.Count == 0 && _ids.Count == 0)
            {
                return true;
            }

            using var parsed = StoredDocument.Parse(document);
            return parsed is not null
                && (_ids.Count == 0 || (StoredDocument.Id(parsed.RootElement) is { } id && _ids.Contains(id)))
                && query.Where.All(where => StoredDocument.Texts(parsed.RootElement, where.Field).Contains(where.Value, StringComparer.Ordinal));
        }
    }
}
