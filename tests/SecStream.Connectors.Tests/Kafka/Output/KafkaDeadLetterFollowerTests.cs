using System.Globalization;
using System.Text;
using Confluent.Kafka;
using SecStream.Connectors.Kafka;
using SecStream.Connectors.Kafka.Output;
using SecStream.Connectors.Kafka.Source;
using SecStream.Connectors.Segments;
using SecStream.Connectors.Tests.Kafka.Source;
using SecStream.Connectors.Tests.Segments;
using SecStream.TestParts.Kafka;
using static SecStream.Connectors.Tests.Kafka.Output.AlertTopic;

namespace SecStream.Connectors.Tests.Kafka.Output;

/// <summary>Dead letters of Kafka's records on the topics of dead letters: none is missing, whatever happens.</summary>
public sealed class KafkaDeadLetterFollowerTests
{
    private static readonly KafkaDeadLetterOptions s_quick = new()
    {
        Interval = TimeSpan.FromMilliseconds(10), MaxRetry = TimeSpan.FromMilliseconds(100), BatchLetters = 100, BlockBytes = 4 << 10,
        Writer = new KafkaWriterOptions { DeliveryTimeout = TimeSpan.FromSeconds(1) },
    };

    [Fact]
    public async Task RunAsync_LettersOfSeveralSources_ThoseOfKafkaGoWithTheirPlaceAndReason()
    {
        await using var rig = new Rig("a.b", "c");
        byte[] hostile = [0, 10, 13, 255, 34, 92];
        var large = new byte[40_000];
        rig.Set(
            Letter("a.b", 3, 17, "json", hostile), DeadLetterTests.Letter("/var/log/x", 5, "json", [1]), Letter("c", 0, 4, "syslog_time", [2]),
            Letter("a.b", 0, 18, "json", large), DeadLetterTests.Letter("kafka:", 5, "json", [3]), Letter("a.b", 0, 19, "json", [4]));
        await using (rig.Run(s_quick with { Writer = new KafkaWriterOptions { MaxBytes = KafkaWriter.LeastBytes } }))
        {
            await rig.UntilSentAsync(4);
            Assert.Equal((4L, 1L, 0L, null), (rig.Status.Sent, rig.Status.Spilled, rig.Status.Lost, rig.Status.Error));
        }

        var letters = rig.Read("a.b");
        var record = letters.Single(r => Header(r, DeadLetterRecord.SourceOffset) == "17");
        Assert.Equal(hostile, record.Message.Value);
        Assert.Equal(("a.b", "3", "json"), (Header(record, DeadLetterRecord.SourceTopic), Header(record, DeadLetterRecord.SourcePartition), Header(record, DeadLetterRecord.ErrorType)));
        Assert.Contains("could not be parsed: json", Header(record, DeadLetterRecord.ErrorText), StringComparison.Ordinal);
        Assert.StartsWith("2026-03-02T09:59:59", Header(record, DeadLetterRecord.Time), StringComparison.Ordinal);
        Assert.Equal(Letters(rig, "kafka:a.b/3").Single().Key, Header(record, DeadLetterRecord.Id));
        Assert.Null(Header(record, DeadLetterRecord.Spilled));

        // Of what is too large for the broker the file is named that has it.
        var spilled = letters.Single(r => Header(r, DeadLetterRecord.SourceOffset) == "18");
        Assert.Empty(spilled.Message.Value!);
        Assert.True(File.Exists(Path.Combine(rig.Data.Folder, Header(spilled, DeadLetterRecord.Spilled)!)));
        Assert.Contains("larger than the broker takes", Assert.Single(rig.Reports), StringComparison.Ordinal);
        Assert.Equal("4", Header(Assert.Single(rig.Read("c")), DeadLetterRecord.SourceOffset));
    }

