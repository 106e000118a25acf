namespace SecStream.Core.Queries;

/// <summary>Which stored events are asked for, by time, newest or oldest first. What is null or empty does not restrict.</summary>
public sealed record EventQuery
{
    /// <summary>At or after, microseconds since 1970 UTC (event time).</summary>
    public long? From { get; init; }

    /// <summary>Before, microseconds since 1970 UTC.</summary>
    public long? Until { get; init; }

    /// <summary>
    /// Fields that must have a value, exactly (compared as in the stored document): (<c>source.ip</c>, <c>203.0.113.7</c>). Fields of
    /// <see cref="IndexedFields"/> are found through the index, others by reading what lies in the span of time.
    /// </summary>
    public IReadOnlyList<(string Field, string Value)> Where { get; init; } = [];

    /// <summary>These <c>event.id</c>s only.</summary>
    public IReadOnlyCollection<string> Ids { get; init; } = [];

    /// <summary>Most results, 1–10 000.</summary>
    public int Limit { get; init; } = 100;

    /// <summary>Oldest first. Default false.</summary>
    public bool Ascending { get; init; }

    /// <summary>Goes on behind the last result of the page before.</summary>
    public string? After { get; init; }

    /// <summary>The fields an index is kept of.</summary>
    public static readonly IReadOnlyList<string> IndexedFields =
        ["source.ip", "source.address", "user.name", "host.name", "service.name", "session.id", "secstream.api_key.id", "event.action"];
}

/// <summary>Stored events. Segments on disk on one machine, Elasticsearch in the full stack; same questions, same answers.</summary>
public interface IEventStore
{
    /// <summary>Finds events; documents are UTF-8 JSON, one each.</summary>
    Task<Page<ReadOnlyMemory<byte>>> FindAsync(EventQuery query, CancellationToken cancellation);
}
