using SecStream.Core.Alerts;

namespace SecStream.Core.Queries;

/// <summary>Which alerts (or incidents) are asked for, newest first. What is null or empty does not restrict.</summary>
public sealed record AlertQuery
{
    /// <summary>Incidents rather than alerts.</summary>
    public bool Incidents { get; init; }

    /// <summary>Opened at or after, microseconds since 1970 UTC.</summary>
    public long? From { get; init; }

    /// <summary>Opened before, microseconds since 1970 UTC.</summary>
    public long? Until { get; init; }

    /// <summary>Severities.</summary>
    public IReadOnlyCollection<Severity> Severities { get; init; } = [];

    /// <summary>Rule codes, compared without case.</summary>
    public IReadOnlyCollection<string> Rules { get; init; } = [];

    /// <summary>Part of the name of the entity or of anybody involved, without case.</summary>
    public string? Entity { get; init; }

    /// <summary>States (<c>open</c>, <c>acknowledged</c>, <c>resolved</c>, <c>false_positive</c>, <c>withdrawn</c>); empty: all but withdrawn.</summary>
    public IReadOnlyCollection<string> States { get; init; } = [];

    /// <summary>Beginning of an id.</summary>
    public string? IdPrefix { get; init; }

    /// <summary>Most results, 1–10 000.</summary>
    public int Limit { get; init; } = 100;

    /// <summary>Goes on behind the last result of the page before (<see cref="Page{T}.Next"/>).</summary>
    public string? After { get; init; }
}

/// <summary>A part of the results, and where the next part begins.</summary>
/// <param name="Items">Results.</param>
/// <param name="Next">Where the next part begins; null: this was the last.</param>
/// <param name="Total">Results of the whole query; −1 when a store did not count them, for it stops reading once a part is full.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next, long Total);

/// <summary>An alert or incident as it stands: the machine's last revision, and apart from it what analysts decided.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Revision">Last revision.</param>
/// <param name="State">See <see cref="AlertQuery.States"/>.</param>
/// <param name="Document">The machine's document, UTF-8 JSON.</param>
/// <param name="Verdicts">What analysts decided, oldest first.</param>
public sealed record StoredAlertDocument(string Id, int Revision, string State, ReadOnlyMemory<byte> Document, IReadOnlyList<Verdict> Verdicts);

/// <summary>A decision or note of an analyst. Kept apart from machine revisions, and never changed by them.</summary>
/// <param name="AlertId">Alert or incident.</param>
/// <param name="At">When, microseconds since 1970 UTC.</param>
/// <param name="By">Who.</param>
/// <param name="State">New state, or empty for a mere note.</param>
/// <param name="Note">Text.</param>
/// <param name="Assignee">New assignee, or null when it does not change.</param>
public sealed record Verdict(string AlertId, long At, string By, string State, string Note, string? Assignee);

/// <summary>Alerts, incidents and what analysts say of them. SQLite on one machine, Elasticsearch in the full stack; same questions, same answers.</summary>
public interface IAlertStore
{
    /// <summary>Finds alerts or incidents.</summary>
    Task<Page<StoredAlertDocument>> FindAsync(AlertQuery query, CancellationToken cancellation);

    /// <summary>One alert or incident by its whole id; null when there is none.</summary>
    Task<StoredAlertDocument?> GetAsync(string id, CancellationToken cancellation);

    /// <summary>Records what an analyst says; durable when it completes. The state of an incident does not change those of its alerts.</summary>
    /// <exception cref="KeyNotFoundException">No such alert.</exception>
    Task DecideAsync(Verdict verdict, CancellationToken cancellation);
}
