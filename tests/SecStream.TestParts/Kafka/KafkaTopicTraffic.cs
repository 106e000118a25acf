using System.Text;
using Confluent.Kafka;

namespace SecStream.TestParts.Kafka;

/// <summary>Writes to and reads from topics, for tests.</summary>
public static class KafkaTopicTraffic
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>Writes texts to a partition in their order, and waits until the broker has them.</summary>
    public static void Produce(string brokers, string topic, int partition, params IEnumerable<string?> values) =>
        Produce(brokers, values.Select(v => (new TopicPartition(topic, partition), new Message<byte[]?, byte[]?> { Value = v is null ? null : Encoding.UTF8.GetBytes(v) })));

    /// <summary>Writes records in their order, and waits until the broker has them. Survives brokers that are away for less than 30 s.</summary>
    /// <param name="brokers">The cluster.</param>
    /// <param name="records">The records and where they go.</param>
    /// <param name="isCompressed">As shippers do it; the mock cluster keeps more records then.</param>
    public static void Produce(string brokers, IEnumerable<(TopicPartition Place, Message<byte[]?, byte[]?> Record)> records, bool isCompressed = false)
    {
        using var producer = OpenProducer(brokers, isCompressed);
        var faults = new List<Error>();
        foreach (var (place, record) in records)
        {
            Queue(producer, place, record, faults);
        }

        var left = producer.Flush(s_patience);
        if (left > 0 || faults.Count > 0)
        {
            throw new InvalidOperationException($"{left} records not written, {faults.Count} refused: {string.Join(", ", faults.Take(3))}");
        }
    }

    /// <summary>An idempotent producer of bytes.</summary>
    public static IProducer<byte[]?, byte[]?> OpenProducer(string brokers, bool isCompressed = false) =>
        new ProducerBuilder<byte[]?, byte[]?>(new ProducerConfig
        {
            BootstrapServers = brokers,
            EnableIdempotence = true,
            LingerMs = 5,
            CompressionType = isCompressed ? CompressionType.Lz4 : CompressionType.None,
            QueueBufferingMaxMessages = 1_000_000,
            ReconnectBackoffMs = 50,
            ReconnectBackoffMaxMs = 200,
            LogConnectionClose = false,
        }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();

    /// <summary>Reads a topic from its beginning to its present end, partition by partition.</summary>
    public static List<ConsumeResult<byte[]?, byte[]?>> ReadAll(string brokers, string topic)
    {
        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(new ConsumerConfig
        {
            BootstrapServers = brokers,
            GroupId = "reader-" + Guid.NewGuid().ToString("N"),
            EnableAutoCommit = false,
            EnablePartitionEof = true,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            IsolationLevel = IsolationLevel.ReadCommitted,
        }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        var open = PartitionCount(brokers, topic);
        consumer.Assign(Enumerable.Range(0, open).Select(p => new TopicPartitionOffset(topic, p, Offset.Beginning)));
        var records = new List<ConsumeResult<byte[]?, byte[]?>>();
        while (open > 0)
        {
            var record = consumer.Consume(s_patience) ?? throw new InvalidOperationException($"{topic}: {open} partitions did not come to their end");
            if (record.IsPartitionEOF)
            {
                open--;
            }
            else
            {
                records.Add(record);
            }
        }

        consumer.Close();
        return [.. records.OrderBy(r => r.Partition.Value).ThenBy(r => r.Offset.Value)];
    }

    /// <summary>How many partitions a topic has.</summary>
    public static int PartitionCount(string brokers, string topic)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = brokers }).SetLogHandler((_, _) => { }).Build();
        return admin.GetMetadata(topic, s_patience).Topics.Single().Partitions.Count;
    }

    /// <summary>The offset a group has committed for a partition; <see cref="Offset.Unset"/>: none.</summary>
    public static Offset Committed(string brokers, string group, string topic, int partition)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = brokers, GroupId = group }).SetLogHandler((_, _) => { }).Build();
        return consumer.Committed([new TopicPartition(topic, partition)], s_patience).Single().Offset;
    }

    private static void Queue(IProducer<byte[]?, byte[]?> producer, TopicPartition place, Message<byte[]?, byte[]?> record, List<Error> faults)
    {
        while (true)
        {
            try
            {
                producer.Produce(place, record, report =>
                {
                    if (report.Error.IsError)
                    {
                        faults.Add(report.Error);
                    }
                });
                return;
            }
            catch (ProduceException<byte[]?, byte[]?> full) when (full.Error.Code == ErrorCode.Local_QueueFull)
            {
                // Back-pressure of the client: the next delivery makes room.
                producer.Poll(TimeSpan.FromMilliseconds(50));
            }
        }
    }
}
