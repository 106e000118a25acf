using Confluent.Kafka;
using SecStream.Connectors.Kafka.Source;
using SecStream.TestParts.Kafka;

namespace SecStream.Connectors.Tests.Kafka.Source;

/// <summary>Brokers go away, leaders move, requests are refused, records are deleted.</summary>
public sealed class KafkaReaderFaultTests
{
    [Fact]
    public async Task Read_LeadersMoveAndRequestsFail_NothingIsMissingOrDoubled()
    {
        using var cluster = new SourceCluster(brokers: 3);
        KafkaTopic[] topics = [cluster.Create("a", 3)];
        cluster.Write(topics[0], 300);
        await using var reader = TestReader.Started(cluster.Options("a"), topics);
        await reader.PumpUntilAsync(1);
        for (var round = 1; round <= 3; round++)
        {
            cluster.Kafka.SetLeader("a", round % 3, 1 + (round % 2));
            cluster.Kafka.PushErrors(KafkaApi.Fetch, ErrorCode.NotLeaderForPartition, ErrorCode.NoError, ErrorCode.RequestTimedOut, ErrorCode.UnknownTopicOrPart, ErrorCode.LeaderNotAvailable);
            cluster.Kafka.PushErrors(KafkaApi.ListOffsets, ErrorCode.NotLeaderForPartition);
            cluster.Kafka.PushErrors(KafkaApi.Heartbeat, ErrorCode.NotCoordinatorForGroup);
            cluster.Write(topics[0], 200);
            await reader.PumpUntilAsync(3 * (300 + ((round - 1) * 200)));
        }

        await reader.PumpUntilAsync(3 * 900);
        await reader.PumpUntilAsync(() => reader.Reader.Sources.All(s => s.IsLive) && reader.Reader.Fault is null, "live and well");
        cluster.AssertTakenOnce(reader.Taken);
        Assert.Empty(reader.Reader.Sources.SelectMany(s => s.Gaps));
    }

    [Fact]
    public async Task IsLive_BrokerAway_IsFalseUntilItIsBackAndAllIsTaken()
    {
        using var cluster = new SourceCluster();
        KafkaTopic[] topics = [cluster.Create("a")];
        cluster.Write(topics[0], 50);
        await using var reader = TestReader.Started(cluster.Options("a"), topics);
        var source = reader.Source("a");
        Assert.False(source.IsLive);
        await reader.PumpUntilAsync(() => source.IsLive, "live");
        Assert.Equal(50, reader.Taken.Count);

        cluster.Kafka.SetAllDown();
        await reader.PumpUntilAsync(() => !source.IsLive, "not live");
        await reader.PumpUntilAsync(() => reader.Reader.Fault is not null, "a fault");
        Assert.Contains(cluster.Kafka.Brokers[0], reader.Reader.Fault, StringComparison.Ordinal);
        Assert.Contains("goes on by itself", reader.Reader.Fault, StringComparison.Ordinal);
        Assert.Equal(KafkaReaderState.Reading, reader.Reader.Status().State);

        cluster.Kafka.SetAllUp();
        cluster.Write(topics[0], 50);
        await SourceCluster.UntilAsync(() => source.BufferedBytes > 0, () => "records that wait");
        Assert.False(source.IsLive);
        await reader.PumpUntilAsync(() => source.IsLive && reader.Reader.Fault is null, "live again, no fault");
        cluster.AssertTakenOnce(reader.Taken);
    }

