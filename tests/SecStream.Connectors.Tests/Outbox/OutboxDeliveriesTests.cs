using SecStream.Connectors.Outbox;
using SecStream.Connectors.Tests.Harness;
using SecStream.Core.Alerts;
using static SecStream.Connectors.Tests.Outbox.AlertOutboxTests;

namespace SecStream.Connectors.Tests.Outbox;

public sealed class OutboxDeliveriesTests : IDisposable
{
    private static readonly OutboxOptions s_options = new() { BatchCount = 5, SinkRetry = TimeSpan.FromMilliseconds(20) };
    private readonly StoreFolder _folder = new();

    [Fact]
    public async Task Add_OneSinkFails_TheOthersGetEverything()
    {
        await using var outbox = new AlertOutbox(_folder.Alerts, s_options, TimeProvider.System);
        await using var deliveries = Make(outbox);
        var (good, bad) = (new ListSink("good"), new ListSink("bad") { IsDown = true });
        deliveries.Add(good);
        deliveries.Add(bad);
        Append(outbox, 0, 20);
        await UntilAsync(() => good.Ids.Count == 20 && deliveries.Statuses[1].Error is not null);
        Assert.Equal(("bad", 0L, "it is down"), (deliveries.Statuses[1].Name, deliveries.Statuses[1].Position, deliveries.Statuses[1].Error));
        Assert.True(deliveries.Statuses[1].Lag > 0);

        bad.IsDown = false;
        await UntilAsync(() => bad.Ids.Count == 20);
        await deliveries.DrainAsync(default);
        Assert.Equal(Expected(0, 20), bad.Ids);
        Assert.All(deliveries.Statuses, status => Assert.Equal((0L, null), (status.Lag, status.Error)));
    }

    [Fact]
    public async Task Add_AfterARestart_GoesOnWhereTheSinkWas()
    {
        var sink = new ListSink("sink");
        for (var round = 0; round < 3; round++)
        {
            await using var outbox = new AlertOutbox(_folder.Alerts, s_options, TimeProvider.System);
            await using var deliveries = Make(outbox);
            deliveries.Add(sink);
            Append(outbox, round * 10, 10);
            await outbox.FlushAsync(default);
            await deliveries.DrainAsync(default);
        }

        Assert.Equal(Expected(0, 30), sink.Ids);
    }

    [Fact]
    public async Task Add_CrashBetweenDeliveryAndCursor_ComesAgainAndNothingIsMissing()
    {
        await using var outbox = new AlertOutbox(_folder.Alerts, s_options, TimeProvider.System);
        Append(outbox, 0, 20);
        await outbox.FlushAsync(default);
        var sink = new ListSink("sink");
        await using (var before = Make(outbox))
        {
            before.Add(sink);
            await before.DrainAsync(default);
        }

        // As if the process had ended before the last place was kept.
        var cursor = Path.Combine(_folder.Path, "state", "sink.cursor");
        await File.WriteAllTextAsync(cursor, outbox.ReadFrom(0).ElementAt(15).Position + "\n");
        await using var after = Make(outbox);
        after.Add(sink);
        await after.DrainAsync(default);

        Assert.Equal(Expected(0, 20).Concat(Expected(15, 5)), sink.Ids);
    }

    [Fact]
    public async Task Add_SinkThatStartsAtEnd_GetsWhatComesFromNowOnAlsoAfterARestart()
    {
        await using var outbox = new AlertOutbox(_folder.Alerts, s_options, TimeProvider.System);
        Append(outbox, 0, 10);
        await outbox.FlushAsync(default);
        var sink = new ListSink("pager") { StartsAtEnd = true };
        await using (var before = Make(outbox))
        {
            before.Add(sink);
            await UntilAsync(() => File.Exists(Path.Combine(_folder.Path, "state", "pager.cursor")));
        }

        Append(outbox, 10, 3);
        await outbox.FlushAsync(default);
        await using var after = Make(outbox);
        after.Add(sink);
        await after.DrainAsync(default);

        Assert.Equal(Expected(10, 3), sink.Ids);
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("")]
    [InlineData("twice")]
    public async Task Add_NameThatIsNone_IsRefused(string name)
    {
        await using var outbox = new AlertOutbox(_folder.Alerts, s_options, TimeProvider.System);
        await using var deliveries = Make(outbox);
        deliveries.Add(new ListSink("twice"));

        Assert.Throws<ArgumentException>(() => deliveries.Add(new ListSink(name)));
    }

    [Fact]
    public async Task Tail_OfARunningOutbox_ShowsWhatComes()
    {
        using var tail = new OutboxTail(_folder.Alerts);
        await using var outbox = new AlertOutbox(_folder.Alerts, s_options, TimeProvider.System);
        Assert.Empty(tail.Read());
        Append(outbox, 0, 3);
        await outbox.FlushAsync(default);
        Assert.Equal(Expected(0, 3), tail.Read().Select(entry => entry.Id));
        Assert.Empty(tail.Read());
        Append(outbox, 3, 1);
        await outbox.FlushAsync(default);
        Assert.Equal(Expected(3, 1), tail.Read().Select(entry => entry.Id));
    }

    public void Dispose() => _folder.Dispose();

    private OutboxDeliveries Make(AlertOutbox outbox) => new(outbox, Path.Combine(_folder.Path, "state"), TimeProvider.System);

    private static void Append(AlertOutbox outbox, int from, int count) =>
        Enumerable.Range(from, count).ToList().ForEach(i => outbox.Append(Entries.Make(i)));

    private static IEnumerable<string> Expected(int from, int count) => Enumerable.Range(from, count).Select(i => Entries.Make(i).Id);

    private sealed class ListSink(string name) : IOutboxSink
    {
        public string Name { get; } = name;

        public bool StartsAtEnd { get; init; }

        public bool IsDown { get; set; }

        public List<string> Ids { get; } = [];

        public Task DeliverAsync(IReadOnlyList<OutboxEntry> entries, CancellationToken cancellation)
        {
            if (IsDown)
            {
                throw new InvalidOperationException("it is down");
            }

            Ids.AddRange(entries.Select(entry => entry.Id));
            return Task.CompletedTask;
        }
    }
}
