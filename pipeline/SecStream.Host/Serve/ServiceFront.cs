using System.Globalization;
using SecStream.Connectors.Embedded;
using SecStream.Connectors.Http;
using SecStream.Connectors.Segments;
using SecStream.Core.Events;
using SecStream.Core.Pipeline;
using SecStream.Host.Api;
using SecStream.Host.Api.Security;
using SecStream.Host.Configuration;
using SecStream.Host.DeadLetters;
using SecStream.Host.Ledger;
using SecStream.Host.Serve.Group;
using SecStream.Host.Serve.Stack;
using SecStream.Host.Service;
using SecStream.Host.Stores;
using SecStream.Host.Telemetry;

namespace SecStream.Host.Serve;

/// <summary>What of the service can be reached from outside: syslog, HTTP, telemetry. Starts last, stops first.</summary>
internal sealed class ServiceFront(
    ServiceOptions options, ServiceSources sources, SqliteAlertStore store, SegmentEventSink events, ServiceMonitor monitor, BlindSpotLedger ledger,
    Reloading reloading, StackParts stack, TimeProvider time, ServiceLog log) : IAsyncDisposable
{
    private readonly ServiceMeter _meter = new(monitor, time);
    private ServiceListeners? _listeners;
    private ApiServer? _api;
    private OtlpExport? _otlp;

    /// <summary>Address of the HTTP interface; null: off.</summary>
    public string? Url => _api?.Url;

    /// <summary>Opens everything.</summary>
    /// <exception cref="ConfigurationException">An address can't be had, or a key is no good.</exception>
    public async Task StartAsync(LedgerCollector collector, CancellationToken cancellation)
    {
        monitor.SnapshotDone = _meter.RecordSnapshot;
        monitor.StoodStill = _meter.RecordStandstill;
        if (stack.Elasticsearch?.Events is { } sent)
        {
            sent.Answered = _meter.RecordBulk;
        }

        _listeners = await ServiceListeners.StartAsync(options.Syslog, sources, time).ConfigureAwait(false);
        ServiceProbes.Add(collector, _listeners);
        if (options.Http.Listen is not null)
        {
            _api = await ApiServer.StartAsync(Api(options.Http), Services(), cancellation).ConfigureAwait(false);
            ServiceEndpoint.Leave(options.Data, _api.Url);
        }

        if (options.Otlp is { } otlp)
        {
            _otlp = OtlpExport.Start(otlp.ToString(), grpc: false, TimeSpan.FromSeconds(15), Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_HEADERS"));
        }

        log.Notice($"listening: {string.Join(", ", Addresses())}");
    }

    /// <summary>Takes what is being received, and accepts nothing more.</summary>
    public async Task StopAsync()
    {
        if (_api is not null)
        {
            ServiceEndpoint.Remove(options.Data);
            await _api.StopAsync(CancellationToken.None).ConfigureAwait(false);
        }

        if (_listeners is not null)
        {
            await _listeners.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_api is not null)
        {
            await _api.DisposeAsync().ConfigureAwait(false);
        }

        if (_listeners is not null)
        {
            await _listeners.DisposeAsync().ConfigureAwait(false);
        }

        _otlp?.Dispose();
        _meter.Dispose();
    }

    /// <summary>How the HTTP interface is opened.</summary>
    internal static ApiOptions Api(HttpSettings http) => new()
    {
        Address = http.Listen!.Address,
        Port = http.Listen.Port,
        Keys = [.. http.Keys.Select(key => ApiKey.Create(key.Name, Enum.Parse<Role>(key.Role.ToString()), key.ReadSecret()))],
        RequireKey = http.RequireKey,
        CertificateFile = http.TlsCertificate,
        CertificateKeyFile = http.TlsKey,
        Ingest = new HttpIngestOptions { MaxBodyBytes = http.MaxBodyBytes, ElasticsearchVersion = http.ElasticsearchVersion },
    };

    private ApiServices Services()
    {
        var journal = sources.Journal(ServiceSources.Http);
        return new ApiServices
        {
            Journal = journal as IRecordJournal ?? new NoJournal("members of a group read Kafka alone: ship this to a topic"),
            Health = monitor,
            Meter = _meter,
            Alerts = ResultStores.AlertsOf(options, store, stack.Elasticsearch?.Transport),
            Events = ResultStores.EventsOf(options, events.OpenStore(), stack.Elasticsearch?.Transport),
            Ledger = ReadLedger,
            Reload = ReloadAsync,
            RetryDeadLetters = journal is null ? null : (body, cancellation) => RetryIntake.TakeAsync(journal, body, cancellation),
            Time = time,
        };
    }

    private async Task<ReloadOutcome> ReloadAsync(long? from, CancellationToken cancellation)
    {
        var result = await reloading.ReloadAsync(cancellation, from).ConfigureAwait(false);
        return new ReloadOutcome(!result.IsRefused, [result.Message]);
    }

    private Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadLedger(long? from, long? until, int limit, CancellationToken cancellation)
    {
        var found = ledger.Entries()
            .Where(e => (from is null || e.Until is null || EventClock.ToMicroseconds(e.Until.Value) >= from) && (until is null || EventClock.ToMicroseconds(e.Since) < until))
            .OrderByDescending(e => e.Since)
            .Take(limit)
            .Select(LedgerLine.Document);
        return Task.FromResult<IReadOnlyList<ReadOnlyMemory<byte>>>([.. found]);
    }

    private IEnumerable<string> Addresses()
    {
        if (_listeners?.Udp is { } udp)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"syslog udp {udp.LocalEndpoint}");
        }

        if (_listeners?.Tcp is { } tcp)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"syslog tcp {tcp.LocalEndpoint}");
        }

        if (_api is not null)
        {
            yield return _api.Url;
        }
    }
}