    [Fact]
    public async Task Read_NobodyTakesThem_MemoryStaysBoundedAndReadingGoesOnAfterwards()
    {
        using var cluster = new SourceCluster();
        KafkaTopic[] topics = [cluster.Create("a", 2)];
        cluster.Write(topics[0], 400, padding: 10_000);
        await using var reader = TestReader.Started(cluster.Options("a"), topics, bounds: new KafkaReaderOptions { BufferBytes = 1 << 20, FetchAheadBytes = 1 << 20 });

        await SourceCluster.UntilAsync(() => reader.Reader.Status().Partitions.All(p => p.IsPaused), reader.Describe);
        Assert.InRange(reader.Reader.Status().BufferedBytes, 1 << 20, (1 << 20) + 50_000);
        Assert.All(reader.Reader.Sources, s => Assert.False(s.IsLive));

        // Resting partitions neither lose their place in the group nor keep others waiting.
        reader.Pump(batches: 1);
        await reader.PumpUntilAsync(800);
        await reader.PumpUntilAsync(() => reader.Reader.Sources.All(s => s.IsLive), "all live");
        cluster.AssertTakenOnce(reader.Taken);
        Assert.Equal((0, 1), (reader.Reader.Status().BufferedBytes, reader.Reader.Status().Rebalances));
    }

    [Fact]
    public async Task Read_RecordsDeletedBeforeTheyWereRead_SaysWhichAndGoesOnAtTheOldest()
    {
        using var cluster = new SourceCluster();
        KafkaTopic[] topics = [cluster.Create("a", 2), cluster.Create("anew")];
        var saved = new Dictionary<string, byte[]> { ["kafka:a/0"] = BitConverter.GetBytes(100L), ["kafka:a/1"] = BitConverter.GetBytes(100L), ["kafka:anew/0"] = BitConverter.GetBytes(5000L) };

        // The mock cluster keeps the last 5 MB of a partition.
        cluster.Write(topics[0], partition: 1, count: 1000, padding: 10_000);
        cluster.Write(topics[0], partition: 0, count: 107);
        cluster.Write(topics[1], 10);
        await using var later = TestReader.Started(cluster.Options("a", "anew"), topics, saved);
        await later.PumpUntilAsync(() => later.Reader.Sources.All(s => s.IsLive), "all live");

        var gap = Assert.Single(later.Source("a", 1).Gaps);
        Assert.Equal((100L, "a", 1), (gap.From, gap.Topic, gap.Partition));
        Assert.InRange(gap.Count, 100, 899);
        Assert.Contains("retention", gap.Detail, StringComparison.Ordinal);
        Assert.Equal(gap.Detail, later.Source("a", 1).Gap);
        Assert.Equal(Enumerable.Range((int)gap.To, 1000 - (int)gap.To).Select(i => (long)i), later.Taken.Where(t => t.Source == "kafka:a/1").Select(t => t.Position));
        Assert.Equal(Enumerable.Range(100, 7).Select(i => (long)i), later.Taken.Where(t => t.Source == "kafka:a/0").Select(t => t.Position));
        Assert.Empty(later.Source("a", 0).Gaps);

        // A topic that ends before the position is another one of the same name: all in it is new.
        gap = Assert.Single(later.Source("anew").Gaps);
        Assert.Equal((5000L, 0L, 0L), (gap.From, gap.To, gap.Count));
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (long)i), later.Taken.Where(t => t.Source == "kafka:anew/0").Select(t => t.Position));
    }

    [Fact]
    public async Task Read_NoRightToRead_NamesTheCommandAndGoesOnWhenItIsGiven()
    {
        using var cluster = new SourceCluster();
        KafkaTopic[] topics = [cluster.Create("a")];
        cluster.Write(topics[0], 10);
        cluster.Kafka.SetTopicError("a", ErrorCode.TopicAuthorizationFailed);
        await using var reader = TestReader.Started(cluster.Options("a"), topics);

        await reader.PumpUntilAsync(() => reader.Reader.Fault is not null, "a fault");
        Assert.Contains("kafka-acls.sh", reader.Reader.Fault, StringComparison.Ordinal);
        Assert.Contains("--topic a", reader.Reader.Fault, StringComparison.Ordinal);

        cluster.Kafka.SetTopicError("a", ErrorCode.NoError);
        await reader.PumpUntilAsync(() => reader.Taken.Count == 10 && reader.Reader.Fault is null, "10 records and no fault");
    }
}
