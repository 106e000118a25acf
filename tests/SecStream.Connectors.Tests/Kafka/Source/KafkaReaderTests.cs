using System.Text;
using Confluent.Kafka;
using SecStream.Connectors.Kafka;
using SecStream.Connectors.Kafka.Source;
using SecStream.TestParts.Kafka;

namespace SecStream.Connectors.Tests.Kafka.Source;

/// <summary>One member reads all, and nothing fails.</summary>
public sealed class KafkaReaderTests
{
    [Fact]
    public async Task Start_SeveralTopicsAndPartitions_EveryRecordComesOnceInOrder()
    {
        using var cluster = new SourceCluster();
        KafkaTopic[] topics = [cluster.Create("a", 3), cluster.Create("b", 2)];
        cluster.Write(topics[0], 700);
        cluster.Write(topics[1], 700);
        await using var reader = TestReader.Started(cluster.Options("a", "b"), topics);

        await reader.PumpUntilAsync(5 * 700);
        cluster.Write(topics[1], 10);
        await reader.PumpUntilAsync((5 * 700) + 20);

        await reader.PumpUntilAsync(() => reader.Reader.Sources.All(s => s.IsLive), "all live");
        cluster.AssertTakenOnce(reader.Taken);
        Assert.All(reader.Reader.Status().Partitions, p => Assert.Equal((0, 0, p.HighWatermark), (p.Lag, p.Gaps, p.Position)));
        Assert.Null(reader.Reader.Fault);
    }

    [Fact]
    public async Task Restore_KilledBetweenSnapshots_ContinuesAtTheSavedPositions()
    {
        using var cluster = new SourceCluster();
        KafkaTopic[] topics = [cluster.Create("a", 2)];
        var kept = new List<TakenRecord>();
        Dictionary<string, byte[]>? saved = null;
        for (var round = 0; round < 2; round++)
        {
            cluster.Write(topics[0], 1500);
            await using var reader = TestReader.Started(cluster.Options("a"), topics, saved);
            await reader.PumpUntilAsync(round == 0 ? 1 : (2 * 1500 * 2) - kept.Count);

            // What is taken after the snapshot is lost with the process.
            kept.AddRange(reader.Taken);
            saved = reader.Save();
            reader.Pump();
        }

        cluster.AssertTakenOnce(kept);
    }

    [Fact]
    public async Task Start_FromTheEnd_ReadsOnlyWhatComes_UnlessThereIsState()
    {
        using var cluster = new SourceCluster();
        KafkaTopic[] topics = [cluster.Create("a"), cluster.Create("b")];
        cluster.Write(topics[0], 20);
        var options = cluster.Options("a", "b") with { Start = KafkaStart.Latest };
        Dictionary<string, byte[]> saved;
        await using (var reader = TestReader.Started(options, topics))
        {
            await reader.PumpUntilAsync(() => reader.Source("a").IsLive, "live");
            cluster.Write(topics[0], 5);
            await reader.PumpUntilAsync(5);

            Assert.Equal(Enumerable.Range(20, 5).Select(i => (long)i), reader.Taken.Select(t => t.Position));
            saved = reader.Save();
        }

        // Of the other topic nothing was seen, but it came while the service knew where it was.
        cluster.Write(topics[1], 3);
        saved.Remove("kafka:b/0");
        await using var later = TestReader.Started(options, topics, saved);
        await later.PumpUntilAsync(3);
        Assert.Equal([0, 1, 2], later.Taken.Select(t => t.Position));
    }

    [Fact]
    public async Task Take_OddRecords_ComeAsTheyAre()
    {
        using var cluster = new SourceCluster();
        KafkaTopic[] topics = [cluster.Create("odd")];
        var large = new byte[990_000];
        new Random(7).NextBytes(large);
        large[^1] = (byte)'x';
        byte[]?[] values = [null, [], "\n"u8.ToArray(), "line\n"u8.ToArray(), "line\r\n"u8.ToArray(), "two\nlines"u8.ToArray(), [0, 255, 10, 13, 1], large, null, "last"u8.ToArray(), null];
        var noon = new DateTime(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);
        KafkaTopicTraffic.Produce(cluster.Kafka.Bootstraps, values.Select((value, i) =>
            (new TopicPartition("odd", 0), new Message<byte[]?, byte[]?> { Value = value, Timestamp = new Timestamp(i == 3 ? DateTime.UnixEpoch.AddSeconds(1) : noon.AddSeconds(i)) })));
        await using var reader = TestReader.Started(cluster.Options("odd"), topics);

        await reader.PumpUntilAsync(() => reader.Source("odd").IsLive, "live");

        byte[][] expected = [[], [], "line"u8.ToArray(), "line"u8.ToArray(), "two\nlines"u8.ToArray(), [0, 255, 10, 13, 1], large, "last"u8.ToArray()];
        Assert.Equal(expected, reader.Taken.Select(t => t.Bytes));
        Assert.Equal([1L, 2, 3, 4, 5, 6, 7, 9], reader.Taken.Select(t => t.Position));
        var microseconds = (noon - DateTime.UnixEpoch).Ticks / 10;
        Assert.Equal(reader.Taken.Select(t => t.Position == 3 ? long.MinValue : microseconds + (t.Position * 1_000_000)), reader.Taken.Select(t => t.Sent));
        Assert.All(reader.Taken, t => Assert.Equal(long.MinValue, t.Arrival));
        var status = Assert.Single(reader.Reader.Status().Partitions);
        Assert.Equal((8, 3, 11, 0), (status.Records, status.Tombstones, status.Position, status.BufferedBytes));
    }

    [Fact]
    public async Task Start_Again_OrRestoringAfterIt_IsRefused()
    {
        using var cluster = new SourceCluster();
        KafkaTopic[] topics = [cluster.Create("a")];
        cluster.Write(topics[0], 10);
        await using var reader = TestReader.Started(cluster.Options("a"), topics);
        await reader.PumpUntilAsync(10);

        Assert.Throws<InvalidOperationException>(reader.Reader.Start);
        Assert.Throws<InvalidOperationException>(() => reader.Source("a").Restore(new BinaryReader(new MemoryStream(new byte[8]))));

        await reader.DisposeAsync();
        Assert.Equal(KafkaReaderState.Closed, reader.Reader.Status().State);
    }

    [Fact]
    public void Constructor_SettingNobodyKnows_IsRefusedByName()
    {
        var options = new KafkaOptions { Brokers = ["127.0.0.1:1"], Properties = new Dictionary<string, string> { ["no.such.setting"] = "1" } };

        var fault = Assert.Throws<ArgumentException>(() => new KafkaReader(options, [], "default", TimeProvider.System));

        Assert.Contains("no.such.setting", fault.Message, StringComparison.Ordinal);
        Assert.Contains("kafka.properties", fault.Message, StringComparison.Ordinal);
    }
}
