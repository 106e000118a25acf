namespace SecStream.Connectors.Kafka;

/// <summary>Where reading of a partition begins of which nothing is known yet.</summary>
public enum KafkaStart
{
    /// <summary>With the oldest record the broker holds: nothing is missed.</summary>
    Earliest,

    /// <summary>With what comes from now on.</summary>
    Latest,
}

/// <summary>A Kafka cluster: what is read from it, and what is written to it. Immutable.</summary>
public sealed record KafkaOptions
{
    /// <summary>Brokers to begin with, <c>host:port</c>.</summary>
    public required IReadOnlyList<string> Brokers { get; init; }

    /// <summary>Topics to read; empty: none, the cluster only takes alerts.</summary>
    public IReadOnlyList<KafkaTopicOptions> Topics { get; init; } = [];

    /// <summary>Consumer group; its members read as one. Default <c>secstream</c>.</summary>
    public string Group { get; init; } = "secstream";

    /// <summary>
    /// Name of this member, constant over restarts and its own; null: made of the machine's name and the data folder's identity. For people; a single member
    /// is known to Kafka by it, too (<c>group.instance.id</c>), while whoever leads a group is always the same static member, <c>GROUP-lead</c>.
    /// </summary>
    public string? Member { get; init; }

    /// <summary>Where a partition begins of which nothing is known yet. Default earliest.</summary>
    public KafkaStart Start { get; init; } = KafkaStart.Earliest;

    /// <summary>Settings of librdkafka, passed through as they are (TLS, SASL …). Those that SecStream's promises rest on are refused.</summary>
    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>();

    /// <summary>Settings whose value is a secret: the environment variable that has it, by setting.</summary>
    public IReadOnlyDictionary<string, string> PropertiesFromEnvironment { get; init; } = new Dictionary<string, string>();

    /// <summary>Settings whose value is a secret: the file that has it, by setting.</summary>
    public IReadOnlyDictionary<string, string> PropertiesFromFiles { get; init; } = new Dictionary<string, string>();

    /// <summary>Topic of alerts and incidents; null: not written. Default <c>secstream.alerts.v1</c>.</summary>
    public string? AlertTopic { get; init; } = "secstream.alerts.v1";

    /// <summary>Topic of actions; null: not written. Default <c>secstream.actions.v1</c>.</summary>
    public string? ActionTopic { get; init; } = "secstream.actions.v1";

    /// <summary>Name of a topic's dead letters; null: they are kept on disk only. <c>{topic}</c> stands for the topic. Default <c>{topic}.dlq</c>.</summary>
    public string? DeadLetterTopic { get; init; } = "{topic}.dlq";

    /// <summary>
    /// Topic through which the members of the group hand on their state; null: this is the only member, and a second one would begin with empty
    /// windows. Default <c>secstream.state.v1</c>.
    /// </summary>
    public string? StateTopic { get; init; } = "secstream.state.v1";

    /// <summary>Topics that are missing are created. Default true.</summary>
    public bool CreateTopics { get; init; } = true;

    /// <summary>Copies of the topics made here; null: the broker's default.</summary>
    public short? Replication { get; init; }
}

/// <summary>A topic that is read, or all topics whose names match.</summary>
public sealed record KafkaTopicOptions
{
    /// <summary>Name; from <c>^</c> on a regular expression, as Kafka has it.</summary>
    public required string Topic { get; init; }

    /// <summary>Format of its records. Default <c>auto</c>.</summary>
    public string Format { get; init; } = "auto";

    /// <summary>Zone of times that name none; null: that of the pipeline.</summary>
    public TimeZoneInfo? Zone { get; init; }
}
