using SecStream.Connectors.Redis;

namespace SecStream.Host.Telemetry;

/// <summary>How a source stands. Counts are since the process began.</summary>
/// <param name="Name">Its name: a path, a journal.</param>
/// <param name="Kind"><c>file</c> or <c>journal</c>.</param>
/// <param name="Format">Format of what it holds; empty: not known yet.</param>
/// <param name="Position">Position of the next record.</param>
/// <param name="Watermark">Its watermark, microseconds since 1970 UTC; null: none yet.</param>
/// <param name="Backlog">Bytes that are there and not read yet; null: not known.</param>
/// <param name="Events">Events accepted.</param>
/// <param name="DeadLetters">Records that are no events, by error class.</param>
/// <param name="Late">Events behind the lateness of the source.</param>
/// <param name="Unevaluated">Events behind the horizon.</param>
/// <param name="Skewed">Events ahead of their time.</param>
public sealed record SourceStatus(
    string Name, string Kind, string Format, long Position, long? Watermark, long? Backlog, long Events, IReadOnlyDictionary<string, long> DeadLetters,
    long Late, long Unevaluated, long Skewed);

/// <summary>How a journal stands.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Bytes">Bytes on disk.</param>
/// <param name="Unread">Bytes that the engine has not read yet; null: not known.</param>
/// <param name="IsFull">Whether an append would wait.</param>
/// <param name="Records">Records appended since the process began.</param>
public sealed record JournalStatus(string Name, long Bytes, long? Unread, bool IsFull, long Records);

/// <summary>Alerts of a rule since the process began.</summary>
/// <param name="Rule">Code of the rule.</param>
/// <param name="Severity">Severity in lower case.</param>
/// <param name="Count">New alerts; revisions do not count.</param>
public sealed record AlertCount(string Rule, string Severity, long Count);

/// <summary>A disk.</summary>
/// <param name="FreeBytes">Free space.</param>
/// <param name="SizeBytes">Its size.</param>
public readonly record struct DiskFigures(long FreeBytes, long SizeBytes);

/// <summary>How the service stands at a moment.</summary>
public sealed record ServiceStatus
{
    /// <summary>The sources.</summary>
    public IReadOnlyList<SourceStatus> Sources { get; init; } = [];

    /// <summary>The journals.</summary>
    public IReadOnlyList<JournalStatus> Journals { get; init; } = [];

    /// <summary>Alerts by rule and severity.</summary>
    public IReadOnlyList<AlertCount> Alerts { get; init; } = [];

    /// <summary>Alerts and incidents that nobody has closed, every severity and state.</summary>
    public IReadOnlyList<Connectors.Embedded.OpenCount> Open { get; init; } = [];

    /// <summary>What could not be seen, by kind: entries in force.</summary>
    public IReadOnlyDictionary<string, long> BlindSpots { get; init; } = new Dictionary<string, long>();

    /// <summary>Rules in force.</summary>
    public int Rules { get; init; }

    /// <summary>Clock of the rules, microseconds since 1970 UTC; null: none yet.</summary>
    public long? Clock { get; init; }

    /// <summary>Bytes of state of all shards.</summary>
    public long StateBytes { get; init; }

    /// <summary>Keys with a history.</summary>
    public long Keys { get; init; }

    /// <summary>Keys evicted over the memory bound since the process began.</summary>
    public long Evicted { get; init; }

    /// <summary>When the last snapshot was taken; null: none yet.</summary>
    public DateTimeOffset? LastSnapshot { get; init; }

    /// <summary>Bytes of the last snapshot.</summary>
    public long SnapshotBytes { get; init; }

    /// <summary>Alerts in the outbox that a sink has not taken yet, by sink.</summary>
    public IReadOnlyDictionary<string, long> OutboxPending { get; init; } = new Dictionary<string, long>();

    /// <summary>This process decides; false: it is a member of a group that waits for the lead.</summary>
    public bool IsLeading { get; init; } = true;

    /// <summary>How Redis stands; null: there is none.</summary>
    public RedisHealthStatus? Redis { get; init; }

    /// <summary>Kafka; null: nothing is read from it.</summary>
    public KafkaFigures? Kafka { get; init; }

    /// <summary>Events on their way to Elasticsearch; null: none go there.</summary>
    public Connectors.Elasticsearch.Events.EventSinkStatus? Elasticsearch { get; init; }

    /// <summary>Stored windows on their way to Elasticsearch; null: none go there.</summary>
    public Connectors.Elasticsearch.Windows.WindowShippingStatus? Windows { get; init; }

    /// <summary>How the outputs of alerts fare.</summary>
    public IReadOnlyList<Connectors.Outbox.SinkStatus> Sinks { get; init; } = [];

    /// <summary>Profiles; null: none are kept.</summary>
    public ProfileFigures? Profiles { get; init; }

    /// <summary>Models; null: none are in force.</summary>
    public ModelFigures? Models { get; init; }

    /// <summary>The disk of the data folder; null: not known.</summary>
    public DiskFigures? Disk { get; init; }

    /// <summary>When the state was handed on to the group last; null: there is no group, or not yet.</summary>
    public DateTimeOffset? LastShipped { get; init; }

    /// <summary>When the process began.</summary>
    public DateTimeOffset StartedAt { get; init; }
}

/// <summary>Says how the service stands. Thread-safe and quick: it is asked at every scrape.</summary>
public interface IStatusSource
{
    /// <summary>The status now.</summary>
    ServiceStatus Status();
}
