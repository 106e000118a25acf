using System.Text;
using SecStream.Connectors.Segments;
using SecStream.Core.Events;
using SecStream.Core.Queries;

namespace SecStream.Connectors.Tests.Segments;

public sealed class SegmentEventStoreTests
{
    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public async Task FindAsync_AnyQuery_AgreesWithASearchOfEverything(int seed)
    {
        await using var harness = new SegmentHarness();
        var events = SegmentHarness.Generate(seed, 4000);
        harness.Write(events.Take(3500));
        await harness.SnapshotAsync();
        harness.Write(events.Skip(3500));
        var random = new Random(seed);
        IEventStore[] stores = [harness.Sink.OpenStore(), harness.OtherStore()];
        for (var i = 0; i < 40; i++)
        {
            var query = RandomQuery(random, events);
            var found = await SegmentHarness.AllAsync(stores[i % 2], query);
            var expected = Expected(events, query);
            Assert.Equal(expected.Select(e => e.Json).Order(), found.Order());
            Assert.Equal(expected.Select(e => TestEvent.Iso(e.Time)), found.Select(json => json[15..42]));
        }

        Assert.Empty(harness.Reports);
    }

    [Fact]
    public async Task FindAsync_ById_ReadsFewBlocks()
    {
        await using var harness = new SegmentHarness();
        var events = SegmentHarness.Generate(1, 4000);
        harness.Write(events);
        await harness.SnapshotAsync();
        var store = harness.Sink.OpenStore();
        var page = await store.FindAsync(new EventQuery { Ids = [events[1234].Id] }, CancellationToken.None);
        Assert.Equal(events[1234].Json, Encoding.UTF8.GetString(Assert.Single(page.Items).Span));
        Assert.Equal(1, page.Total);
        Assert.InRange(store.BlocksRead, 1, 8);
    }

