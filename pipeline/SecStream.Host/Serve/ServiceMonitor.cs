using System.Collections.Concurrent;
using SecStream.Connectors.Embedded;
using SecStream.Connectors.Files;
using SecStream.Connectors.Kafka.Source;
using SecStream.Connectors.Outbox;
using SecStream.Connectors.Segments;
using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Engine;
using SecStream.Host.Api.Health;
using SecStream.Host.Ledger;
using SecStream.Host.Serve.Group;
using SecStream.Host.Serve.Snapshots;
using SecStream.Host.Serve.Stack;
using SecStream.Host.Telemetry;
using SecStream.Stages.Alerting;

namespace SecStream.Host.Serve;

/// <summary>The parts of a running service that can be asked how they are.</summary>
internal sealed record ServiceParts(
    Topology Topology, ServiceSources Sources, SegmentEventSink Events, AlertOutbox Outbox, OutboxDeliveries Deliveries, BlindSpotLedger Ledger)
{
    /// <summary>Topics that are read; null: none.</summary>
    public KafkaFeed? Feed { get; init; }

    /// <summary>The lead of a group; null: there is no group.</summary>
    public GroupSeat? Seat { get; init; }

    /// <summary>Windows for training; null: none are kept.</summary>
    public WaitingFeatureSink? Features { get; init; }

    /// <summary>Watches over the models; null: no windows are judged.</summary>
    public Detection.ModelWatch? Models { get; init; }

    /// <summary>Why events or windows can't be written, which stops intake; null: they can.</summary>
    public string? Blocked => Events.Blocked ?? Features?.Blocked ?? Stack?.Blocked;

    /// <summary>What nobody has closed; null: it is not counted.</summary>
    public OpenAlerts? Open { get; init; }

    /// <summary>What is written outside this machine; null: nothing is.</summary>
    public StackParts? Stack { get; init; }
}

/// <summary>
/// Says how the service stands: status, health, metrics. Reads counters that other threads write, so its figures are approximations of one moment.
/// Thread-safe.
/// </summary>
internal sealed class ServiceMonitor(ServiceParts parts, Func<Versions.KnowledgeTimeline> knowledge, TimeProvider time) : IStatusSource, IHealthSource
{
    private readonly ConcurrentDictionary<(string Rule, string Severity), long> _alerts = new();
    private readonly DateTimeOffset _started = time.GetUtcNow();
    private long _tick;
    private Pump? _pump;

    /// <summary>When the process began.</summary>
    public DateTimeOffset Started => _started;

    /// <summary>When the state was saved last.</summary>
    public DateTimeOffset? LastSnapshot { get; private set; }

    /// <summary>Bytes that the last snapshot wrote.</summary>
    public long SnapshotBytes { get; private set; }

    /// <summary>Why the state can't be saved; null when it can.</summary>
    public string? SnapshotFault { get; private set; }

    /// <summary>Why no decision can be written to the control log; null when it can.</summary>
    public string? ControlFault { get; set; }

    /// <summary>Told of the duration of snapshots.</summary>
    public Action<TimeSpan>? SnapshotDone { get; set; }

    /// <summary>Told how long work stood still for a snapshot: what was under way worked off, and what had changed taken.</summary>
    public Action<TimeSpan>? StoodStill { get; set; }

    /// <summary>A snapshot was written, or could not be.</summary>
    public void Saved(SnapshotStore store, long bytes, TimeSpan duration)
    {
        (LastSnapshot, SnapshotBytes, SnapshotFault) = (store.LastTaken, bytes, store.LastFault?.Message);
        SnapshotDone?.Invoke(duration);
    }

    /// <summary>A disk that takes nothing holds the driver up on purpose: the process is alive, and starting it anew would not help.</summary>
    public DateTimeOffset? LastTick => parts.Blocked is null && parts.Outbox.Fault is null
        ? Volatile.Read(ref _tick) is > 0 and var tick ? new DateTimeOffset(tick, TimeSpan.Zero) : null
        : time.GetUtcNow();