    [Fact]
    public async Task RunAsync_BrokersAwayAndMadeAnew_EveryLetterComesOnce()
    {
        await using var rig = new Rig("t");
        for (var round = 0; round < 4; round++)
        {
            if (round == 1)
            {
                rig.Cluster.SetAllDown();
            }

            await using (rig.Run(s_quick))
            {
                // Several segments, the older ones compressed meanwhile.
                for (var i = 0; i < 10; i++)
                {
                    rig.Set(Numbers(round * 500, 500).Skip(i * 50).Take(50));
                }

                await rig.Data.SnapshotAsync();
                if (round == 1)
                {
                    await SourceCluster.UntilAsync(() => rig.Status is { Error: not null, FailingSince: not null, Lag: 500 }, () => rig.Status.ToString());
                    Assert.Contains("t.dlq", rig.Status.Error, StringComparison.Ordinal);
                    rig.Cluster.SetAllUp();
                }

                if (round < 2)
                {
                    await rig.UntilSentAsync(500);
                    Assert.Equal((null, null), (rig.Status.Error, rig.Status.FailingSince));
                }
            }
        }

        await using (rig.Run(s_quick))
        {
            await SourceCluster.UntilAsync(() => rig.Read("t").Select(r => Header(r, DeadLetterRecord.Id)).Distinct().Count() >= 2000, () => rig.Status.ToString());
        }

        // A run that was told to stop may have ended between the brokers' word and its own note: those come again, under their ids.
        var offsets = rig.Read("t").Select(r => int.Parse(Header(r, DeadLetterRecord.SourceOffset)!, CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(Enumerable.Range(0, 2000), offsets.Distinct().Order());
        Assert.Equal(Enumerable.Range(0, 1000), offsets.Take(1000));
        Assert.True(Directory.GetFiles(Path.Combine(rig.Data.Folder, "dead-letters"), "*.gz").Length > 2);
    }

    [Fact]
    public async Task RunAsync_StoreCutBackByARestart_WhatWasSetAsideAnewIsSentToo()
    {
        await using var rig = new Rig("t");
        rig.Set(Numbers(0, 300));
        await using (rig.Run(s_quick))
        {
            await rig.UntilSentAsync(300);
        }

        var snapshot = await rig.Data.SnapshotAsync();
        rig.Set(Numbers(300, 700));
        await using (rig.Run(s_quick))
        {
            await rig.UntilSentAsync(700);
        }

        // The crash comes. The same records are read again, in another order and at another time, with others among them: places have other letters now.
        await rig.Data.RestartAsync(snapshot);
        rig.Set(Numbers(650, 350, later: true));
        await using (rig.Run(s_quick))
        {
            await rig.UntilSentAsync(350);
            rig.Set(Numbers(1000, 50, later: true).Concat(Numbers(300, 350, later: true)));
            await rig.UntilSentAsync(750);
        }

        var letters = rig.Read("t");
        Assert.Equal(Enumerable.Range(0, 1050), letters.Select(r => int.Parse(Header(r, DeadLetterRecord.SourceOffset)!, CultureInfo.InvariantCulture)).Distinct().Order());
        Assert.Equal(1050, letters.Select(r => Header(r, DeadLetterRecord.Id)).Distinct().Count());
        Assert.Equal(300 + 700 + 750, letters.Count);
    }

    [Fact]
    public async Task RunAsync_StoreMovedAside_BeginsWithTheNewOne()
    {
        await using var rig = new Rig("t");
        rig.Set(Numbers(0, 300));
        await using (rig.Run(s_quick))
        {
            await rig.UntilSentAsync(300);
            Directory.Move(Path.Combine(rig.Data.Folder, "dead-letters"), Path.Combine(rig.Data.Folder, "dead-letters.aside"));
            await rig.Data.RestartAsync(null);
            rig.Set(Numbers(100, 250, later: true));
            await rig.UntilSentAsync(550);
        }

        Assert.Equal(350, rig.Read("t").Select(r => Header(r, DeadLetterRecord.Id)).Distinct().Count());
    }

    [Fact]
    public async Task RunAsync_LettersRemovedBeforeTheyWereSent_SaysHowMany()
    {
        await using var rig = new Rig("t");
        rig.Set(Numbers(0, 10));
        await using (rig.Run(s_quick))
        {
            await rig.UntilSentAsync(10);
        }

        for (var i = 0; i < 20; i++)
        {
            rig.Set(Numbers(10 + (i * 100), 100));
        }

        await rig.Data.SnapshotAsync();
        var gone = SegmentName.List(Path.Combine(rig.Data.Folder, "dead-letters")).Keys.Take(2).ToList();
        gone.ForEach(first => File.Delete(SegmentName.Compressed(Path.Combine(rig.Data.Folder, "dead-letters"), first)));
        var next = SegmentName.List(Path.Combine(rig.Data.Folder, "dead-letters")).Keys.First();
        await using (rig.Run(s_quick))
        {
            await rig.UntilSentAsync(2010 - next);
            Assert.Equal((next - 10, 0L), (rig.Status.Lost, rig.Status.Lag));
        }

        Assert.Contains($"{next - 10} letters were removed", Assert.Single(rig.Reports), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_BrokerTakesLess_SpillsWhatIsLargerAndSendsTheRest()
    {
        await using var rig = new Rig("t");
        rig.Set(Letter("t", 0, 0, "json", new byte[600_000]), Letter("t", 0, 1, "json", [1]));
        rig.Cluster.PushErrors(KafkaApi.Produce, ErrorCode.MsgSizeTooLarge);
        await using (rig.Run(s_quick))
        {
            await rig.UntilSentAsync(2);
        }

        Assert.Equal([0, 1], rig.Read("t").Select(r => r.Message.Value!.Length));
        Assert.Contains("max.message.bytes", rig.Reports[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Of_TopicThatIsItsOwnDeadLetters_IsNotWrittenForEver()
    {
        var letter = new StoredDeadLetter(0, KafkaPartitionSource.NameOf("all.dlq", 2), 5, "json", new byte[] { 1 }, default);

        Assert.Null(DeadLetterRecord.Of(letter, "all.dlq", 1000, "f"));
        Assert.Equal("x.all.dlq.y", DeadLetterRecord.Of(letter, "x.{topic}.y", 1000, "f")!.Topic);
    }

    private static string Letter(string topic, int partition, long offset, string error, byte[] bytes) => DeadLetterTests.Letter(KafkaPartitionSource.NameOf(topic, partition), offset, error, bytes);

    private static IEnumerable<string> Numbers(int from, int count, bool later = false) => Enumerable.Range(from, count)
        .Select(i => Letter("t", 0, i, "json", Encoding.UTF8.GetBytes($"record {i}"))).Select(letter => later ? letter.Replace("2026-03-02", "2026-03-03", StringComparison.Ordinal) : letter);

    private static List<StoredDeadLetter> Letters(Rig rig, string source) =>
        new DeadLetterStore(rig.Data.Folder, rig.Data.Options, _ => { }).ReadAsync(new DeadLetterQuery { Source = source }, false, default).ToBlockingEnumerable().ToList();

    /// <summary>A store of dead letters, a cluster, and a follower between them.</summary>
    private sealed class Rig : IAsyncDisposable
    {
        private KafkaDeadLetterFollower? _follower;

        public Rig(params string[] topics) => Array.ForEach(topics, topic => Cluster.CreateTopic(topic + ".dlq"));

        public MockKafka Cluster { get; } = new();

        public SegmentHarness Data { get; } = new();

        public List<string> Reports { get; } = [];

        public KafkaDeadLetterStatus Status => _follower!.Status;

        public void Set(params IEnumerable<string> letters) => Data.Sink.Write(SegmentHarness.Output([], [.. letters]));

        public Running Run(KafkaDeadLetterOptions bounds)
        {
            var options = new KafkaOptions { Brokers = Cluster.Brokers, Properties = SourceCluster.QuickConnections };
            _follower = new KafkaDeadLetterFollower(
                options, KafkaClientSettings.Of(options), Data.Folder, Path.Combine(Data.Folder, "state"), TimeProvider.System, text => { lock (Reports) { Reports.Add(text); } }, bounds);
            return new Running(_follower);
        }

        public Task UntilSentAsync(long count) => SourceCluster.UntilAsync(() => Status.Sent >= count && Status.Lag == 0, () => $"{count} sent: {Status} {string.Join('\n', Reports)}");

        public List<ConsumeResult<byte[]?, byte[]?>> Read(string topic) => KafkaTopicTraffic.ReadAll(Cluster.Bootstraps, topic + ".dlq");

        public async ValueTask DisposeAsync()
        {
            Cluster.Dispose();
            await Data.DisposeAsync();
        }
    }

    private sealed class Running : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly KafkaDeadLetterFollower _follower;
        private readonly Task _run;

        public Running(KafkaDeadLetterFollower follower) => (_follower, _run) = (follower, Task.Run(() => follower.RunAsync(_stop.Token)));

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _run;
            _follower.Dispose();
            _stop.Dispose();
        }
    }
}
