using SecStream.Connectors.Embedded;
using SecStream.Connectors.Files;
using SecStream.Connectors.Outbox;
using SecStream.Core.Pipeline;
using SecStream.Host.Configuration;
using SecStream.Host.Serve.Snapshots;
using SecStream.Stages.Alerting;

namespace SecStream.Host.Serve;

/// <content>Opens what the service keeps on disk.</content>
internal sealed partial class ServeRun
{
    /// <summary>What analysts refuse is a list like any other: changes come into force by reload, from an event time on.</summary>
    private static ServiceOptions WithOwnBlacklist(ServiceOptions options, SqliteAlertStore store)
    {
        store.Blacklist.ExportAsync(CancellationToken.None).GetAwaiter().GetResult();
        return options with { Pipeline = options.Pipeline with { Blacklists = [.. options.Pipeline.Blacklists, store.Blacklist.FilePath] } };
    }

    /// <summary>The snapshots; without any, what was made of the sources goes aside first, for they are read again from their beginning.</summary>
    private SnapshotStore OpenSnapshots(string directory)
    {
        var snapshots = SnapshotStore.Open(directory, _time);
        if (!snapshots.HasState && LostState.MoveAside(_options.Data, _time) is { } lost)
        {
            _lost = lost;
            _log.Error(lost);
        }

        return snapshots;
    }

    /// <summary>In a group alerts go out when a successor would know them; what a leader before wrote is taken over.</summary>
    private AlertOutbox OpenOutbox(ServiceOptions options, TimeProvider time)
    {
        var outbox = new AlertOutbox(Path.Combine(options.Data, "alerts"), new OutboxOptions { Retention = options.AlertsKeep }, time, _giveUp.Token);
        if (_seat is not null)
        {
            foreach (var (position, _, lines) in _seat.Outbox)
            {
                outbox.Adopt(position, lines);
            }

            outbox.BeforeWrite = _seat.ReplicateOutboxAsync;
        }

        return outbox;
    }

    private static FileControlLog OpenControl(string directory, TimeProvider time)
    {
        try
        {
            return new FileControlLog(directory, time);
        }
        catch (InvalidDataException fault)
        {
            throw new ConfigurationException(fault.Message, fault);
        }
    }

    private List<ControlEntry> ReadControl()
    {
        try
        {
            return [.. _control.Read(0)];
        }
        catch (InvalidDataException fault)
        {
            throw new ConfigurationException(fault.Message, fault);
        }
    }

    /// <summary>Counts what goes by.</summary>
    private sealed class CountingOutput(IAlertOutput inner) : IAlertOutput
    {
        public delegate void CountChange(in AlertChange change);

        public CountChange? Counted { get; set; }

        public void OnAlert(in AlertChange change)
        {
            Counted?.Invoke(change);
            inner.OnAlert(change);
        }

        public void OnIncident(in AlertChange change) => inner.OnIncident(change);
    }
}