    /// <summary>The driver goes round.</summary>
    public void Tick(Pump pump)
    {
        _pump = pump;
        Volatile.Write(ref _tick, time.GetUtcNow().UtcTicks);
    }

    /// <summary>An alert was raised.</summary>
    public void Count(in AlertChange change)
    {
        if (change.Kind == ChangeKind.Opened)
        {
            _alerts.AddOrUpdate((change.RuleCode, change.Severity.ToString().ToLowerInvariant()), 1, static (_, count) => count + 1);
        }
    }

    /// <summary>Whether a source had nothing more when it was asked last.</summary>
    public bool IsCaughtUp(int partition) => _pump?.IsCaughtUp(partition) == true;

    /// <inheritdoc/>
    public ServiceStatus Status()
    {
        var counters = parts.Topology.Counters();
        var clock = parts.Topology.Engine.Clock;
        return new ServiceStatus
        {
            Sources = [.. parts.Topology.Sources().Select((s, p) => Source(s.Source, s.Counters, s.Format, p))],
            Journals = [.. parts.Sources.Journals.Select(j => new JournalStatus(j.Name, j.DurablePosition - j.FirstPosition, j.DurablePosition - PositionOf(j.Name), j.IsFull, j.AppendedRecords))],
            Alerts = [.. _alerts.Select(a => new AlertCount(a.Key.Rule, a.Key.Severity, a.Value))],
            Open = parts.Open?.Counts ?? [],
            BlindSpots = parts.Ledger.OpenEntries().GroupBy(e => e.Kind, StringComparer.Ordinal).ToDictionary(g => g.Key, g => (long)g.Count()),
            Rules = knowledge().Rules.Rules.Count,
            Clock = clock is long.MinValue or long.MaxValue ? null : clock,
            StateBytes = parts.Topology.StateBytes,
            Keys = parts.Topology.Keys,
            Evicted = counters.Evicted,
            LastSnapshot = LastSnapshot,
            SnapshotBytes = SnapshotBytes,
            OutboxPending = parts.Deliveries.Statuses.ToDictionary(s => s.Name, s => s.Lag),
            Redis = parts.Stack?.Redis?.Health.Status,
            Kafka = parts.Feed is { } feed ? new KafkaFigures(feed.Reader.Status(), feed.Committed) : null,
            Elasticsearch = parts.Stack?.Elasticsearch?.Events?.Status,
            Windows = parts.Stack?.Elasticsearch?.Windows?.Status,
            Sinks = parts.Deliveries.Statuses,
            Profiles = parts.Features is null
                ? null
                : new ProfileFigures(parts.Topology.ProfileKeys, parts.Topology.ProfileBytes, parts.Topology.CountProfiles(), parts.Topology.CountWindows()),
            Models = parts.Models?.Figures(),
            Disk = Disk(),
            LastShipped = parts.Seat?.Shipping.LastShipped,
            StartedAt = _started,
        };
    }

    /// <inheritdoc/>
    public IReadOnlyList<HealthCheck> Checks()
    {
        var checks = new List<HealthCheck>
        {
            new("state", _pump is not null, HealthKinds.Startup | HealthKinds.Ready, _pump is null ? "the state is being restored" : "restored"),
            new("events", parts.Blocked is null, HealthKinds.Ready, parts.Blocked ?? "written"),
            new("alerts", parts.Outbox.Fault is null, HealthKinds.Ready, parts.Outbox.Fault?.Message ?? "written"),
            new("control", ControlFault is null, HealthKinds.Ready, ControlFault ?? "written"),
            new("snapshot", SnapshotFault is null, HealthKinds.None, SnapshotFault ?? "saved"),
        };
        checks.AddRange(parts.Sources.Journals.Select(j => new HealthCheck(
            $"journal.{j.Name}", j.Fault is null && !j.IsFull, HealthKinds.Ready, j.Fault?.Message ?? (j.IsFull ? "at its bound; senders wait" : "accepts"))));
        checks.AddRange(parts.Deliveries.Statuses.Select(s => new HealthCheck(
            $"sink.{s.Name}", s.Error is null, s.Name == "store" ? HealthKinds.Ready : HealthKinds.None, s.Error ?? $"{s.Lag:N0} bytes behind")));
        if (parts.Stack?.Redis?.Health.Status is { At: not null } redis)
        {
            var strains = redis.Strains.ToList();
            checks.Add(new HealthCheck(
                "redis", redis.AwaySince is null && !strains.Exists(strain => strain.IsCritical), HealthKinds.None,
                redis.Fault ?? (strains.Count > 0 ? string.Join("; ", strains.Select(strain => strain.Detail)) : "answers")));
        }

        var behind = parts.Topology.Sources().Select((s, p) => (s.Source.Source.Name, CaughtUp: IsCaughtUp(p))).Where(s => !s.CaughtUp).Select(s => s.Name).ToList();
        checks.Add(new("caught_up", behind.Count == 0, HealthKinds.None, behind.Count == 0 ? "all sources" : $"reading {string.Join(", ", behind.Take(5))}"));
        return checks;
    }

