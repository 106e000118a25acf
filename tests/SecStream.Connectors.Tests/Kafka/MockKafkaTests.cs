using Confluent.Kafka;
using SecStream.TestParts.Kafka;

namespace SecStream.Connectors.Tests.Kafka;

/// <summary>The stand-in itself: what other tests rely on.</summary>
public sealed class MockKafkaTests
{
    [Fact]
    public void Produce_WhileBrokersFail_KeepsOrderAndLosesNothing()
    {
        using var kafka = new MockKafka(brokers: 3);
        kafka.CreateTopic("t", partitions: 2, replication: 3);
        kafka.PushErrors(KafkaApi.Produce, ErrorCode.NotLeaderForPartition, ErrorCode.NoError, ErrorCode.RequestTimedOut);
        kafka.SetLeader("t", 1, 2);

        KafkaTopicTraffic.Produce(kafka.Bootstraps, "t", 1, Enumerable.Range(0, 500).Select(i => $"line {i}"));

        var read = KafkaTopicTraffic.ReadAll(kafka.Bootstraps, "t");
        Assert.Equal(500, read.Count);
        Assert.All(read, (record, i) => Assert.Equal((1, i, $"line {i}"), (record.Partition.Value, record.Offset.Value, System.Text.Encoding.UTF8.GetString(record.Message.Value!))));
    }

    [Fact]
    public async Task Kcat_WritesAndReads_TheSameRecords()
    {
        if (!Kcat.IsThere)
        {
            Assert.Fail("kcat is not installed: apt-get install kcat (infra/setup/test-packages.txt)");
        }

        using var kafka = new MockKafka();
        kafka.CreateTopic("t");

        await Kcat.ProduceAsync(kafka.Bootstraps, "t", ["k1|one", "k2|two"], partition: 0, keySeparator: "|");

        Assert.Equal(["0/0 k1=one", "0/1 k2=two"], await Kcat.ReadAsync(kafka.Bootstraps, "t", "%p/%o %k=%s"));
    }
}
