using System.Globalization;
using SecStream.Connectors.Elasticsearch;
using SecStream.Connectors.Elasticsearch.Alerts;
using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Connectors.Elasticsearch.Events;
using SecStream.Connectors.Elasticsearch.Windows;
using SecStream.Connectors.Segments;
using SecStream.Host.Configuration;
using SecStream.Host.Ledger;
using SecStream.Host.Service;
using SecStream.Host.Trainer;

namespace SecStream.Host.Serve.Stack;

/// <summary>All that has to do with Elasticsearch: events through a spool on disk, alerts from the outbox, windows from their files.</summary>
internal sealed class ElasticsearchParts : IAsyncDisposable
{
    private const string Name = "elasticsearch";

    private readonly ElasticsearchClient _client;
    private readonly RefusedDocuments? _refused;

    private ElasticsearchParts(ElasticsearchClient client, RefusedDocuments? refused) => (_client, _refused) = (client, refused);

    /// <summary>The way to the cluster.</summary>
    public IElasticsearchTransport Transport => _client;

    /// <summary>Takes events; null: they are not written.</summary>
    public ElasticsearchEventSink? Events { get; private set; }

    /// <summary>Takes alerts and incidents; null: they are not written.</summary>
    public ElasticsearchAlertSink? Alerts { get; private set; }

    /// <summary>Brings stored windows; null: they stay here.</summary>
    public WindowShipper? Windows { get; private set; }

    /// <summary>Without connecting yet.</summary>
    /// <exception cref="ElasticsearchException">A secret or certificate can't be read.</exception>
    public static ElasticsearchParts Open(ServiceOptions options, ServiceLog log, TimeProvider time, CancellationToken giveUp)
    {
        var elasticsearch = options.Elasticsearch!;
        var client = new ElasticsearchClient(elasticsearch, time);
        var refused = elasticsearch.Events ? new RefusedDocuments(options.Data, new SegmentOptions(), time, log.Warning, giveUp) : null;
        var parts = new ElasticsearchParts(client, refused);
        if (refused is not null)
        {
            parts.Events = new ElasticsearchEventSink(
                client, elasticsearch, Path.Combine(options.Data, "spool", Name), options.Pipeline.Tenant, refused, time, log.Warning, giveUp)
            {
                // Whoever takes this member's place has none of its spool.
                FlushesBeforeCommit = options.IsGroupMember,
            };
        }

        if (elasticsearch.Alerts)
        {
            parts.Alerts = new ElasticsearchAlertSink(client, elasticsearch, log.Warning);
        }

        if (elasticsearch.Features && options.Pipeline.HasProfiles)
        {
            parts.Windows = new WindowShipper(
                client, elasticsearch, Path.Combine(options.Data, StoredWindows.FolderName), options.Pipeline.Tenant, time, log.Warning);
        }

        return parts;
    }

    /// <summary>Tells the ledger what is amiss.</summary>
    public void AddTo(LedgerCollector collector)
    {
        if (Windows is { } windows)
        {
            collector.Add(() => Observe(windows.Status));
        }

        if (Events is not { } events)
        {
            return;
        }

        collector.Add(() => Observe(events.Status));
        collector.AddCounter(BlindSpotKinds.SinkFailing, Name + " (refused events)", () => events.Status.DeadLetters,
            () => "Elasticsearch refused events for good; they are among the dead letters, and were evaluated: see `dlq show`");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Windows is not null)
        {
            await Windows.DisposeAsync().ConfigureAwait(false);
        }

        if (Events is not null)
        {
            await Events.DisposeAsync().ConfigureAwait(false);
        }

        _refused?.Dispose();
        _client.Dispose();
    }

    private static IEnumerable<Observation> Observe(WindowShippingStatus status)
    {
        if (status.Error is { } error)
        {
            yield return new Observation(BlindSpotKinds.SinkFailing, Name + " (windows)", status.Mend is { } mend ? $"{error}: {mend}" : error) { Since = status.FailingSince };
        }
    }

    private static IEnumerable<Observation> Observe(EventSinkStatus status)
    {
        if (status.Error is { } error)
        {
            yield return new Observation(BlindSpotKinds.SinkFailing, Name + " (events)", status.Mend is { } mend ? $"{error}: {mend}" : error) { Since = status.FailingSince };
        }

        if (status.Blocked is { } blocked)
        {
            yield return new Observation(BlindSpotKinds.DiskFull, Name + " (spool)", blocked);
        }
        else if (status.SpooledBytes > status.SpoolLimitBytes / 2)
        {
            yield return new Observation(BlindSpotKinds.SinkStrained, Name + " (spool)", string.Create(
                CultureInfo.InvariantCulture, $"{status.SpooledBytes / 1e9:0.0} of {status.SpoolLimitBytes / 1e9:0.0} GB of events wait on disk; when it is full, intake stops: see why the cluster takes them so slowly"));
        }
    }
}