    private SourceStatus Source(SourceSpec spec, Stages.Ingest.PartitionCounters counters, string format, int partition)
    {
        var watermark = parts.Topology.Engine.Watermarks[partition];
        var journal = parts.Sources.Journal(spec.Source.Name);
        return new SourceStatus(
            spec.Source.Name,
            spec.Source switch { TailSource => "file", KafkaPartitionSource => "kafka", _ => "journal" },
            format,
            spec.Source.Position,
            watermark is long.MinValue or long.MaxValue ? null : watermark,
            journal is null ? null : Math.Max(0, journal.DurablePosition - spec.Source.Position),
            counters.Events,
            counters.DeadLetters,
            counters.Late,
            counters.Unevaluated,
            counters.Skewed);
    }

    private DiskFigures? Disk()
    {
        try
        {
            var disk = new DriveInfo(parts.Outbox.Directory);
            return new DiskFigures(disk.AvailableFreeSpace, disk.TotalSize);
        }
        catch (IOException)
        {
            // A view for people; the ledger tells of a disk that fails.
            return null;
        }
    }

    private long PositionOf(string journal) => parts.Sources.Specs.First(s => s.Source.Name == journal).Source.Position;

    /// <summary>The status as people read it from a file.</summary>
    public Stats.ServiceStatus Summary(string? url)
    {
        var (status, now) = (Status(), time.GetUtcNow());
        return new Stats.ServiceStatus
        {
            Started = _started,
            Now = now,
            Url = url,
            Sources = [.. status.Sources.Select((s, p) => new Stats.SourceStatus
            {
                Name = s.Name,
                Kind = s.Kind,
                Format = s.Format,
                Position = s.Position,
                CaughtUp = IsCaughtUp(p),
                Watermark = s.Watermark is { } watermark ? EventClock.ToInstant(watermark) : null,
                LagSeconds = s.Watermark is { } mark ? Math.Round((now - EventClock.ToInstant(mark)).TotalSeconds, 1) : null,
                Events = s.Events,
                DeadLetters = s.DeadLetters.Values.Sum(),
                Late = s.Late,
                Unevaluated = s.Unevaluated,
                Skewed = s.Skewed,
            })],
            Rules = status.Rules,
            AlertsByRule = Sum(status.Alerts, a => a.Rule),
            AlertsBySeverity = Sum(status.Alerts, a => a.Severity),
            StateBytes = status.StateBytes,
            Journals = [.. parts.Sources.Journals.Select(j => new Stats.JournalStatus(
                j.Name, j.AppendedRecords, j.DurablePosition - j.FirstPosition, j.DurablePosition - PositionOf(j.Name), j.RefusedRecords, j.IsFull))],
            SnapshotAt = LastSnapshot,
            Versions = knowledge().Versions,
            OpenBlindSpots = parts.Ledger.OpenCount,
        };
    }

    private static Dictionary<string, long> Sum(IEnumerable<AlertCount> alerts, Func<AlertCount, string> by) =>
        alerts.GroupBy(by, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Sum(a => a.Count));
}
