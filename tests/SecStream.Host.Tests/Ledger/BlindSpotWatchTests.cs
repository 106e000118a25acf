using SecStream.Host.Ledger;
using SecStream.Host.Tests.Harness;
using Xunit;

namespace SecStream.Host.Tests.Ledger;

public sealed class BlindSpotWatchTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Observe_FirstStartEver_IsNoStop()
    {
        using var folder = new TemporaryFolder();
        using var watch = Watch(folder, new SettableClock(Start));
        watch.Observe(Sample(caughtUp: true));
        Assert.Empty(watch.Ledger.Entries());
    }

    [Fact]
    public void Observe_AfterAStop_SpanFromTheLastHeartbeatUntilCaughtUp()
    {
        using var folder = new TemporaryFolder();
        var clock = new SettableClock(Start);
        using (var watch = Watch(folder, clock))
        {
            watch.Observe(Sample(caughtUp: true));
        }

        clock.Now = Start.AddHours(1);
        using (var watch = Watch(folder, clock))
        {
            watch.Observe(Sample(caughtUp: false));
        }

        // Stopped again before it was caught up: the same span goes on.
        clock.Now = Start.AddHours(2);
        using var last = Watch(folder, clock);
        last.Observe(Sample(caughtUp: true));
        clock.Now = clock.Now.AddSeconds(5);
        last.Observe(Sample(caughtUp: true));
        var entry = Assert.Single(last.Ledger.Entries(), e => e.Kind == BlindSpotKinds.NotRunning);
        Assert.Equal((BlindSpotKinds.NotRunning, Start, (DateTimeOffset?)clock.Now), (entry.Kind, entry.Since, entry.Until));
    }

    [Fact]
    public void Observe_ClockSetBackOverAStop_IsNoNegativeSpan()
    {
        using var folder = new TemporaryFolder();
        var clock = new SettableClock(Start);
        using (var watch = Watch(folder, clock))
        {
            watch.Observe(Sample(caughtUp: true));
        }

        clock.Now = Start.AddHours(-1);
        using var again = Watch(folder, clock);
        again.Observe(Sample(caughtUp: true));
        Assert.All(again.Ledger.Entries(), e => Assert.True(e.Until is null || e.Until >= e.Since));
    }

    [Fact]
    public void Observe_TimeOfAStop_IsNobodysSilence()
    {
        using var folder = new TemporaryFolder();
        var clock = new SettableClock(Start);
        using (var watch = Watch(folder, clock))
        {
            watch.Observe(Sample(caughtUp: true));
        }

        clock.Now = Start.AddHours(5);
        using var again = Watch(folder, clock);
        again.Observe(Sample(caughtUp: true));
        Assert.DoesNotContain(again.Ledger.Entries(), e => e.Kind == BlindSpotKinds.SilentSource);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"at\":")]
    [InlineData("null")]
    [InlineData("{\"at\":\"2026-03-02T10:00:00Z\"}")]
    public void Read_DamagedHeartbeat_FallsBackToTheTimeOfTheFile(string content)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("state/heartbeat.json", content);
        File.SetLastWriteTimeUtc(path, Start.UtcDateTime);
        Assert.Equal(Start, Heartbeat.Read(path)!.At);
    }

    private static BlindSpotWatch Watch(TemporaryFolder folder, TimeProvider clock) => new(folder.Path, new LedgerOptions(), new CollectorOptions(), clock);

    private static PipelineSample Sample(bool caughtUp) => new()
    {
        Sources = [new SourceSample("a", 1, 0, new Dictionary<string, long>(), 0, 0, 0, caughtUp)],
        KnowsLocations = true,
    };
}
