namespace SecStream.Connectors.Kafka.Source;

/// <summary>A topic that is read.</summary>
/// <param name="Name">Its name.</param>
/// <param name="PartitionCount">Its partitions, numbered from 0; 1 or more.</param>
/// <param name="Options">The entry of the configuration that names it or matches it.</param>
public sealed record KafkaTopic(string Name, int PartitionCount, KafkaTopicOptions Options);

/// <summary>The topics that a configuration means at some moment.</summary>
/// <param name="Topics">Those that are there, by name in ordinal order: the same on every machine.</param>
/// <param name="Missing">Names and expressions of the configuration that no topic answers to (or none that may be seen), in its order.</param>
public sealed record KafkaTopicSet(IReadOnlyList<KafkaTopic> Topics, IReadOnlyList<string> Missing)
{
    /// <summary>Partitions of all topics.</summary>
    public int PartitionCount => Topics.Sum(t => t.PartitionCount);

    /// <summary>Whether another set has the same topics with the same partitions.</summary>
    public bool HasSamePartitions(KafkaTopicSet other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Topics.Select(t => (t.Name, t.PartitionCount)).SequenceEqual(other.Topics.Select(t => (t.Name, t.PartitionCount)));
    }
}
