using Confluent.Kafka;
using SecStream.Connectors.Kafka.Source;
using SecStream.TestParts.Kafka;

namespace SecStream.Connectors.Tests.Kafka.Source;

/// <summary>One member reads all.</summary>
public sealed class KafkaReaderTests
{
    [Fact]
    public async Task Start_SeveralTopicsAndPartitions_EveryRecordComesOnceInOrder()
    {
        using var cluster = new SourceCluster(brokers: 3);
        KafkaTopic[] topics = [cluster.Create("a", 3), cluster.Create("b", 2)];
        cluster.Write(topics[0], 700);
        cluster.Write(topics[1], 700);
        await using var reader = TestReader.Started(cluster.Options("a", "b"), topics);

        await reader.PumpUntilAsync(5 * 700);
        cluster.Write(topics[1], 10);
        await reader.PumpUntilAsync((5 * 700) + 20);

        await reader.PumpUntilAsync(() => reader.Reader.Sources.All(s => s.IsLive), "all live");
        cluster.AssertTakenOnce(reader.Taken);
        Assert.True(reader.Reader.HasAll);
        Assert.All(reader.Reader.Status().Partitions, p => Assert.Equal((0, 0, p.HighWatermark), (p.Lag, p.Gaps, p.Position)));
        Assert.Null(reader.Reader.Fault);
    }
}
