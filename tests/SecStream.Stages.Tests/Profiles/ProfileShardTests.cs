using SecStream.Core.Events;
using SecStream.Core.Observations;
using SecStream.Stages.Profiles.Windows;
using Xunit;

namespace SecStream.Stages.Tests.Profiles;

public sealed class ProfileShardTests
{
    private const long Start = 1_700_006_400_000_000; // 2023-11-15 00:00:00

    private const string Simple = """
        name: user
        key: user.name
        windows: [5m, 1h]
        features:
          requests: {type: count}
          failures: {type: count, where: {event.outcome: failure}}
          addresses: {type: distinct, field: source.address}
        """;

    private readonly WindowLog _log = new();

    [Fact]
    public void Advance_ClockPassesTheEnd_ClosesOnceAndFinishesAfterTheHorizon()
    {
        var harness = new ProfileHarness(Simple);
        var shard = harness.Shard(_log);
        harness.Accept(shard, At(1, 10));
        shard.Advance(Start + (5 * EventClock.Minute) - 1);
        Assert.Empty(_log.Order);
        shard.Advance(Start + (5 * EventClock.Minute));
        Assert.Equal(["closed", "5m"], [.. Words(0)]);
        shard.Advance(Start + (65 * EventClock.Minute));
        Assert.Equal(["closed 60m", "final 5m"], _log.Order.Skip(1).Select(Short));
        shard.Advance(Start + (120 * EventClock.Minute));
        Assert.Equal("final 60m", Short(_log.Order[^1]));
        Assert.Equal(0, shard.Keys);
        Assert.Equal((2, 2, 0), (shard.Counters.Closed, shard.Counters.Final, shard.Counters.Revised));
    }

