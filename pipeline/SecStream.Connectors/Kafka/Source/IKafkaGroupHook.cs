using Confluent.Kafka;

namespace SecStream.Connectors.Kafka.Source;

/// <summary>
/// Lets the membership of the group share the reader's consumer: topics that are subscribed besides (their partitions are assigned, never read), and
/// word of every assignment. Called on the reader's thread: be quick, do not throw.
/// </summary>
public interface IKafkaGroupHook
{
    /// <summary>Topics to subscribe besides those that are read.</summary>
    IReadOnlyList<string> Topics { get; }

    /// <summary>The group has given this member these partitions: all it has now.</summary>
    void Assigned(IReadOnlyList<TopicPartition> partitions);

    /// <summary>The group takes all partitions back; with <paramref name="isLost"/> it did so long ago (this process was thought dead).</summary>
    void Revoked(bool isLost);
}
