using Confluent.Kafka;
using SecStream.Connectors.Kafka.Output;

namespace SecStream.Connectors.Kafka.Topics;

/// <summary>A topic as a cluster tells it.</summary>
/// <param name="Name">Name.</param>
/// <param name="Partitions">Partitions; 0: it is not there, or not ours to see.</param>
/// <param name="Copies">Copies of the partition that has the fewest.</param>
/// <param name="InSync">Copies in sync of the partition that has the fewest.</param>
/// <param name="Fault">Why it can't be told; null: it can.</param>
public sealed record KafkaTopicState(string Name, int Partitions, int Copies, int InSync, Error? Fault)
{
    /// <summary>It is there.</summary>
    public bool IsThere => Partitions > 0;
}

/// <summary>A cluster at a moment.</summary>
/// <param name="Brokers">Addresses of its brokers.</param>
/// <param name="Topics">Its topics, and those that were asked for by name.</param>
public sealed record KafkaClusterView(IReadOnlyList<string> Brokers, IReadOnlyDictionary<string, KafkaTopicState> Topics)
{
    /// <summary>A topic; one that is not there has no partitions.</summary>
    public KafkaTopicState this[string topic] => Topics.GetValueOrDefault(topic) ?? new KafkaTopicState(topic, 0, 0, 0, null);
}

/// <summary>What SecStream asks of the administration of a cluster. Thread-safe.</summary>
public interface IKafkaAdmin : IDisposable
{
    /// <summary>What the client said last of its connections; null: nothing.</summary>
    string? LastSaid { get; }

    /// <summary>Looks at all topics, and by name at those that are not among them: so it is told whether they are missing or hidden.</summary>
    /// <exception cref="KafkaException">No broker answered in time.</exception>
    Task<KafkaClusterView> LookAsync(IEnumerable<string> names, CancellationToken cancellation);

    /// <summary>Makes a topic; or only asks whether it could be made.</summary>
    /// <returns>Why not; null: done. <see cref="ErrorCode.TopicAlreadyExists"/>: it was there.</returns>
    Task<Error?> CreateAsync(KafkaTopicPlan plan, bool isTrial, CancellationToken cancellation);

    /// <summary>The settings of a topic that are in force; or why they can't be told.</summary>
    Task<(IReadOnlyDictionary<string, string> Settings, Error? Fault)> SettingsAsync(string topic, CancellationToken cancellation);

    /// <summary>Who is in a group; null: the cluster knows no such group.</summary>
    /// <exception cref="KafkaException">It can't be told.</exception>
    Task<KafkaGroupState?> GroupAsync(string group, CancellationToken cancellation);
}

/// <summary>A consumer group.</summary>
/// <param name="Protocol">Kind of its members: <c>consumer</c>, <c>connect</c> …; empty: it has none.</param>
/// <param name="Clients">Client ids of its members.</param>
/// <param name="Fault">Why it can't be told; null: it can.</param>
public sealed record KafkaGroupState(string Protocol, IReadOnlyList<string> Clients, Error? Fault);
