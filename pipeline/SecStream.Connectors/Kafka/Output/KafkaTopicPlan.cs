namespace SecStream.Connectors.Kafka.Output;

/// <summary>A topic as SecStream would make it.</summary>
/// <param name="Topic">Name.</param>
/// <param name="Partitions">Partitions; an existing topic may have any number.</param>
/// <param name="Replication">Copies; null: the broker's default.</param>
/// <param name="Settings">Settings of the topic, in order of name.</param>
public sealed record KafkaTopicPlan(string Topic, int Partitions, short? Replication, IReadOnlyDictionary<string, string> Settings);
