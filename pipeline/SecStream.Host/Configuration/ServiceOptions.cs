using System.Net;
using SecStream.Connectors.Elasticsearch;
using SecStream.Connectors.Kafka;
using SecStream.Connectors.Redis;
using SecStream.Core.Alerts;
using SecStream.Host.Ledger;
using SecStream.Training.Schedule;

namespace SecStream.Host.Configuration;

/// <summary>What a service is made from: the file <c>secstream.yml</c> over the defaults, the command line over both. Immutable; paths are as they are opened.</summary>
public sealed record ServiceOptions
{
    /// <summary>Folder of events, alerts, journals and state. Default <c>data</c>.</summary>
    public string Data { get; init; } = "data";

    /// <summary>Rules, enrichment, time, threads.</summary>
    public PipelineOptions Pipeline { get; init; } = new();

    /// <summary>Files to follow; null: none were named, so the usual logs of the machine.</summary>
    public IReadOnlyList<FileSettings>? Files { get; init; }

    /// <summary>Syslog listeners.</summary>
    public SyslogSettings Syslog { get; init; } = new();

    /// <summary>HTTP listener.</summary>
    public HttpSettings Http { get; init; } = new();

    /// <summary>Kafka: what is read from it, and what is written to it; null: none.</summary>
    public KafkaOptions? Kafka { get; init; }

    /// <summary>This process is a member of a group that hands on its state: Kafka is all it reads.</summary>
    public bool IsGroupMember => Kafka is { Topics.Count: > 0, StateTopic: not null };

    /// <summary>Elasticsearch; null: events and alerts are in the data folder.</summary>
    public ElasticsearchOptions? Elasticsearch { get; init; }

    /// <summary>Events are kept in local segments: Elasticsearch has none of them, or both are wanted.</summary>
    public bool KeepsEvents => Elasticsearch is not { Events: true, KeepLocal: false };

    /// <summary>Redis; null: none.</summary>
    public RedisOptions? Redis { get; init; }

    /// <summary>What commands and the API read. Default auto.</summary>
    public StoreChoice Store { get; init; } = StoreChoice.Auto;

    /// <summary>Journals of the listeners.</summary>
    public JournalSettings Journal { get; init; } = new();

    /// <summary>How long events are kept.</summary>
    public RetentionSettings Events { get; init; } = new();

    /// <summary>How long alerts and incidents are kept. Default 365 d.</summary>
    public TimeSpan AlertsKeep { get; init; } = TimeSpan.FromDays(365);

    /// <summary>Time between snapshots at least. Default 10 s.</summary>
    public TimeSpan SnapshotEvery { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long windows of profiles are kept for training. Default 35 d.</summary>
    public TimeSpan FeaturesKeep { get; init; } = TimeSpan.FromDays(35);
    /// <summary>Training of models.</summary>
    public TrainingSettings Training { get; init; } = new();

    /// <summary>Where telemetry is sent by OTLP; null: nowhere.</summary>
    public Uri? Otlp { get; init; }

    /// <summary>From when on something is a blind spot.</summary>
    public CollectorOptions Blindness { get; init; } = new();

    /// <summary>How the ledger is kept.</summary>
    public LedgerOptions Ledger { get; init; } = new();
}

/// <summary>A file to follow.</summary>
public sealed record FileSettings
{
    /// <summary>Where it lies.</summary>
    public required string Path { get; init; }

    /// <summary>Its format; null: that of the pipeline.</summary>
    public string? Format { get; init; }

    /// <summary>Zone of times that name none; null: that of the pipeline.</summary>
    public TimeZoneInfo? Zone { get; init; }

    /// <summary>Year of its first line, where lines carry none; null: that of the pipeline.</summary>
    public int? Year { get; init; }
}

/// <summary>Syslog listeners. On an address that is not loopback anybody who reaches it can write logs: keep it behind a firewall.</summary>
public sealed record SyslogSettings
{
    /// <summary>Address for datagrams; null: off. Default 127.0.0.1:5514.</summary>
    public IPEndPoint? Udp { get; init; } = new(IPAddress.Loopback, 5514);

    /// <summary>Address for connections; null: off. Default 127.0.0.1:5514.</summary>
    public IPEndPoint? Tcp { get; init; } = new(IPAddress.Loopback, 5514);

    /// <summary>Format of what comes. Default <c>auto</c>.</summary>
    public string Format { get; init; } = "auto";

    /// <summary>Zone of times that name none; null: that of the pipeline.</summary>
    public TimeZoneInfo? Zone { get; init; }

