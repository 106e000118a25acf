using SecStream.Connectors.Syslog;
using SecStream.Host.Ledger;
using SecStream.Host.Serve.Stack;

namespace SecStream.Host.Serve;

/// <summary>What the parts of a service can't see or do at this moment, for the ledger.</summary>
internal static class ServiceProbes
{
    private static readonly TimeSpan s_clockTolerance = TimeSpan.FromSeconds(5);

    /// <summary>Adds the probes of the parts that run as long as the service does.</summary>
    public static void Add(LedgerCollector collector, ServiceParts parts, ServiceMonitor monitor)
    {
        collector.Add(() => Faults(parts, monitor));
        if (parts.Feed is { } feed)
        {
            KafkaProbes.Add(collector, feed);
        }

        if (parts.Stack?.DeadLetters is { } letters)
        {
            KafkaProbes.Add(collector, letters);
        }

        parts.Stack?.Elasticsearch?.AddTo(collector);
        parts.Stack?.Redis?.AddTo(collector, () => parts.Deliveries.Statuses.FirstOrDefault(sink => sink.Name == parts.Stack.Redis.Sink.Name));
        foreach (var journal in parts.Sources.Journals)
        {
            collector.AddCounter(BlindSpotKinds.JournalGap, journal.Name + " (deleted early)", () => journal.SegmentsDeletedEarly,
                () => "segments were deleted before their retention was over, because the bound pressed: a replay can't read them");
        }
    }

    /// <summary>Adds what the listeners lose.</summary>
    public static void Add(LedgerCollector collector, ServiceListeners listeners)
    {
        if (listeners.Udp is { } udp)
        {
            collector.AddCounter(BlindSpotKinds.UdpDropped, ServiceSources.SyslogUdp, () => udp.Losses.Total, () => Reason(udp.Losses));
        }

        if (listeners.Tcp is { } tcp)
        {
            collector.AddCounter(BlindSpotKinds.SourceGap, ServiceSources.SyslogTcp, () => tcp.Losses.Total, () => Reason(tcp.Losses));
        }
    }

    private static string Reason(ReceiveLosses losses) => losses.Stretches is [.., var last] ? last.Reason : "messages were lost";

    private static IEnumerable<Observation> Faults(ServiceParts parts, ServiceMonitor monitor)
    {
        foreach (var journal in parts.Sources.Journals)
        {
            if (journal.Fault is { } fault)
            {
                yield return new Observation(BlindSpotKinds.DiskFull, $"journal {journal.Name}", fault.Message) { Since = fault.Since };
            }
            else if (journal.IsFull)
            {
                yield return new Observation(BlindSpotKinds.JournalFull, journal.Name, "the journal is at its bound: senders wait, datagrams are dropped");
            }

            if (journal.StampsAheadOfClock > s_clockTolerance)
            {
                yield return new Observation(
                    BlindSpotKinds.ClockSetBack, $"journal {journal.Name}", $"arrival times stand still until the clock has caught up by {SourceWatch.Round(journal.StampsAheadOfClock)}");
            }
        }

        if (parts.Events.Blocked is { } blocked)
        {
            yield return new Observation(BlindSpotKinds.DiskFull, "events", blocked);
        }

        if (parts.Outbox.Fault is { } outbox)
        {
            yield return new Observation(BlindSpotKinds.DiskFull, "alerts", outbox.Message) { Since = outbox.Since };
        }

        if (monitor.ControlFault is { } control)
        {
            yield return new Observation(BlindSpotKinds.DiskFull, "control", control);
        }

        if (monitor.SnapshotFault is { } snapshot)
        {
            yield return new Observation(BlindSpotKinds.SnapshotFailing, "state", snapshot);
        }

        foreach (var sink in parts.Deliveries.Statuses)
        {
            if (sink.Error is { } error)
            {
                yield return new Observation(BlindSpotKinds.SinkFailing, sink.Name, error) { Since = sink.FailingSince };
            }

            if (sink.Damage is { } damage)
            {
                yield return new Observation(BlindSpotKinds.SinkFailing, sink.Name + " (damage)", damage);
            }
        }
    }
}
