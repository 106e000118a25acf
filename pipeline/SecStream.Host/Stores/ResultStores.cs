using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Connectors.Elasticsearch.Queries;
using SecStream.Connectors.Embedded;
using SecStream.Connectors.Segments;
using SecStream.Core.Queries;
using SecStream.Host.Alerts;
using SecStream.Host.Cli;
using SecStream.Host.Configuration;
using SecStream.Host.Explain;

namespace SecStream.Host.Stores;

/// <summary>
/// The one place that decides what commands and the API read: Elasticsearch or the data folder, as <c>store</c> in the configuration says; a folder that is
/// named on the command line is always read itself. Opens nothing before it is asked for. Not thread-safe; what it gives is.
/// </summary>
internal sealed class ResultStores : IDisposable
{
    private readonly ServiceOptions _options;
    private readonly string? _named;
    private readonly TimeProvider _time;
    private ElasticsearchClient? _client;

    private ResultStores(ServiceOptions options, string? named, TimeProvider time) => (_options, _named, _time) = (options, named, time);

    /// <summary>Alerts are read from Elasticsearch.</summary>
    public bool AlertsAreRemote => _named is null && ReadsAlertsFrom(_options) == StoreChoice.Elasticsearch;

    /// <summary>Events are read from Elasticsearch.</summary>
    public bool EventsAreRemote => _named is null && ReadsEventsFrom(_options) == StoreChoice.Elasticsearch;

    /// <summary>What alerts are read from, for messages.</summary>
    public string AlertsName => AlertsAreRemote ? RemoteName : DataFolder.Find(_named, "alerts.ndjson");

    private string RemoteName => string.Join(", ", _options.Elasticsearch!.Hosts);

    /// <summary>For a command: the folder that it names, else what the configuration says.</summary>
    /// <exception cref="ConfigurationException">The configuration can't be used.</exception>
    public static ResultStores ForCommand(string? named, TimeProvider time) =>
        new(named is null ? ServiceOptionsReader.Load(null).Options : new ServiceOptions(), named, time);

    /// <summary>For options that have been read.</summary>
    public static ResultStores Of(ServiceOptions options, TimeProvider time) => new(options, null, time);

    /// <summary>Where alerts are read: Elasticsearch or the data folder, never auto.</summary>
    public static StoreChoice ReadsAlertsFrom(ServiceOptions options) => Settle(options, options.Elasticsearch is { Alerts: true });

    /// <summary>Where events are read: Elasticsearch or the data folder, never auto.</summary>
    public static StoreChoice ReadsEventsFrom(ServiceOptions options) => Settle(options, options.Elasticsearch is { Events: true });

    /// <summary>The store of alerts for the API of a service, which has both.</summary>
    /// <param name="options">The service.</param>
    /// <param name="embedded">That of the data folder.</param>
    /// <param name="transport">The cluster; null: there is none.</param>
    public static IAlertStore AlertsOf(ServiceOptions options, IAlertStore embedded, IElasticsearchTransport? transport) =>
        transport is not null && ReadsAlertsFrom(options) == StoreChoice.Elasticsearch ? new ElasticsearchAlertStore(transport) : embedded;

    /// <summary>The store of events for the API of a service, which has both.</summary>
    /// <param name="options">The service.</param>
    /// <param name="embedded">That of the data folder.</param>
    /// <param name="transport">The cluster; null: there is none.</param>
    public static IEventStore EventsOf(ServiceOptions options, IEventStore embedded, IElasticsearchTransport? transport) =>
        transport is not null && ReadsEventsFrom(options) == StoreChoice.Elasticsearch ? new ElasticsearchEventStore(transport) : embedded;

    /// <summary>Alerts or incidents to be listed.</summary>
    /// <exception cref="ConfigurationException">There are none where they should be.</exception>
    public IAlertSource Alerts(bool incidents) => AlertsAreRemote
        ? new PolledAlerts(new ElasticsearchAlertStore(Client()), incidents)
        : DataFolder.Open(DataFolder.Find(_named, incidents ? "incidents.ndjson" : "alerts.ndjson"), incidents, _time);

    /// <summary>Incidents beside alerts; null when only alerts are kept there.</summary>
    public IAlertSource? IncidentsOrNone()
    {
        if (AlertsAreRemote)
        {
            return Alerts(incidents: true);
        }

        var directory = DataFolder.Find(_named, "alerts.ndjson");
        return StoreAlerts.IsIn(directory) || File.Exists(Path.Combine(directory, "incidents.ndjson")) ? DataFolder.Open(directory, incidents: true, _time) : null;
    }

    /// <summary>The store that decisions of analysts go to. What is embedded is to be disposed of.</summary>
    /// <exception cref="ConfigurationException">The folder is none of a service.</exception>
    public IAlertStore Decisions()
    {
        if (AlertsAreRemote)
        {
            return new ElasticsearchAlertStore(Client());
        }

        var directory = _named ?? _options.Data;
        return StoreAlerts.IsIn(directory)
            ? new SqliteAlertStore(directory, new SqliteStoreOptions { CheckAtOpen = false }, _time)
            : throw new ConfigurationException($"--data {directory}: there is no {SqliteAlertStore.FileName} in it; name the --data folder of serve");
    }

    /// <summary>Events to be asked for.</summary>
    /// <param name="report">Told what can't be read.</param>
    /// <exception cref="ConfigurationException">There are none where they should be.</exception>
    public IEventStore Events(Action<string> report) => EventsAreRemote
        ? new ElasticsearchEventStore(Client())
        : new SegmentEventStore(Path.Combine(SegmentFolder.Find(_named, "events"), "events"), new SegmentOptions(), report);

    /// <summary>The events that were evaluated in a span of time, and those named; null when none are kept.</summary>
    /// <param name="from">Evaluated at or after, microseconds since 1970 UTC.</param>
    /// <param name="to">Evaluated at or before.</param>
    /// <param name="ids">Events that are wanted whatever their time.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<IStoredEvents?> EventsOfSpanAsync(long from, long to, IReadOnlyCollection<string> ids, CancellationToken cancellation) => EventsAreRemote
        ? await FetchedEvents.FetchAsync(new ElasticsearchEventStore(Client()), RemoteName, from, to, ids, cancellation).ConfigureAwait(false)
        : StoredEvents.Open(DataFolder.Find(_named, "alerts.ndjson"), from, to, cancellation);

    /// <inheritdoc/>
    public void Dispose() => _client?.Dispose();

    private static StoreChoice Settle(ServiceOptions options, bool isWritten) =>
        options.Store == StoreChoice.Elasticsearch || (options.Store == StoreChoice.Auto && isWritten) ? StoreChoice.Elasticsearch : StoreChoice.Embedded;

    private ElasticsearchClient Client()
    {
        try
        {
            return _client ??= new ElasticsearchClient(_options.Elasticsearch!, _time);
        }
        catch (ElasticsearchException fault)
        {
            // A secret or certificate that the configuration names: said as every other fault of the configuration is.
            throw new ConfigurationException(fault.Message, fault);
        }
    }
}