    [Fact]
    public void Accept_LateRowInAClosedWindow_ClosesItAgainWithinTheCorrectionInterval()
    {
        var harness = new ProfileHarness(Simple);
        var shard = harness.Shard(_log);
        harness.Accept(shard, At(1, 10));
        shard.Advance(Start + (6 * EventClock.Minute));
        harness.Accept(shard, At(2, 20));
        shard.Advance(Start + (6 * EventClock.Minute) + EventClock.Second);
        Assert.Equal("revised 5m", Short(_log.Order[^1]));
        Assert.StartsWith("2 [2 0 1]", _log.Closed.Values.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void Accept_RowOlderThanTheHorizon_IsCountedAndLeftOut()
    {
        var harness = new ProfileHarness(Simple);
        var shard = harness.Shard(_log);
        shard.Advance(Start + EventClock.Hour + (11 * EventClock.Second));
        harness.Accept(shard, At(1, 10));
        shard.Advance(long.MaxValue);
        Assert.Empty(_log.Order);
        Assert.Equal(1, shard.Counters.Unevaluated);
    }

    [Theory]
    [InlineData(RowMarks.None)]
    [InlineData(RowMarks.Given)]
    [InlineData(RowMarks.Held)]
    public void Accept_SameEventAgain_CountsOnce(RowMarks marks)
    {
        var harness = new ProfileHarness(Simple);
        var shard = harness.Shard(_log);
        for (var i = 0; i < 3; i++)
        {
            harness.Accept(shard, At(1, 10, marks));
            harness.Accept(shard, At(2, 20, marks));
        }

        shard.Advance(long.MaxValue);
        Assert.All(_log.Finals.Values, text => Assert.StartsWith("2 [2 0 1]", text, StringComparison.Ordinal));
        Assert.Equal(4, shard.Counters.Duplicates);
    }

    [Fact]
    public void Accept_HeldRecordAfterLaterPositions_IsNew()
    {
        var harness = new ProfileHarness(Simple);
        var shard = harness.Shard(_log);
        harness.Accept(shard, At(5, 20));
        harness.Accept(shard, At(2, 10, RowMarks.Held));
        shard.Advance(long.MaxValue);
        Assert.All(_log.Finals.Values, text => Assert.StartsWith("2 ", text, StringComparison.Ordinal));
    }

    [Fact]
    public void Accept_OneEventOfSeveralProfiles_CountsInEach()
    {
        var harness = new ProfileHarness(Simple, Simple.Replace("name: user\nkey", "name: other\nkey", StringComparison.Ordinal));
        var shard = harness.Shard(_log);
        harness.Accept(shard, At(1, 10));
        shard.Advance(long.MaxValue);
        Assert.Equal(4, _log.Finals.Count);
    }

    [Fact]
    public void Advance_SlidingWindows_EachEventLiesInAllOfThem()
    {
        var harness = new ProfileHarness(Simple.Replace("[5m, 1h]", "[15m]\nslide: 5m", StringComparison.Ordinal));
        var shard = harness.Shard(_log);
        harness.Accept(shard, At(1, 6 * 60));
        harness.Accept(shard, At(2, 12 * 60));
        shard.Advance(long.MaxValue);
        Assert.Equal([1, 2, 2, 1], _log.Vectors.Values.OrderBy(v => v.End).Select(v => (int)v.Events));
        Assert.Equal([10, 15, 20, 25], _log.Vectors.Values.OrderBy(v => v.End).Select(v => (int)((v.End - Start) / EventClock.Minute)));
    }

    [Fact]
    public void Advance_ManyKeys_GoesByEndProfileLengthAndKey()
    {
        var harness = new ProfileHarness(Simple);
        var shard = harness.Shard(_log);
        foreach (var (user, i) in new[] { "c", "a", "b" }.Select((u, i) => (u, i)))
        {
            harness.Accept(shard, At(i + 1, 10 * i, user: user));
        }

        shard.Advance(long.MaxValue);
        var names = _log.Order.Where(o => o.StartsWith("final ", StringComparison.Ordinal)).ToArray();
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        Assert.Equal(6, names.Length);
    }

    [Fact]
    public void Accept_OverTheBound_EvictsTheKeysIdleLongestAndCountsTheirWindows()
    {
        var harness = new ProfileHarness(Simple);
        var shard = harness.Shard(_log, new ProfileShardOptions { MaxStateBytes = 200_000 });
        for (var i = 0; i < 2000; i++)
        {
            harness.Accept(shard, At(i + 1, i / 10, user: $"u{i:D4}"));
        }

        Assert.InRange(shard.StateBytes, 100_000, 200_000);
        Assert.True(shard.Counters.Evicted > 1000, $"{shard.Counters.Evicted}");
        Assert.Equal(2 * shard.Counters.Evicted, shard.Counters.LostWindows);
        shard.Advance(long.MaxValue);
        Assert.Equal(2 * (2000 - shard.Counters.Evicted), _log.Finals.Count);
        Assert.Contains(_log.Finals.Keys, k => k.EndsWith("u1999", StringComparison.Ordinal));
        Assert.DoesNotContain(_log.Finals.Keys, k => k.EndsWith("u0000", StringComparison.Ordinal));
        Assert.InRange(shard.StateBytes, 0, 1000);
    }

    [Fact]
    public void Accept_IdentitiesOverTheBound_AreForgottenBeforeKeysAre()
    {
        var harness = new ProfileHarness(Simple);
        var shard = harness.Shard(_log, new ProfileShardOptions { MaxStateBytes = 100_000 });
        for (var i = 0; i < 20_000; i++)
        {
            harness.Accept(shard, At(i + 1, i / 20, RowMarks.Given));
        }

        Assert.True(shard.Counters.Forgotten > 0);
        Assert.Equal(0, shard.Counters.Evicted);
        Assert.InRange(shard.StateBytes, 0, 100_000);
    }

    [Fact]
    public void Advance_FewerEventsThanAskedFor_IsCountedAsThin()
    {
        var harness = new ProfileHarness(Simple + "\nmin-events: 2");
        var shard = harness.Shard(_log);
        harness.Accept(shard, At(1, 10));
        harness.Accept(shard, At(2, 10, user: "b"));
        shard.Advance(Start + (6 * EventClock.Minute));
        Assert.Empty(_log.Order);
        harness.Accept(shard, At(3, 20));
        shard.Advance(long.MaxValue);
        Assert.Equal(2, _log.Finals.Count);
        Assert.All(_log.Closed.Keys, k => Assert.EndsWith("a", k, StringComparison.Ordinal));
        Assert.Equal(2, shard.Counters.Thin);
    }

    [Fact]
    public void Advance_ProfileThatBeganWithinAWindow_IsNotToldOfIt()
    {
        var harness = new ProfileHarness(Simple);
        var shard = new ProfileShard([harness.Profiles[0] with { From = Start + EventClock.Minute }], new ProfileShardOptions(), _log, 1);
        harness.Accept(shard, At(1, 90));
        harness.Accept(shard, At(2, 6 * 60));
        shard.Advance(long.MaxValue);
        Assert.Equal(["00005m"], _log.Finals.Keys.Select(k => k.Split(' ')[2]));
    }

    [Fact]
    public void Accept_SteadyState_AllocatesNothing()
    {
        var harness = new ProfileHarness(Simple);
        var shard = harness.Shard(_log);
        var sink = new SilentSink();
        shard = new ProfileShard(harness.Profiles, new ProfileShardOptions(), sink, 1);
        var rows = Enumerable.Range(0, 2).Select(_ => harness.Rows(At(0, 0))).ToArray();
        long position = 0;
        void Run(int hours)
        {
            for (var i = 0; i < hours * 720; i++)
            {
                position++;
                var row = rows[i & 1];
                System.Runtime.InteropServices.MemoryMarshal.AsRef<RowHeader>(row.AsSpan()).Position = position;
                System.Runtime.InteropServices.MemoryMarshal.AsRef<RowHeader>(row.AsSpan()).Time = Start + (position * 5 * EventClock.Second);
                ProfileHarness.Accept(shard, row);
                shard.Advance(Start + (position * 5 * EventClock.Second));
            }
        }

        Run(6);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run(4);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
        Assert.True(sink.Count > 100);
    }

    private static string Short(string entry)
    {
        var words = entry.Split(' ');
        return $"{words[0]} {words[3].TrimStart('0')}";
    }

    private string[] Words(int at) => Short(_log.Order[at]).Split(' ');

    private static ProfileEvent At(long position, int second, RowMarks marks = RowMarks.None, string user = "a") => new(
        1, position, Start + (second * EventClock.Second), 1, marks, new Dictionary<string, object> { ["user.name"] = user, ["source.address"] = "10.0.0.1" });

    private sealed class SilentSink : IWindowSink
    {
        public int Count { get; private set; }

        public void Closed(Core.Features.FeatureVector window, bool revised) => Count++;

        public void Final(Core.Features.FeatureVector window) => Count++;
    }
}
