using System.Globalization;
using SecStream.Core.Events;
using SecStream.TestParts.Elasticsearch;

namespace SecStream.Connectors.Tests.Elasticsearch;

public sealed class EventSinkRecoveryTests
{
    private const string Stream = "logs-secstream.system.auth.30d-acme";

    [Fact]
    public async Task Restore_CutsWhatCameBehindTheSavedPlace()
    {
        await using var harness = await EventSinkHarness.StartAsync();
        harness.Server.IsAway = true;
        harness.Write(0, 3000);
        var state = harness.Save();
        await harness.Sink.MakeDurableAsync(CancellationToken.None);
        harness.Write(3000, 1000);
        await harness.CrashAsync(state);
        harness.Server.IsAway = false;
        await harness.FlushedAsync();
        Assert.Equal(Enumerable.Range(0, 3000), harness.Numbers());
        harness.Write(3000, 500);
        await harness.FlushedAsync();
        Assert.Equal(Enumerable.Range(0, 3500), harness.Numbers());
    }

    [Fact]
    public async Task Restore_SentBeyondTheSavedPlace_SendsWhatComesAgain()
    {
        await using var harness = await EventSinkHarness.StartAsync();
        harness.Write(0, 1000);
        var state = harness.Save();
        harness.Write(1000, 1000);
        await harness.FlushedAsync();
        await harness.Sink.DisposeAsync();
        harness.Open();
        harness.Restore(state);

        // In another order, in other frames, and some that are new: none may be taken for sent because of its place.
        harness.Write(5000, 777);
        harness.Write(1000, 1000);
        harness.Save();
        await harness.Sink.MakeDurableAsync(CancellationToken.None);
        await harness.CrashAsync(null);
        harness.Write(6000, 1);
        await harness.FlushedAsync();
        Assert.Equal([.. Enumerable.Range(0, 2000), .. Enumerable.Range(5000, 777), 6000], harness.Numbers());
        Assert.True(harness.Sink.Status.Conflicts > 0);
    }

    [Fact]
    public async Task Crash_WithoutASavedPlace_SendsWhatIsThere()
    {
        await using var harness = await EventSinkHarness.StartAsync();
        harness.Server.IsAway = true;
        harness.Write(0, 3000);
        harness.Save();
        await harness.Sink.MakeDurableAsync(CancellationToken.None);
        await harness.Sink.CrashAsync();
        var last = Directory.GetFiles(harness.Folder, "*.bulk").Order().Last();
        File.WriteAllBytes(last, File.ReadAllBytes(last)[..^100]);
        harness.Server.IsAway = false;
        harness.Open();
        harness.Write(3000, 1);
        await harness.FlushedAsync();
        Assert.Equal([.. Enumerable.Range(0, 2500), 3000], harness.Numbers());
        Assert.Empty(harness.Reports);
    }