    [Fact]
    public async Task FindAsync_Newest_DoesNotReadWhatLiesBehindThePage()
    {
        await using var harness = new SegmentHarness();
        harness.Write(SegmentHarness.Generate(1, 20_000));
        await harness.SnapshotAsync();
        var store = harness.OtherStore();
        var page = await store.FindAsync(new EventQuery { Limit = 5 }, CancellationToken.None);
        Assert.Equal(5, page.Items.Count);
        Assert.NotNull(page.Next);
        Assert.Equal(-1, page.Total);
        var read = store.BlocksRead;
        await store.FindAsync(new EventQuery { Limit = 10_000 }, CancellationToken.None);
        Assert.True(store.BlocksRead - read > read * 2, $"{read} blocks for 5 events, {store.BlocksRead - read} for many");
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("torn")]
    [InlineData("changed")]
    public async Task FindAsync_IndexNotUsable_IsMadeAgain(string damage)
    {
        await using var harness = new SegmentHarness();
        var events = SegmentHarness.Generate(2, 3000);
        harness.Write(events);
        await harness.SnapshotAsync();
        var path = harness.Files("*.idx")[0];
        var good = File.ReadAllBytes(path);
        switch (damage)
        {
            case "missing":
                File.Delete(path);
                break;
            case "torn":
                File.WriteAllBytes(path, good[..(good.Length / 2)]);
                break;
            default:
                good[^5] ^= 0x10;
                File.WriteAllBytes(path, good);
                break;
        }

        foreach (var e in events.Where((_, i) => i % 300 == 0))
        {
            Assert.Single((await harness.OtherStore().FindAsync(new EventQuery { Ids = [e.Id] }, CancellationToken.None)).Items);
        }

        Assert.True(File.Exists(path));
        Assert.Equal(events.Count, (await SegmentHarness.AllAsync(harness.OtherStore(), new EventQuery { Limit = 1000 })).Count);
        Assert.Empty(harness.Reports);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FindAsync_DamagedBlock_IsSaidAndTheRestIsFound(bool hasIndex)
    {
        await using var harness = new SegmentHarness();
        var events = SegmentHarness.Generate(3, 3000);
        harness.Write(events);
        await harness.SnapshotAsync();
        var path = harness.Files("*.gz")[0];
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 0xff;
        File.WriteAllBytes(path, bytes);
        if (!hasIndex)
        {
            File.Delete(Path.ChangeExtension(path[..^3], ".idx"));
        }

        var found = await SegmentHarness.AllAsync(harness.OtherStore(), new EventQuery { Limit = 10_000 });
        Assert.InRange(found.Count, events.Count - 100, events.Count - 1);
        Assert.Subset(events.Select(e => e.Json).ToHashSet(), found.ToHashSet());
        Assert.Contains(harness.Reports, r => r.Contains(path, StringComparison.Ordinal) && r.Contains("backup", StringComparison.Ordinal));
    }

    [Fact]
    public async Task FindAsync_DamagedHeaderWithoutIndex_FindsTheNextBlock()
    {
        await using var harness = new SegmentHarness();
        var events = SegmentHarness.Generate(4, 3000);
        harness.Write(events);
        await harness.SnapshotAsync();
        var path = harness.Files("*.gz")[0];
        var bytes = File.ReadAllBytes(path);
        bytes[2] = 0;
        File.WriteAllBytes(path, bytes);
        File.Delete(Path.ChangeExtension(path[..^3], ".idx"));
        var found = await SegmentHarness.AllAsync(harness.OtherStore(), new EventQuery { Limit = 10_000 });
        Assert.InRange(found.Count, events.Count - 100, events.Count - 1);
        Assert.Single(harness.Reports);
    }

    [Fact]
    public async Task FindAsync_WhileTheSinkWritesAndCompresses_SeesEveryEventOnce()
    {
        await using var harness = new SegmentHarness();
        var events = SegmentHarness.Generate(5, 8000);
        harness.Write(events.Take(100));
        var written = 100;
        var writing = Task.Run(async () =>
        {
            for (var i = 100; i < events.Count; i += 100)
            {
                harness.Write(events.Skip(i).Take(100));
                Volatile.Write(ref written, i + 100);
                if (i % 1000 == 0)
                {
                    await harness.SnapshotAsync();
                }
            }
        });
        var known = events.Select(e => e.Json).ToHashSet();
        IEventStore[] stores = [harness.Sink.OpenStore(), harness.OtherStore()];
        for (var i = 0; i < 4 || !writing.IsCompleted; i++)
        {
            var least = Volatile.Read(ref written);
            var page = await stores[i % 2].FindAsync(new EventQuery { Limit = 10_000 }, CancellationToken.None);
            var found = page.Items.Select(item => Encoding.UTF8.GetString(item.Span)).ToList();
            Assert.True(found.Count >= least, $"{found.Count} of {least}");
            Assert.Equal(found.Count, found.Distinct().Count());
            Assert.Subset(known, found.ToHashSet());
        }

        await writing;
        Assert.Empty(harness.Reports);
    }

    [Fact]
    public async Task FindAsync_LimitOutOfRangeOrNoPlace_IsRefused()
    {
        await using var harness = new SegmentHarness();
        var store = harness.OtherStore();
        await Assert.ThrowsAsync<ArgumentException>(() => store.FindAsync(new EventQuery { Limit = 0 }, CancellationToken.None));
        await Assert.ThrowsAsync<ArgumentException>(() => store.FindAsync(new EventQuery { After = "x" }, CancellationToken.None));
    }

    internal static EventQuery RandomQuery(Random random, List<TestEvent> events)
    {
        var some = events[random.Next(events.Count)];
        var where = new List<(string, string)>();
        if (random.Next(2) == 0)
        {
            where.Add(("source.ip", some.Ip));
        }

        if (random.Next(3) == 0)
        {
            where.Add(("user.name", some.User));
        }

        return new EventQuery
        {
            From = random.Next(2) == 0 ? some.Time : null,
            Until = random.Next(2) == 0 ? some.Time + (random.Next(1, 2000) * EventClock.Second) : null,
            Where = where,
            Ids = random.Next(4) == 0 ? [some.Id, events[random.Next(events.Count)].Id, "none"] : [],
            Ascending = random.Next(2) == 0,
            Limit = random.Next(3) == 0 ? 10_000 : random.Next(20, 400),
        };
    }

    private static List<TestEvent> Expected(List<TestEvent> events, EventQuery query)
    {
        var found = events.Where(e =>
            e.Time >= (query.From ?? long.MinValue)
            && e.Time < (query.Until ?? long.MaxValue)
            && (query.Ids.Count == 0 || query.Ids.Contains(e.Id))
            && query.Where.All(w => (w.Field == "source.ip" ? e.Ip : e.User) == w.Value));
        return [.. query.Ascending ? found.OrderBy(e => e.Time) : found.OrderByDescending(e => e.Time)];
    }
}
