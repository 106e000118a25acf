using SecStream.Connectors.Embedded;
using SecStream.Core.Queries;

namespace SecStream.Connectors.Elasticsearch.Queries;

/// <summary>An <see cref="AlertQuery"/> as a search: the same questions as <see cref="AlertSearch"/> asks of SQLite.</summary>
internal static class AlertSearchBody
{
    private static readonly string[] s_closed = [AlertStates.Resolved, AlertStates.FalsePositive];

    /// <summary>What of a stored alert comes back: the machine's own text, and what people decided.</summary>
    public static readonly IReadOnlyList<string> Fields =
        ["machine.id", "machine.opened", "machine.revision", "machine.withdrawn", "machine.document", "analyst"];

    /// <summary>Writes a page of a search, newest first.</summary>
    /// <param name="query">The question.</param>
    /// <param name="size">Most hits of this request.</param>
    /// <param name="after">Where the page before ended.</param>
    /// <param name="isCounted">All matches are counted.</param>
    public static ReadOnlyMemory<byte> Write(AlertQuery query, int size, (long Opened, string Id)? after, bool isCounted)
    {
        using var body = new SearchBody();
        Begin(body, size, isCounted);
        body.BeginFilter();
        body.Range("machine.opened", query.From, query.Until);
        WriteConditions(body, query);
        body.EndFilter();
        End(body, after);
        return body.Finish();
    }

    /// <summary>Writes a search for one id.</summary>
    public static ReadOnlyMemory<byte> WriteOne(string id)
    {
        using var body = new SearchBody();
        Begin(body, 1, isCounted: false);
        body.BeginFilter();
        body.Term("machine.id", id);
        body.EndFilter();
        End(body, null);
        return body.Finish();
    }

    private static void Begin(SearchBody body, int size, bool isCounted)
    {
        body.Json.WriteStartObject();
        body.Json.WriteNumber("size", size);
        body.Json.WriteBoolean("track_total_hits", isCounted);
        body.Json.WriteStartArray("_source");
        foreach (var field in Fields)
        {
            body.Json.WriteStringValue(field);
        }

        body.Json.WriteEndArray();
    }

    private static void WriteConditions(SearchBody body, AlertQuery query)
    {
        if (query.Severities.Count > 0)
        {
            body.Terms("machine.severity", query.Severities.Select(severity => (int)severity));
        }

        if (query.Rules.Count > 0)
        {
            body.Terms("machine.rules", query.Rules.Select(DocumentNames.Fold));
        }

        if (query.Entity is { Length: > 0 } entity)
        {
            body.Part("machine.names", DocumentNames.Fold(entity));
        }

        if (query.IdPrefix is { Length: > 0 } prefix)
        {
            body.Prefix("machine.id", prefix.ToLowerInvariant());
        }

        if (query.States.Count == 0)
        {
            body.None(() => WriteState(body, AlertStates.Withdrawn));
        }
        else
        {
            body.Any([.. query.States.Select(state => (Action)(() => WriteState(body, DocumentNames.Fold(state))))]);
        }
    }

    /// <summary>The state as it stands follows from two fields, one of the machine's and one of people's: see <see cref="AlertStates.Of"/>.</summary>
    private static void WriteState(SearchBody body, string state)
    {
        switch (state)
        {
            case AlertStates.Open:
                body.None(() => body.Flag("machine.withdrawn"), () => body.Terms("analyst.state", [AlertStates.Acknowledged, .. s_closed]));
                break;
            case AlertStates.Acknowledged:
                body.All(() => body.Term("analyst.state", state), () => body.None(() => body.Flag("machine.withdrawn")));
                break;
            case AlertStates.Withdrawn:
                body.All(() => body.Flag("machine.withdrawn"), () => body.None(() => body.Terms("analyst.state", s_closed)));
                break;
            case AlertStates.Resolved or AlertStates.FalsePositive:
                body.Term("analyst.state", state);
                break;
            default:
                body.Nothing();
                break;
        }
    }

    private static void End(SearchBody body, (long Opened, string Id)? after)
    {
        body.Json.WriteStartArray("sort");
        body.SortBy("machine.opened", ascending: false, "long");
        body.SortBy("machine.id", ascending: false, "keyword");
        body.Json.WriteEndArray();
        if (after is { } end)
        {
            body.Json.WriteStartArray("search_after");
            body.Json.WriteNumberValue(end.Opened);
            body.Json.WriteStringValue(end.Id);
            body.Json.WriteEndArray();
        }

        body.Json.WriteEndObject();
    }
}