    [Fact]
    public async Task Restore_DamagedFrame_IsPassedOverAndReported()
    {
        await using var harness = await EventSinkHarness.StartAsync();
        harness.Server.IsAway = true;
        harness.Write(0, 3000);
        var state = harness.Save();
        await harness.Sink.MakeDurableAsync(CancellationToken.None);
        await harness.Sink.CrashAsync();
        var file = Directory.GetFiles(harness.Folder, "*.bulk").Order().First();
        var bytes = File.ReadAllBytes(file);
        bytes[20] ^= 0x40;
        File.WriteAllBytes(file, bytes);
        harness.Server.IsAway = false;
        harness.Open();
        harness.Restore(state);
        await harness.FlushedAsync();
        Assert.Equal(Enumerable.Range(500, 2500), harness.Numbers());
        Assert.Contains("is damaged", Assert.Single(harness.Reports), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restore_SpoolIsGone_SaysSoAndGoesOn()
    {
        await using var harness = await EventSinkHarness.StartAsync();
        harness.Server.IsAway = true;
        harness.Write(0, 1000);
        var state = harness.Save();
        await harness.Sink.MakeDurableAsync(CancellationToken.None);
        await harness.Sink.CrashAsync();
        Array.ForEach(Directory.GetFiles(harness.Folder), File.Delete);
        harness.Server.IsAway = false;
        harness.Open();
        harness.Restore(state);
        Assert.Contains("are gone", Assert.Single(harness.Reports), StringComparison.Ordinal);
        harness.Write(1000, 10);
        await harness.FlushedAsync();
        Assert.Equal(Enumerable.Range(1000, 10), harness.Numbers());
    }

    [Fact]
    public async Task MakeDurable_ClusterKeepsUp_WritesNothing()
    {
        await using var harness = await EventSinkHarness.StartAsync();
        for (var i = 0; i < 3; i++)
        {
            harness.Write(i * 1000, 1000);
            await harness.FlushedAsync();
            var state = harness.Save();
            await harness.Sink.MakeDurableAsync(CancellationToken.None);
            Assert.Equal(0, Directory.GetFiles(harness.Folder, "*.bulk").Sum(file => new FileInfo(file).Length));

            // Twice: what the first start finds and cuts off, the second one still has to understand.
            await harness.CrashAsync(state);
            await harness.CrashAsync(state);
        }

        Assert.Empty(harness.Reports);
        Assert.Equal(Enumerable.Range(0, 3000), harness.Numbers());
    }

    /// <summary>The first requests are taken and the later ones not, or the other way round: what lies on disk has gaps.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Restore_PartWasSentBeforeTheSnapshot_SendsTheRest(bool isFirstSent)
    {
        await using var harness = await EventSinkHarness.StartAsync(options => options with { BulkBytes = 64 << 10, BulkRequests = 8 });
        var stuck = isFirstSent ? "\"n\":1999}"u8.ToArray() : "\"n\":0}"u8.ToArray();
        var isAway = true;
        harness.Server.Intercept = request =>
            request.Path == "/_bulk" && Volatile.Read(ref isAway) && request.Body.Span.IndexOf(stuck) >= 0 ? StrictReply.Unavailable : null;
        harness.Write(0, 2000);
        await EventSinkHarness.UntilAsync(() => harness.Server.CountAll() is > 1000, "the others");
        await EventSinkHarness.UntilAsync(() => harness.Sink.Status.Sent == harness.Server.CountAll(), "their answers");
        var state = harness.Save();
        await harness.Sink.MakeDurableAsync(CancellationToken.None);
        await harness.CrashAsync(state);
        await harness.CrashAsync(state);
        Volatile.Write(ref isAway, false);
        await harness.FlushedAsync();
        Assert.Equal(Enumerable.Range(0, 2000), harness.Numbers());
        Assert.Empty(harness.Reports);
        harness.Write(2000, 500);
        await harness.FlushedAsync();
        Assert.Equal(Enumerable.Range(0, 2500), harness.Numbers());
    }

    [Fact]
    public async Task MakeDurable_DiskFull_FailsAndNothingIsLost()
    {
        await using var harness = await EventSinkHarness.StartAsync();
        await harness.Sink.DisposeAsync();
        var isFull = true;
        harness.Tuning = EventSinkHarness.Quick with
        {
            WriteAt = (file, bytes, offset) =>
            {
                RandomAccess.Write(file, Volatile.Read(ref isFull) ? bytes[..(bytes.Length / 2)] : bytes, offset);
                if (Volatile.Read(ref isFull))
                {
                    throw new IOException("No space left on device");
                }
            },
        };
        harness.Open();
        harness.Server.IsAway = true;
        harness.Write(0, 1000);
        harness.Save();
        var fault = await Assert.ThrowsAsync<IOException>(() => harness.Sink.MakeDurableAsync(CancellationToken.None));
        Assert.Contains("No space left", fault.Message, StringComparison.Ordinal);
        Volatile.Write(ref isFull, false);
        harness.Write(1000, 1000);
        var state = harness.Save();
        await harness.Sink.MakeDurableAsync(CancellationToken.None);
        await harness.CrashAsync(state);
        harness.Server.IsAway = false;
        await harness.FlushedAsync();
        Assert.Equal(Enumerable.Range(0, 2000), harness.Numbers());
        Assert.Empty(harness.Reports);
    }

    [Fact]
    public async Task Dispose_WithAPartUnsent_GoesOnWithItAlone()
    {
        await using var harness = await EventSinkHarness.StartAsync();
        harness.Write(0, 2000);
        await harness.FlushedAsync();
        harness.Server.IsAway = true;
        harness.Write(2000, 2000);
        var state = harness.Save();
        await harness.Sink.DisposeAsync();
        harness.Server.IsAway = false;
        harness.Open();
        harness.Restore(state);
        await harness.FlushedAsync();
        Assert.Equal(Enumerable.Range(0, 4000), harness.Numbers());
        Assert.Equal((2000, 0), (harness.Sink.Status.Sent, harness.Sink.Status.Conflicts));
    }

    [Fact]
    public async Task Spool_AllSent_LeavesLittleOnDisk()
    {
        await using var harness = await EventSinkHarness.StartAsync(options => options with { SpoolBytes = 4 << 20, BulkBytes = 1 << 20 });
        for (var i = 0; i < 10; i++)
        {
            harness.Write(i * 10_000, 10_000);
        }

        await harness.FlushedAsync();
        Assert.Equal(100_000, harness.Server.CountAll());
        Assert.InRange(Directory.GetFiles(harness.Folder, "*.bulk").Sum(file => new FileInfo(file).Length), 0, 3 << 20);
    }

    [Fact]
    public async Task MakeDurable_GroupMember_WaitsForTheCluster()
    {
        await using var harness = await EventSinkHarness.StartAsync();
        await harness.Sink.DisposeAsync();
        harness.FlushesBeforeCommit = true;
        harness.Open();
        harness.Server.IsAway = true;
        harness.Write(0, 100);
        var state = harness.Save();
        var durable = harness.Sink.MakeDurableAsync(CancellationToken.None);
        Assert.False(durable.IsCompleted);
        harness.Server.IsAway = false;
        await durable.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(Enumerable.Range(0, 100), harness.Numbers());

        // Another member's snapshot says nothing of this spool: what lies there comes again from the source.
        harness.Server.IsAway = true;
        harness.Write(100, 100);
        await harness.CrashAsync(state);
        harness.Server.IsAway = false;
        harness.Write(200, 10);
        await harness.FlushedAsync();
        Assert.Equal([.. Enumerable.Range(0, 100), .. Enumerable.Range(200, 10)], harness.Numbers());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Replay_AcrossARollover_IsThereOnce(bool isRefreshedLate)
    {
        await using var harness = await EventSinkHarness.StartAsync(server: new StrictElasticsearchOptions { IsRefreshedAtOnce = !isRefreshedLate });
        var state = harness.Save();
        harness.Write(0, 2000);
        await harness.FlushedAsync();
        harness.Server.RollOver(Stream);
        await harness.CrashAsync(state);
        harness.Write(0, 2500);
        await harness.FlushedAsync();
        Assert.Equal(Enumerable.Range(0, 2500), harness.Numbers());
        Assert.Equal((500, 2000), (harness.Sink.Status.Sent, harness.Sink.Status.Conflicts));
    }

    [Fact]
    public async Task Replay_OfOldEventsLongAfter_IsThereOnce()
    {
        await using var harness = await EventSinkHarness.StartAsync();
        var lastWeek = EventSinkHarness.Now - (7 * 24 * EventClock.Hour);
        harness.Write(0, 300, lastWeek);
        await harness.FlushedAsync();
        for (var i = 0; i < 3; i++)
        {
            harness.Server.RollOver(Stream);
            harness.Write(0, 300, lastWeek);
            harness.Write(1000 * (i + 1), 10);
            await harness.FlushedAsync();
        }

        Assert.Equal(330, harness.Numbers().Count);
    }

    [Fact]
    public async Task Send_FreshEventsAfterARollover_AreNotLookedFor()
    {
        var time = new Segments.StandingClock(TimeProvider.System.GetUtcNow() - TimeSpan.FromDays(1));
        await using var harness = await EventSinkHarness.StartAsync(server: new StrictElasticsearchOptions { Time = time });
        harness.Write(0, 10);
        await harness.FlushedAsync();
        harness.Server.RollOver(Stream);
        harness.Write(10, 1000);
        await harness.FlushedAsync();
        Assert.DoesNotContain(harness.Server.Log, line => line.EndsWith("/_search", StringComparison.Ordinal));
        harness.Write(2000, 10, EventSinkHarness.Now - (2 * 24 * EventClock.Hour));
        await harness.FlushedAsync();
        Assert.Single(harness.Server.Log, line => line.EndsWith("/_search", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Send_AnswerLostThenRollover_IsThereOnce()
    {
        await using var harness = await EventSinkHarness.StartAsync();
        harness.Write(0, 1);
        await harness.FlushedAsync();
        var turn = 0;
        harness.Server.Intercept = request =>
        {
            if (request.Path != "/_bulk")
            {
                return null;
            }

            switch (Interlocked.Increment(ref turn))
            {
                case 1:
                    return StrictReply.Unavailable with { CarriedOut = true };
                case 2:
                    harness.Server.RollOver(Stream);
                    return StrictReply.Unavailable;
                default:
                    return null;
            }
        };
        harness.Write(1, 100);
        await harness.FlushedAsync();
        Assert.Equal(Enumerable.Range(0, 101), harness.Numbers());
    }

    /// <summary>The whole: faults of all kinds, crashes with states to go back to, rollovers between; then each event is there once.</summary>
    [Fact]
    public async Task Write_ManyEventsUnderAllFaults_EachIsThereOnce()
    {
        const int all = 200_000;
        await using var harness = await EventSinkHarness.StartAsync(options => options with { BulkBytes = 1 << 20, SpoolBytes = 16 << 20, Timeout = TimeSpan.FromSeconds(3) });
        var random = new Random(4);
        var count = 0;
        harness.Server.Intercept = request => request.Path != "/_bulk" ? null : (Interlocked.Increment(ref count) % 13) switch
        {
            2 => StrictReply.Overloaded with { RetryAfter = "0" },
            4 => StrictReply.Unavailable,
            6 => StrictReply.ConnectionReset,
            8 when request.Body.Length > 300_000 => StrictReply.Json(413, ""),
            10 => StrictReply.Unavailable with { CarriedOut = true },
            12 => StrictReply.ConnectionReset with { CarriedOut = true },
            _ => null,
        };
        var items = 0;
        harness.Server.ItemFault = (_, _) => ++items % 997 == 0 ? new StrictItemError(429, "es_rejected_execution_exception", "later") : null;

        var back = Task.CompletedTask;
        var (written, saved, state) = (0, 0, harness.Save());
        while (written < all)
        {
            var some = Math.Min(all - written, random.Next(1, 9000));
            harness.Write(written, some);
            written += some;
            switch (random.Next(6))
            {
                case 0:
                    (saved, state) = (written, harness.Save());
                    await harness.Sink.MakeDurableAsync(CancellationToken.None);
                    break;
                case 1:
                    await harness.CrashAsync(state);
                    written = saved;
                    break;
                case 2 when harness.Server.Streams.ContainsKey(Stream):
                    harness.Server.RollOver(Stream);
                    break;
                case 3:
                    // It comes back by itself: the spool may be full meanwhile, and writing waits.
                    harness.Server.IsAway = true;
                    back = Task.Delay(random.Next(300)).ContinueWith(_ => harness.Server.IsAway = false, TaskScheduler.Default);
                    break;
            }
        }

        await back;
        harness.Server.IsAway = false;
        await harness.FlushedAsync();
        Assert.Equal(Enumerable.Range(0, all), harness.Numbers());
        Assert.Empty(harness.Refused.Letters);
        Assert.True(harness.Server.Streams[Stream].Generation > 1, string.Create(CultureInfo.InvariantCulture, $"{harness.Server.Streams[Stream].Generation} generations"));
    }
}
