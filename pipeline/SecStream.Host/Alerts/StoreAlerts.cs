using SecStream.Connectors.Embedded;
using SecStream.Connectors.Outbox;
using SecStream.Core.Alerts;

namespace SecStream.Host.Alerts;

/// <summary>Alerts or incidents of a data folder that a service works in, or has: the store for what is there, the outbox for what comes.</summary>
internal sealed class StoreAlerts : QueriedAlerts
{
    private readonly SqliteAlertStore _store;
    private readonly OutboxTail _tail;

    /// <summary>Opens the store of a data folder.</summary>
    public StoreAlerts(string directory, bool incidents, TimeProvider time)
        : this(new OutboxTail(Path.Combine(directory, "alerts")), new SqliteAlertStore(directory, new SqliteStoreOptions { CheckAtOpen = false }, time), incidents)
    {
    }

    private StoreAlerts(OutboxTail tail, SqliteAlertStore store, bool incidents)
        : base(store, incidents) => (_tail, _store) = (tail, store);

    /// <summary>Whether a folder has a store.</summary>
    public static bool IsIn(string directory) => File.Exists(Path.Combine(directory, SqliteAlertStore.FileName));

    /// <inheritdoc/>
    public override Task<IReadOnlyList<(StoredAlert? Before, StoredAlert Now)>> ReadAsync(CancellationToken cancellation)
    {
        var news = new List<(StoredAlert?, StoredAlert)>();
        while (_tail.Read() is { Count: > 0 } entries)
        {
            foreach (var entry in entries.Where(entry => entry.IsIncident == Incidents))
            {
                if (Parse(entry.Document, entry.Id) is not { } now)
                {
                    continue;
                }

                // What was opened before this listing began is no news when it is revised, only when it is withdrawn.
                var before = Seen.GetValueOrDefault(entry.Id) ?? (entry.Kind == ChangeKind.Opened ? null : now with { Status = AlertStates.Open, Revision = 0 });
                if (before is null || now.Revision > before.Revision)
                {
                    Seen[entry.Id] = now;
                    news.Add((before, now));
                }
            }
        }

        return Task.FromResult<IReadOnlyList<(StoredAlert?, StoredAlert)>>(news);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _tail.Dispose();
        _store.Dispose();
    }
}
