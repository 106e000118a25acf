using System.Diagnostics;
using Confluent.Kafka;
using SecStream.Connectors.Kafka;
using SecStream.Connectors.Kafka.Source;
using SecStream.TestParts.Kafka;

namespace SecStream.Connectors.Tests.Kafka.Source;

/// <summary>A cluster to read from, and what has been written to it.</summary>
internal sealed class SourceCluster : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly Dictionary<(string Topic, int Partition), int> _written = [];

    private readonly IProducer<byte[]?, byte[]?> _producer;

    public SourceCluster(int brokers = 1)
    {
        Kafka = new MockKafka(brokers);
        _producer = KafkaTopicTraffic.OpenProducer(Kafka.Bootstraps);
    }

    public MockKafka Kafka { get; }

    /// <summary>Settings that make any client find out quickly what happened to a broker.</summary>
    public static Dictionary<string, string> QuickConnections => new()
    {
        ["reconnect.backoff.ms"] = "20",
        ["reconnect.backoff.max.ms"] = "200",
        ["retry.backoff.ms"] = "20",
        ["topic.metadata.refresh.interval.ms"] = "500",
        ["topic.metadata.refresh.fast.interval.ms"] = "50",
    };

    /// <summary>The same for a consumer.</summary>
    public static Dictionary<string, string> Quick => new(QuickConnections)
    {
        ["fetch.error.backoff.ms"] = "50",
        ["fetch.wait.max.ms"] = "50",
        ["heartbeat.interval.ms"] = "100",
        ["session.timeout.ms"] = "3000",
        ["coordinator.query.interval.ms"] = "200",
    };

    public KafkaOptions Options(params string[] topics) => new()
    {
        Brokers = Kafka.Brokers,
        Topics = [.. topics.Select(topic => new KafkaTopicOptions { Topic = topic })],
        Properties = Quick,
    };

    public KafkaTopic Create(string topic, int partitions = 1)
    {
        Kafka.CreateTopic(topic, partitions, Kafka.BrokerCount);
        return new KafkaTopic(topic, partitions, new KafkaTopicOptions { Topic = topic });
    }

    /// <summary>Writes so many records to each partition; each says where it stands.</summary>
    public void Write(KafkaTopic topic, int each, int padding = 0)
    {
        for (var partition = 0; partition < topic.PartitionCount; partition++)
        {
            Write(topic, partition, each, padding);
        }
    }

    public void Write(KafkaTopic topic, int partition, int count, int padding = 0)
    {
        var from = _written.GetValueOrDefault((topic.Name, partition));
        var faults = new List<Error>();
        for (var i = from; i < from + count; i++)
        {
            var value = System.Text.Encoding.UTF8.GetBytes($"{topic.Name}/{partition}:{i};{new string('.', padding)}");
            _producer.Produce(new TopicPartition(topic.Name, partition), new Message<byte[]?, byte[]?> { Value = value }, report =>
            {
                if (report.Error.IsError)
                {
                    faults.Add(report.Error);
                }
            });
        }

        Assert.Equal(0, _producer.Flush(s_patience));
        Assert.Empty(faults);
        _written[(topic.Name, partition)] = from + count;
    }

    /// <summary>Everything written, as the source's names and offsets have it.</summary>
    public IEnumerable<(string Source, long Offset)> Written =>
        _written.SelectMany(w => Enumerable.Range(0, w.Value).Select(i => (KafkaPartitionSource.NameOf(w.Key.Topic, w.Key.Partition), (long)i)));

    /// <summary>Everything written was taken once, in order within its partition, with its own bytes.</summary>
    public void AssertTakenOnce(IEnumerable<TakenRecord> taken)
    {
        var all = taken.ToList();
        Assert.Equal(Written.Order(), all.Select(t => (t.Source, t.Position)).Order());
        Assert.All(all, t => Assert.StartsWith($"{t.Source["kafka:".Length..]}:{t.Position};", t.Text, StringComparison.Ordinal));
        Assert.All(all.GroupBy(t => t.Source), group => Assert.Equal(group.Select(t => t.Position).Order(), group.Select(t => t.Position)));
    }

    /// <summary>Asks until it is so.</summary>
    public static async Task UntilAsync(Func<bool> isSo, Func<string> what)
    {
        for (var watch = Stopwatch.StartNew(); !isSo(); await Task.Delay(5))
        {
            if (watch.Elapsed > s_patience)
            {
                throw new TimeoutException($"not after {watch.Elapsed.TotalSeconds:0} s: {what()}");
            }
        }
    }

    public void Dispose()
    {
        _producer.Dispose();
        Kafka.Dispose();
    }
}

/// <summary>A record as the engine was given it.</summary>
internal readonly record struct TakenRecord(string Source, long Position, byte[] Bytes, long Arrival, long Sent)
{
    public string Text => System.Text.Encoding.UTF8.GetString(Bytes);
}
