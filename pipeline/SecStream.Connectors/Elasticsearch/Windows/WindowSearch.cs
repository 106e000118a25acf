using SecStream.Connectors.Elasticsearch.Queries;

namespace SecStream.Connectors.Elasticsearch.Windows;

/// <summary>Questions for windows, and for the documents that say what they mean.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="Kind"><c>window</c> or <c>schema</c>.</param>
internal sealed record WindowSearch(string Tenant, string Kind)
{
    /// <summary>Profile and version; null: all.</summary>
    public (string Profile, string Version)? Schema { get; init; }

    /// <summary>Length, µs; null: any.</summary>
    public long? Window { get; init; }

    /// <summary>Ends after this and up to that, µs; null: at any time.</summary>
    public (long After, long UpTo)? Ends { get; init; }

    /// <summary>What of the document comes back, beside its place.</summary>
    public required IReadOnlyList<string> Fields { get; init; }

    /// <summary>Writes a part of the search, in order of end and id.</summary>
    public ReadOnlyMemory<byte> Write(int size, (long End, string Id)? after)
    {
        using var body = new SearchBody();
        var json = body.Json;
        json.WriteStartObject();
        json.WriteNumber("size", size);
        json.WriteBoolean("track_total_hits", false);
        json.WriteStartArray("_source");
        foreach (var field in (string[])["secstream.end", "secstream.id", .. Fields])
        {
            json.WriteStringValue(field);
        }

        json.WriteEndArray();
        body.BeginFilter();
        WriteConditions(body);
        body.EndFilter();
        json.WriteStartArray("sort");
        body.SortBy("secstream.end", ascending: true, "long");
        body.SortBy("secstream.id", ascending: true, "keyword");
        json.WriteEndArray();
        if (after is { } end)
        {
            json.WriteStartArray("search_after");
            json.WriteNumberValue(end.End);
            json.WriteStringValue(end.Id);
            json.WriteEndArray();
        }

        json.WriteEndObject();
        return body.Finish();
    }

    private void WriteConditions(SearchBody body)
    {
        body.Term("secstream.tenant", Tenant);
        body.Term("secstream.kind", Kind);
        if (Schema is { } schema)
        {
            body.Term("secstream.profile", schema.Profile);
            body.Term("secstream.version", schema.Version);
        }

        if (Window is { } window)
        {
            body.Range("secstream.window", window, window + 1);
        }

        if (Ends is { } ends)
        {
            body.Range("secstream.end", ends.After + 1, ends.UpTo + 1);
        }
    }
}
