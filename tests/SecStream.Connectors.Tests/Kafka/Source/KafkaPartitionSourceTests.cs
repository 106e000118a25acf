using System.Text;
using SecStream.Connectors.Kafka;
using SecStream.Connectors.Kafka.Source;
using SecStream.Core.Pipeline;

namespace SecStream.Connectors.Tests.Kafka.Source;

/// <summary>The source by itself, as the reader's thread feeds it.</summary>
public sealed class KafkaPartitionSourceTests : IDisposable
{
    private readonly SteppedClock _clock = new();
    private readonly KafkaPartitionSource _source;
    private readonly RecordBatch _batch = new();

    public KafkaPartitionSourceTests() =>
        _source = new KafkaPartitionSource("t", 3, new KafkaTopicOptions { Topic = "t" }, "default", _clock, TimeSpan.FromSeconds(3));

    [Fact]
    public void NameOf_TopicAndPartition_IsTheNameOfTheSource() => Assert.Equal(("kafka:t/3", "kafka:t/3"), (_source.Name, KafkaPartitionSource.NameOf("t", 3)));

    [Fact]
    public void TryRead_Limit_StopsExactlyThereUntilItIsRaised()
    {
        _source.Assign();
        Append(0, 1000);
        _source.Limit = 700;
        Assert.Equal(700, Take().Count);
        Assert.Equal((700, 300), (_source.Position, _source.Status().Records - 700));
        Hear(1000);
        _source.ReachEnd(1000);
        Assert.False(_source.IsLive);

        _source.Limit = 705;
        Assert.Equal(Enumerable.Range(700, 5).Select(i => (long)i), Take());
        _source.Limit = 2000;
        Assert.Equal(295, Take().Count);
        Assert.Equal((1000, 0, true), (_source.Position, _source.BufferedBytes, _source.IsLive));
    }

    [Fact]
    public void TryRead_LimitWithinTombstones_GoesUpToIt()
    {
        _source.Assign();
        Append(0, 2);
        for (var offset = 2; offset < 10; offset++)
        {
            _source.Append(offset, [], isTombstone: true, long.MinValue, long.MinValue);
        }

        Append(10, 12);
        _source.Limit = 6;
        Assert.Equal([0, 1], Take());
        Assert.Equal(6, _source.Position);
        _source.Limit = long.MaxValue;
        Assert.Equal([10, 11], Take());
        Assert.Equal((12, 8), (_source.Position, _source.Status().Tombstones));
    }

    [Fact]
    public void Append_FetchedTwice_IsLeftOut()
    {
        _source.Assign();
        Append(5, 8);
        Append(6, 10);
        Assert.Equal([5, 6, 7, 8, 9], Take());
    }

    [Fact]
    public void Unassign_RecordsThatWait_AreNotGivenOutAndComeAgainAtThePosition()
    {
        _source.Assign();
        Append(0, 600);
        Assert.True(Read());
        var taken = _source.Position;
        _source.Unassign();
        Append(600, 610);
        Assert.False(Read());
        Assert.Equal((taken, 0), (_source.Position, _source.BufferedBytes));

        Assert.Equal(taken, _source.Assign());
        Append(taken, 610);
        Assert.Equal(610 - taken, Take().Count);
    }

    [Fact]
    public void ReachEnd_MarksOfTransactionsAtTheEnd_PositionGoesBehindThem()
    {
        _source.Assign();
        Append(0, 3);
        _source.ReachEnd(5);
        Assert.Equal([0, 1, 2], Take());
        Assert.Equal((5, 0), (_source.Position, _source.Status().Lag));
    }

    [Fact]
    public void IsLive_OnlyWhileAssignedCaughtUpAndTheLeaderSpeaks()
    {
        Assert.False(_source.IsLive);
        _source.Assign();
        Hear(0);
        Assert.False(_source.IsLive);
        _source.ReachEnd(0);
        Assert.True(_source.IsLive);

        // The end the client knows of is further than what came.
        Hear(2);
        Assert.False(_source.IsLive);
        Append(0, 2);
        Assert.False(_source.IsLive);
        Take();
        Assert.False(_source.IsLive);
        _source.ReachEnd(2);
        Assert.True(_source.IsLive);

        _clock.Advance(TimeSpan.FromSeconds(4));
        Assert.False(_source.IsLive);
        Hear(2);
        Assert.True(_source.IsLive);
        _source.Hear(null, -1);
        Assert.False(_source.IsLive);
        Hear(2);
        _source.Unassign();
        Assert.False(_source.IsLive);
    }

    [Fact]
    public void Restore_SavedPosition_IsWhereReadingBegins()
    {
        using var saved = new MemoryStream();
        using var writer = new BinaryWriter(saved);
        _source.Assign();
        Append(7, 9);
        Take();
        _source.Save(writer);
        var other = new KafkaPartitionSource("t", 3, _source.Options, "default", _clock, TimeSpan.FromSeconds(3));
        Assert.False(other.HasPosition);
        saved.Position = 0;
        other.Restore(new BinaryReader(saved));
        Assert.Equal((9, 9, true, _source.SourceHash), (other.Position, other.Assign(), other.HasPosition, other.SourceHash));
    }

    [Fact]
    public void GoTo_ManyGaps_KeepsTheFirstThousandAndTheWordsOfTheLast()
    {
        _source.Assign();
        for (var i = 0; i < 1100; i++)
        {
            _source.GoTo(i * 10, 20_000, new KafkaGap("t", 3, i, i * 10, $"gap {i}"));
        }

        Assert.Equal((1000, 0L), (_source.Gaps.Count, _source.Gaps[0].From));
        Assert.Equal((10_990, 10_990), (_source.Position, _source.NextOffset));
    }

    public void Dispose() => _source.Dispose();

    private void Append(long from, long to)
    {
        for (var offset = from; offset < to; offset++)
        {
            _source.Append(offset, Encoding.UTF8.GetBytes($"record {offset}"), isTombstone: false, long.MinValue, long.MinValue);
        }
    }

    private void Hear(long high) => _source.Hear(_clock.GetTimestamp(), high);

    private bool Read()
    {
        _batch.Reset(0);
        return _source.TryRead(_batch);
    }

    private List<long> Take()
    {
        var taken = new List<long>();
        while (Read())
        {
            Assert.All(_batch.Records, r => Assert.Equal($"record {r.Position}", Encoding.UTF8.GetString(_batch.Buffer, r.Start, r.Length)));
            taken.AddRange(_batch.Records.Select(r => r.Position));
        }

        return taken;
    }

    private sealed class SteppedClock : TimeProvider
    {
        private long _ticks = 1_000_000;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan by) => _ticks += by.Ticks;
    }
}
