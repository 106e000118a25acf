using Confluent.Kafka;

namespace SecStream.Connectors.Kafka;

/// <summary>
/// What a client of the cluster is set up with: the settings passed through, the secrets read, and over them those that SecStream's promises rest
/// on. Holds secrets: never print it. Immutable, thread-safe; every call makes a fresh configuration that may be changed.
/// </summary>
public sealed class KafkaClientSettings
{
    private const string ClientId = "secstream";

    private readonly KafkaOptions _options;
    private readonly Dictionary<string, string> _common;

    private KafkaClientSettings(KafkaOptions options, Dictionary<string, string> common) => (_options, _common) = (options, common);

    /// <summary>Reads the secrets and checks the settings.</summary>
    /// <exception cref="ArgumentException">A setting is refused, or a secret can't be had: the message names it and the mend.</exception>
    public static KafkaClientSettings Of(KafkaOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Brokers.Count == 0)
        {
            throw new ArgumentException("kafka.brokers: none is named; write host:port of one or more brokers", nameof(options));
        }

        if (KafkaProperties.Faults(options) is [var first, ..])
        {
            throw new ArgumentException($"kafka.properties: {first.Setting}: {first.Fault}", nameof(options));
        }

        var common = new Dictionary<string, string>(options.Properties, StringComparer.Ordinal);
        foreach (var (name, variable) in options.PropertiesFromEnvironment)
        {
            common[name] = Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
                ? value
                : throw new ArgumentException($"kafka.secrets: {name}: the environment variable {variable} is not set; set it where the service is started", nameof(options));
        }

        foreach (var (name, path) in options.PropertiesFromFiles)
        {
            common[name] = ReadSecret(name, path);
        }

        common.TryAdd("client.id", ClientId);
        common["bootstrap.servers"] = string.Join(',', options.Brokers);
        common["statistics.interval.ms"] = "0";
        return new KafkaClientSettings(options, common);
    }

    /// <summary>
    /// A consumer of the group (default: that of the options) that keeps its positions itself: no commits of its own, a gap is an error, the end of
    /// a partition is told. With a member name it is a static member, which keeps its place over a restart.
    /// </summary>
    public ConsumerConfig Consumer(string? group = null, string? member = null)
    {
        var settings = new Dictionary<string, string>(_common, StringComparer.Ordinal);
        settings.TryAdd("isolation.level", "read_committed");
        settings.TryAdd("allow.auto.create.topics", "false");
        settings.TryAdd("check.crcs", "true");
        settings.TryAdd("topic.metadata.refresh.interval.ms", "30000");
        var config = new ConsumerConfig(settings)
        {
            GroupId = group ?? _options.Group,
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            EnablePartitionEof = true,
            AutoOffsetReset = AutoOffsetReset.Error,
            PartitionAssignmentStrategy = PartitionAssignmentStrategy.Range,
        };
        if (member is not null)
        {
            config.GroupInstanceId = member;
        }

        return config;
    }

    /// <summary>
    /// A producer whose records arrive once, in order, at all replicas in sync. Keys go to partitions as with the Java clients (murmur2). A record that
    /// could not be delivered within <c>message.timeout.ms</c> (default 5 min) is reported as failed; the caller keeps it and tries again.
    /// </summary>
    public ProducerConfig Producer()
    {
        var settings = new Dictionary<string, string>(_common, StringComparer.Ordinal);
        return new ProducerConfig(settings)
        {
            EnableIdempotence = true,
            Acks = Acks.All,
            Partitioner = Partitioner.Murmur2Random,
            EnableDeliveryReports = true,
        };
    }

    /// <summary>An administrator: topics and their settings.</summary>
    public AdminClientConfig Admin() => new(new Dictionary<string, string>(_common, StringComparer.Ordinal));

    private static string ReadSecret(string name, string path)
    {
        try
        {
            return File.ReadAllText(path).TrimEnd('\r', '\n');
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ArgumentException($"kafka.secrets: {name}: {path} can't be read: {fault.Message}; let the service's user read it, or name another file", fault);
        }
    }
}
