using System.Text;
using System.Text.Json;
using SecStream.Connectors.Embedded;
using SecStream.Connectors.Outbox;
using SecStream.Core.Alerts;
using SecStream.Core.Queries;
using SecStream.Host.Documents;

namespace SecStream.Host.Alerts;

/// <summary>Alerts or incidents of a data folder that a service works in, or has: the store for what is there, the outbox for what comes.</summary>
internal sealed class StoreAlerts : IAlertSource
{
    private const int PageSize = 10_000;
    private static readonly string[] s_allStates = [.. AlertStates.Decidable, AlertStates.Withdrawn];

    private readonly SqliteAlertStore _store;
    private readonly OutboxTail _tail;
    private readonly bool _incidents;
    private readonly Dictionary<string, StoredAlert> _seen = new(StringComparer.Ordinal);

    /// <summary>Opens the store of a data folder.</summary>
    public StoreAlerts(string directory, bool incidents, TimeProvider time)
    {
        _incidents = incidents;
        _tail = new OutboxTail(Path.Combine(directory, "alerts"));
        _store = new SqliteAlertStore(directory, new SqliteStoreOptions { CheckAtOpen = false }, time);
    }

    /// <inheritdoc/>
    public List<BadLine> BadLines { get; } = [];

    /// <summary>Whether a folder has a store.</summary>
    public static bool IsIn(string directory) => File.Exists(Path.Combine(directory, SqliteAlertStore.FileName));

    /// <inheritdoc/>
    public async Task<NewestAlerts> NewestAsync(AlertFilter filter, int limit, CancellationToken cancellation)
    {
        var query = new AlertQuery
        {
            Incidents = _incidents,
            From = filter.Since,
            Until = filter.Until,
            Severities = [.. filter.Severities],
            Rules = [.. filter.Rules],
            Entity = filter.Entity,
            States = filter.Statuses.Contains(AlertFilter.AnyStatus) ? s_allStates : [.. filter.Statuses],
        };
        var found = new List<StoredAlert>();
        Page<StoredAlertDocument> page;
        do
        {
            query = query with { Limit = Math.Min(PageSize, limit - found.Count) };
            page = await _store.FindAsync(query, cancellation).ConfigureAwait(false);
            found.AddRange(page.Items.Select(Read).OfType<StoredAlert>());
            query = query with { After = page.Next };
        }
        while (page.Next is not null && found.Count < limit);

        found.Reverse();
        found.ForEach(alert => _seen[alert.Id] = alert);
        var any = page.Total > 0 || (await _store.FindAsync(
            new AlertQuery { Incidents = _incidents, States = s_allStates, Limit = 1 }, cancellation).ConfigureAwait(false)).Total > 0;
        return new NewestAlerts(found, page.Total, !any);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<StoredAlert>> WithPrefixAsync(string prefix, int limit, CancellationToken cancellation)
    {
        var query = new AlertQuery { Incidents = _incidents, IdPrefix = prefix, States = s_allStates, Limit = limit };
        return [.. (await _store.FindAsync(query, cancellation).ConfigureAwait(false)).Items.Select(Read).OfType<StoredAlert>()];
    }

    /// <inheritdoc/>
    public IReadOnlyList<(StoredAlert? Before, StoredAlert Now)> Read()
    {
        var news = new List<(StoredAlert?, StoredAlert)>();
        while (_tail.Read() is { Count: > 0 } entries)
        {
            foreach (var entry in entries.Where(entry => entry.IsIncident == _incidents))
            {
                if (Parse(entry.Document, entry.Id) is not { } now)
                {
                    continue;
                }

                // What was opened before this listing began is no news when it is revised, only when it is withdrawn.
                var before = _seen.GetValueOrDefault(entry.Id) ?? (entry.Kind == ChangeKind.Opened ? null : now with { Status = AlertStates.Open, Revision = 0 });
                if (before is null || now.Revision > before.Revision)
                {
                    _seen[entry.Id] = now;
                    news.Add((before, now));
                }
            }
        }

        return news;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _tail.Dispose();
        _store.Dispose();
    }

    private StoredAlert? Read(StoredAlertDocument stored)
    {
        var alert = Parse(stored.Document, stored.Id);
        return alert is null ? null : alert with { Status = stored.State, Document = WithVerdicts(stored) };
    }

    private StoredAlert? Parse(ReadOnlyMemory<byte> document, string id)
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
                at = Core.Events.EventClock.ToInstant(verdict.At).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture),
                by = verdict.By,
                state = verdict.State,
                note = verdict.Note,
                assignee = verdict.Assignee,
            }),
        });
        return [.. stored.Document.Span[..^1], .. Encoding.UTF8.GetBytes($",\"secstream.analyst\":{analyst}}}")];
    }
}