    /// <summary>TCP connections at once, 1–65 536. Default 512.</summary>
    public int MaxConnections { get; init; } = 512;

    /// <summary>Longest message in bytes, 1 KiB–16 MiB. Default 1 MiB.</summary>
    public int MaxMessageBytes { get; init; } = 1 << 20;

    /// <summary>A connection that says nothing for so long is closed. Default 1 h.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromHours(1);
}

/// <summary>What a key of the HTTP interface may do. Each role may do what those before it may, save that a shipper only delivers.</summary>
public enum ApiRole
{
    /// <summary>Reads.</summary>
    Viewer,

    /// <summary>Judges alerts.</summary>
    Analyst,

    /// <summary>Changes the service.</summary>
    Admin,

    /// <summary>Delivers events and nothing else.</summary>
    Shipper,
}

/// <summary>A key of the HTTP interface. The secret itself is in a file or environment variable, and never in the configuration.</summary>
public sealed record ApiKeySettings
{
    /// <summary>Name for people and for the user part of basic authentication.</summary>
    public required string Name { get; init; }

    /// <summary>What it may do.</summary>
    public required ApiRole Role { get; init; }

    /// <summary>Environment variable with the secret, or null.</summary>
    public string? SecretVariable { get; init; }

    /// <summary>File with the secret, or null.</summary>
    public string? SecretFile { get; init; }

    /// <summary>Reads the secret, without the line end of a file.</summary>
    /// <exception cref="ConfigurationException">It is missing, empty, too short or too long.</exception>
    public string ReadSecret() => Secrets.Read(this);
}

/// <summary>HTTP listener.</summary>
public sealed record HttpSettings
{
    /// <summary>Address; null: off. Default 127.0.0.1:8080.</summary>
    public IPEndPoint? Listen { get; init; } = new(IPAddress.Loopback, 8080);

    /// <summary>Certificate (PEM) for TLS; null: none.</summary>
    public string? TlsCertificate { get; init; }

    /// <summary>Private key (PEM) of the certificate; null when there is none.</summary>
    public string? TlsKey { get; init; }

    /// <summary>Keys.</summary>
    public IReadOnlyList<ApiKeySettings> Keys { get; init; } = [];

    /// <summary>A key is asked for on loopback, too. Default false; elsewhere one always is.</summary>
    public bool RequireKey { get; init; }

    /// <summary>Largest request in bytes after decompression, 1 KiB–1 GiB. Default 64 MiB.</summary>
    public long MaxBodyBytes { get; init; } = 64 << 20;

    /// <summary>Version that shippers are told when they ask Elasticsearch's. Default 8.17.0.</summary>
    public string ElasticsearchVersion { get; init; } = "8.17.0";
}

/// <summary>Journals of the listeners.</summary>
public sealed record JournalSettings
{
    /// <summary>Bytes of each journal at most, 64 MiB–16 TiB; then senders wait. Default 10 GiB.</summary>
    public long MaxBytes { get; init; } = 10L << 30;

    /// <summary>How long what has been worked off is kept, for replays. Default 7 d.</summary>
    public TimeSpan Keep { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Free bytes that must be left on the disk. Default 256 MiB.</summary>
    public long MinFreeBytes { get; init; } = 256 << 20;
}

/// <summary>Training of models.</summary>
public sealed record TrainingSettings
{
    /// <summary>The service trains in the background. Default true.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>When, a cron expression in UTC. Default Sunday at 03:00.</summary>
    public string Schedule { get; init; } = TrainingSchedule.Default;

    /// <summary>A model that the gate lets pass is promoted. Default true.</summary>
    public bool AutoPromote { get; init; } = true;
}

/// <summary>How long events are kept.</summary>
public sealed record RetentionSettings
{
    /// <summary>By severity. Default: low 30 d, medium 90 d, high 365 d, critical 3 y.</summary>
    public IReadOnlyDictionary<Severity, TimeSpan> BySeverity { get; init; } = new Dictionary<Severity, TimeSpan>
    {
        [Severity.Low] = TimeSpan.FromDays(30),
        [Severity.Medium] = TimeSpan.FromDays(90),
        [Severity.High] = TimeSpan.FromDays(365),
        [Severity.Critical] = TimeSpan.FromDays(3 * 365),
    };

    /// <summary>By retention class where the file names others (<c>health_check</c>, <c>anomaly</c> …).</summary>
    public IReadOnlyDictionary<string, TimeSpan> ByClass { get; init; } = new Dictionary<string, TimeSpan>(StringComparer.Ordinal);
}
