using System.Diagnostics.Metrics;
using SecStream.Core.Events;

namespace SecStream.Host.Telemetry;

/// <summary>
/// The instruments of the service, named by the conventions of OpenTelemetry. What is counted elsewhere is observed at a scrape. No label carries
/// an address, a user or anything else that events bring: only sources, rules, kinds. Thread-safe.
/// </summary>
public sealed class ServiceMeter : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string Name = "SecStream";
    private static readonly TimeSpan s_sameScrape = TimeSpan.FromMilliseconds(500);
    private readonly IStatusSource _source;
    private readonly TimeProvider _time;
    private readonly Histogram<double> _snapshots;
    private readonly Histogram<double> _standstills;
    private readonly Histogram<double> _bulks;
    private readonly Lock _lock = new();
    private ServiceStatus? _status;
    private long _statusAt;

    /// <summary>Makes the instruments.</summary>
    public ServiceMeter(IStatusSource source, TimeProvider time)
    {
        _source = source;
        _time = time;
        Meter = new Meter(new MeterOptions(Name) { Scope = this });
        _snapshots = Meter.CreateHistogram<double>("secstream.snapshot.duration", "s", "Time a snapshot takes", advice: new() { HistogramBucketBoundaries = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] });
        _standstills = Meter.CreateHistogram<double>("secstream.snapshot.standstill", "s", "Time work stands still for a snapshot", advice: new() { HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] });
        _bulks = Meter.CreateHistogram<double>("secstream.elasticsearch.bulk.duration", "s", "Time of a bulk request", advice: new() { HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] });
        AddSources();
        AddState();
        AddWork();
        RedisInstruments.Add(Meter, () => Status().Redis);
        ElasticsearchInstruments.Add(Meter, () => Status().Elasticsearch);
        ElasticsearchInstruments.AddWindows(Meter, () => Status().Windows);
        KafkaInstruments.Add(Meter, () => Status().Kafka);
        DetectionInstruments.Add(Meter, Status);
        SinkInstruments.Add(Meter, () => Status().Sinks);
    }

    /// <summary>The meter, for instruments of other parts.</summary>
    public Meter Meter { get; }

    /// <summary>Records a snapshot.</summary>
    public void RecordSnapshot(TimeSpan duration) => _snapshots.Record(duration.TotalSeconds);

    /// <summary>Records how long work stood still for one.</summary>
    public void RecordStandstill(TimeSpan duration) => _standstills.Record(duration.TotalSeconds);

    /// <summary>Records a bulk request to Elasticsearch.</summary>
    public void RecordBulk(TimeSpan duration) => _bulks.Record(duration.TotalSeconds);

    /// <summary>The status; the same object within a scrape.</summary>
    public ServiceStatus Status()
    {
        lock (_lock)
        {
            if (_status is null || _time.GetElapsedTime(_statusAt) > s_sameScrape)
            {
                _status = _source.Status();
                _statusAt = _time.GetTimestamp();
            }

            return _status;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Meter.Dispose();

    private void AddSources()
    {
        Count("secstream.events.accepted", "{event}", "Events accepted", s => Of(s, x => x.Events));
        Count("secstream.dead_letters", "{record}", "Records that could not be parsed and went to the dead letters, by error class", s =>
            s.Sources.SelectMany(x => x.DeadLetters.Select(d => new Measurement<long>(d.Value, Source(x), new("error.type", d.Key)))));
        Count("secstream.events.late", "{event}", "Events behind the lateness of their source", s => Of(s, x => x.Late));
        Count("secstream.events.unevaluated", "{event}", "Events behind the horizon: stored, not evaluated", s => Of(s, x => x.Unevaluated));
        Count("secstream.events.skewed", "{event}", "Events ahead of their time", s => Of(s, x => x.Skewed));
        Gauge("secstream.watermark.lag", "s", "How far the watermark of a source is behind the clock", s =>
            s.Sources.Where(x => x.Watermark is not null).Select(x => new Measurement<double>(Behind(x.Watermark!.Value), Source(x))));
        Gauge("secstream.source.position", "By", "Position of the next record of a source", s => Of(s, x => (double)x.Position));
        Gauge("secstream.source.backlog", "By", "Bytes of a source that are there and not read yet", s =>
            s.Sources.Where(x => x.Backlog is not null).Select(x => new Measurement<double>(x.Backlog!.Value, Source(x))));
        Gauge("secstream.journal.size", "By", "Bytes of a journal on disk", s => s.Journals.Select(j => new Measurement<double>(j.Bytes, Journal(j))));
        Gauge("secstream.journal.unread", "By", "Bytes of a journal that the engine has not read yet", s =>
            s.Journals.Where(j => j.Unread is not null).Select(j => new Measurement<double>(j.Unread!.Value, Journal(j))));
        Gauge("secstream.journal.full", "", "1 when an append to a journal would wait", s => s.Journals.Select(j => new Measurement<double>(j.IsFull ? 1 : 0, Journal(j))));
        Count("secstream.journal.records", "{record}", "Records appended to a journal", s => s.Journals.Select(j => new Measurement<long>(j.Records, Journal(j))));
    }

    private void AddState()
    {
        Count("secstream.alerts", "{alert}", "New alerts by rule and severity", s =>
            s.Alerts.Select(a => new Measurement<long>(a.Count, new("rule", a.Rule), new("severity", a.Severity))));
        Gauge("secstream.blind_spots", "{entry}", "What cannot be seen now, by kind", s => s.BlindSpots.Select(b => new Measurement<double>(b.Value, new KeyValuePair<string, object?>("kind", b.Key))));
        Gauge("secstream.outbox.pending", "{alert}", "Alerts that a sink has not taken yet", s => s.OutboxPending.Select(o => new Measurement<double>(o.Value, new KeyValuePair<string, object?>("sink", o.Key))));
        Gauge("secstream.rules.active", "{rule}", "Rules in force", s => One(s.Rules));
        Gauge("secstream.clock.lag", "s", "How far the clock of the rules is behind the wall clock", s => s.Clock is { } clock ? One(Behind(clock)) : []);
        Gauge("secstream.state.size", "By", "State of all shards", s => One(s.StateBytes));
        Gauge("secstream.state.keys", "{key}", "Keys with a history", s => One(s.Keys));
        Count("secstream.state.evictions", "{key}", "Keys evicted over the memory bound", s => [new Measurement<long>(s.Evicted)]);
        Gauge("secstream.snapshot.age", "s", "Age of the last snapshot", s => s.LastSnapshot is { } at ? One((_time.GetUtcNow() - at).TotalSeconds) : []);
        Gauge("secstream.snapshot.size", "By", "Size of the last snapshot", s => One(s.SnapshotBytes));
        Gauge("secstream.disk.free", "By", "Free space of the disk of the data folder", s => s.Disk is { } disk ? One(disk.FreeBytes) : []);
        Gauge("secstream.disk.size", "By", "Size of the disk of the data folder", s => s.Disk is { } disk ? One(disk.SizeBytes) : []);
        Gauge("secstream.member.active", "", "1 on the active member of the group, 0 on a standby", s => One(s.IsLeading ? 1 : 0));
        Gauge("secstream.member.state_age", "s", "Age of the newest state that was handed on to the group", s => s.LastShipped is { } at ? One((_time.GetUtcNow() - at).TotalSeconds) : []);
        Gauge("secstream.process.uptime", "s", "How long the process has been running", s => One((_time.GetUtcNow() - s.StartedAt).TotalSeconds));
    }

    /// <summary>What there is to do for people, as the store of this machine knows it.</summary>
    private void AddWork()
    {
        Gauge("secstream.alerts.open", "{alert}", "Alerts that nobody has closed, by severity and state", s =>
            s.Open.Where(o => !o.IsIncident).Select(o => new Measurement<double>(o.Count, new("severity", o.Severity), new("status", o.State))));
        Gauge("secstream.incidents.open", "{incident}", "Incidents that nobody has closed, by severity", s =>
            s.Open.Where(o => o.IsIncident).GroupBy(o => o.Severity, StringComparer.Ordinal)
                .Select(g => new Measurement<double>(g.Sum(o => o.Count), new KeyValuePair<string, object?>("severity", g.Key))));
    }

    private void Count(string name, string unit, string description, Func<ServiceStatus, IEnumerable<Measurement<long>>> observe) =>
        Meter.CreateObservableCounter(name, () => observe(Status()), unit, description);

    private void Gauge(string name, string unit, string description, Func<ServiceStatus, IEnumerable<Measurement<double>>> observe) =>
        Meter.CreateObservableGauge(name, () => observe(Status()), unit, description);

    private double Behind(long microseconds) => Math.Max(0, (EventClock.ToMicroseconds(_time.GetUtcNow()) - microseconds) / (double)EventClock.Second);

    private static IEnumerable<Measurement<double>> One(double value) => [new Measurement<double>(value)];

    private static IEnumerable<Measurement<T>> Of<T>(ServiceStatus status, Func<SourceStatus, T> value)
        where T : struct => status.Sources.Select(s => new Measurement<T>(value(s), Source(s)));

    private static KeyValuePair<string, object?> Source(SourceStatus source) => new("source", source.Name);

    private static KeyValuePair<string, object?> Journal(JournalStatus journal) => new("journal", journal.Name);
}
