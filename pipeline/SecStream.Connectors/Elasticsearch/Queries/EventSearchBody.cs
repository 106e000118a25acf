using SecStream.Connectors.Elasticsearch.Schema;
using SecStream.Core.Events;
using SecStream.Core.Queries;

namespace SecStream.Connectors.Elasticsearch.Queries;

/// <summary>
/// An <see cref="EventQuery"/> as a search for candidates. Elasticsearch compares addresses and numbers by meaning, cuts long values and keeps malformed
/// ones out of its index; who asks compares exactly, so the search may find more than is asked for, but never less.
/// </summary>
internal static class EventSearchBody
{
    /// <summary>Ids in one clause at most; Elasticsearch takes 65 536.</summary>
    private const int MaxTerms = 50_000;

    /// <summary>The last microsecond that 64 bits of nanoseconds reach (2262).</summary>
    private const long Latest = long.MaxValue / 1000;

    /// <summary>Writes a page of a search.</summary>
    /// <param name="query">The question.</param>
    /// <param name="size">Most hits of this request.</param>
    /// <param name="after">Where the page before ended: nanoseconds and id.</param>
    /// <param name="countUpTo">Matches are counted up to this number.</param>
    public static ReadOnlyMemory<byte> Write(EventQuery query, int size, (long Nanoseconds, string Id)? after, int countUpTo)
    {
        using var body = new SearchBody();
        body.Json.WriteStartObject();
        body.Json.WriteNumber("size", size);
        body.Json.WriteNumber("track_total_hits", countUpTo);
        body.BeginFilter();
        WriteTimes(body, query);
        if (query.Ids.Count > 0)
        {
            body.Any([.. query.Ids.Chunk(MaxTerms).Select(ids => (Action)(() => body.Terms("event.id", ids)))]);
        }

        foreach (var (field, value) in query.Where.Where(w => EventFields.CanFind(w.Field, w.Value)))
        {
            // What was malformed is not in the index, but its document says so.
            body.Any(() => WriteValue(body, field, value), () => body.Term("_ignored", field));
        }

        body.EndFilter();
        body.Json.WriteStartArray("sort");
        body.SortBy("@timestamp", query.Ascending, "date_nanos", "date_nanos");
        body.SortBy("event.id", query.Ascending, "keyword");
        body.Json.WriteEndArray();
        if (after is { } end)
        {
            body.Json.WriteStartArray("search_after");
            body.Json.WriteNumberValue(end.Nanoseconds);
            if (end.Id.Length > 0)
            {
                body.Json.WriteStringValue(end.Id);
            }
            else
            {
                body.Json.WriteNullValue();
            }

            body.Json.WriteEndArray();
        }

        body.Json.WriteEndObject();
        return body.Finish();
    }

    private static void WriteTimes(SearchBody body, EventQuery query)
    {
        // Events before 1970 can't be in a field of nanoseconds, and a bound before 1970 is refused.
        var from = query.From is > 0 and var least ? Math.Min(least, Latest) : (long?)null;
        if (query.Until <= 0 || query.From > Latest)
        {
            body.Nothing();
            return;
        }

        var until = query.Until is { } end && end <= Latest ? end : (long?)null;
        if (from is null && until is null)
        {
            return;
        }

        var json = body.Json;
        json.WriteStartObject();
        json.WriteStartObject("range");
        json.WriteStartObject("@timestamp");
        json.WriteString("format", "strict_date_optional_time_nanos");
        if (from is { } first)
        {
            json.WriteString("gte", Iso(first));
        }

        if (until is { } last)
        {
            json.WriteString("lt", Iso(last));
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string Iso(long microseconds) =>
        EventClock.ToInstant(microseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>A match that asks for a whole value, and for nothing when the field can't have it (a word in a number).</summary>
    private static void WriteValue(SearchBody body, string field, string value)
    {
        var json = body.Json;
        json.WriteStartObject();
        json.WriteStartObject("match");
        json.WriteStartObject(field);
        json.WriteString("query", value);
        json.WriteBoolean("lenient", true);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
