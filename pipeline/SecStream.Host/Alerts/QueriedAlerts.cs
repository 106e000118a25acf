using System.Globalization;
using System.Text;
using System.Text.Json;
using SecStream.Connectors.Embedded;
using SecStream.Core.Events;
using SecStream.Core.Queries;
using SecStream.Host.Documents;

namespace SecStream.Host.Alerts;

/// <summary>Alerts or incidents of a store, embedded or in a cluster. How one learns of what comes differs.</summary>
internal abstract class QueriedAlerts(IAlertStore store, bool incidents) : IAlertSource
{
    private const int PageSize = 10_000;

    /// <summary>Every state there is.</summary>
    protected static readonly string[] AllStates = [.. AlertStates.Decidable, AlertStates.Withdrawn];

    /// <inheritdoc/>
    public List<BadLine> BadLines { get; } = [];

    /// <summary>What has been listed, by id.</summary>
    protected Dictionary<string, StoredAlert> Seen { get; } = new(StringComparer.Ordinal);

    /// <summary>They are incidents.</summary>
    protected bool Incidents => incidents;

    /// <inheritdoc/>
    public virtual async Task<NewestAlerts> NewestAsync(AlertFilter filter, int limit, CancellationToken cancellation)
    {
        var query = new AlertQuery
        {
            Incidents = incidents,
            From = filter.Since,
            Until = filter.Until,
            Severities = [.. filter.Severities],
            Rules = [.. filter.Rules],
            Entity = filter.Entity,
            States = filter.Statuses.Contains(AlertFilter.AnyStatus) ? AllStates : [.. filter.Statuses],
        };
        var found = new List<StoredAlert>();
        Page<StoredAlertDocument> page;
        do
        {
            query = query with { Limit = Math.Min(PageSize, limit - found.Count) };
            page = await store.FindAsync(query, cancellation).ConfigureAwait(false);
            found.AddRange(page.Items.Select(Read).OfType<StoredAlert>());
            query = query with { After = page.Next };
        }
        while (page.Next is not null && found.Count < limit);

        found.Reverse();
        found.ForEach(alert => Seen[alert.Id] = alert);
        var any = page.Total > 0 || (await store.FindAsync(
            new AlertQuery { Incidents = incidents, States = AllStates, Limit = 1 }, cancellation).ConfigureAwait(false)).Total > 0;
        return new NewestAlerts(found, page.Total, !any);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<StoredAlert>> WithPrefixAsync(string prefix, int limit, CancellationToken cancellation)
    {
        var query = new AlertQuery { Incidents = incidents, IdPrefix = prefix, States = AllStates, Limit = limit };
        return [.. (await store.FindAsync(query, cancellation).ConfigureAwait(false)).Items.Select(Read).OfType<StoredAlert>()];
    }

    /// <inheritdoc/>
    public abstract Task<IReadOnlyList<(StoredAlert? Before, StoredAlert Now)>> ReadAsync(CancellationToken cancellation);

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>An alert as it stands; null, and named among the bad lines, when its document can't be read.</summary>
    protected StoredAlert? Read(StoredAlertDocument stored)
    {
        var alert = Parse(stored.Document, stored.Id);
        return alert is null ? null : alert with { Status = stored.State, Document = WithVerdicts(stored) };
    }

    /// <summary>Reads a document; null, and named among the bad lines, when it can't be read.</summary>
    protected StoredAlert? Parse(ReadOnlyMemory<byte> document, string id)
    {
        string? fault;
        try
        {
            using var parsed = JsonDocument.Parse(document);
            if (StoredAlert.Read(parsed.RootElement, document, out fault) is { } alert)
            {
                return alert;
            }
        }
        catch (JsonException broken)
        {
            // Named among what could not be read; the others are still listed.
            fault = broken.Message;
        }

        BadLines.Add(new BadLine($"alert {id}", 1, fault!));
        return null;
    }

    /// <summary>The machine's document; what analysts say stands behind it, under a name of its own.</summary>
    private static byte[] WithVerdicts(StoredAlertDocument stored)
    {
        if (stored.Verdicts.Count == 0)
        {
            return stored.Document.ToArray();
        }

        var analyst = JsonSerializer.Serialize(new
        {
            state = stored.State,
            assignee = stored.Verdicts.LastOrDefault(verdict => verdict.Assignee is not null)?.Assignee,
            verdicts = stored.Verdicts.Select(verdict => new
            {
                at = EventClock.ToInstant(verdict.At).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
                by = verdict.By,
                state = verdict.State,
                note = verdict.Note,
                assignee = verdict.Assignee,
            }),
        });
        return [.. stored.Document.Span[..^1], .. Encoding.UTF8.GetBytes($",\"secstream.analyst\":{analyst}}}")];
    }
}
