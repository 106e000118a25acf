using System.Net;
using SecStream.Connectors.Embedded;
using SecStream.Core.Events;
using SecStream.Host.Alerts;
using SecStream.Host.Documents;
using SecStream.Host.Stores;
using SecStream.Training.Exclusions;

namespace SecStream.Host.Trainer;

/// <summary>Reads what is known of attacks: the alerts of a service with what analysts say of them, alerts of replays, the blacklist.</summary>
internal static class EvidenceReading
{
    /// <summary>Reads all of it.</summary>
    /// <param name="data">The data folder.</param>
    /// <param name="stores">Where the service's alerts are.</param>
    /// <param name="files">Alerts of replays (<c>alerts.ndjson</c>).</param>
    /// <param name="time">Clock, for what has expired.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="ConfigurationException">A file is not there or holds no alerts.</exception>
    /// <exception cref="InvalidDataException">An alert can't be read: it might be an attack that would be learned.</exception>
    public static async Task<Evidence> ReadAsync(string data, ResultStores stores, IReadOnlyCollection<string> files, TimeProvider time, CancellationToken cancellation)
    {
        var alerts = new Dictionary<string, EntityAlert>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            using var source = File.Exists(file) ? new AlertFile(file) : throw new ConfigurationException($"--alerts {file}: no such file; name an alerts.ndjson of replay's --out folder");
            await AddAsync(source, alerts, cancellation).ConfigureAwait(false);
        }

        // What the service has is newer than what a replay has found, and bears the verdicts.
        if (stores.AlertsAreRemote || StoreAlerts.IsIn(data) || File.Exists(Path.Combine(data, "alerts.ndjson")))
        {
            using var source = stores.AlertsAreRemote ? stores.Alerts(incidents: false) : DataFolder.Open(data, incidents: false, time);
            await AddAsync(source, alerts, cancellation).ConfigureAwait(false);
        }

        return new Evidence([.. alerts.Values], await BlacklistAsync(data, time, cancellation).ConfigureAwait(false));
    }

    private static async Task AddAsync(IAlertSource source, Dictionary<string, EntityAlert> alerts, CancellationToken cancellation)
    {
        var found = await source.NewestAsync(new AlertFilter(), int.MaxValue, cancellation).ConfigureAwait(false);
        if (source.BadLines is [var bad, ..])
        {
            throw new InvalidDataException($"{bad}; an alert that can't be read might be an attack that would be learned: mend the line or leave the file out");
        }

        foreach (var alert in found.Shown.Select(AlertReading.Read).OfType<EntityAlert>())
        {
            alerts[alert.Id] = alert;
        }
    }

    private static async Task<IReadOnlyCollection<IPNetwork>> BlacklistAsync(string data, TimeProvider time, CancellationToken cancellation)
    {
        if (!StoreAlerts.IsIn(data))
        {
            return [];
        }

        using var store = new SqliteAlertStore(data, new SqliteStoreOptions { CheckAtOpen = false }, time);
        var now = EventClock.ToMicroseconds(time.GetUtcNow());
        var entries = await store.Blacklist.ListAsync(cancellation).ConfigureAwait(false);
        return [.. entries.Where(entry => entry.Expires is null || entry.Expires > now).Select(entry => Network(entry.Value))];
    }

    private static IPNetwork Network(string value) =>
        value.Contains('/', StringComparison.Ordinal) ? IPNetwork.Parse(value) : new IPNetwork(IPAddress.Parse(value), IPAddress.Parse(value).GetAddressBytes().Length * 8);
}
