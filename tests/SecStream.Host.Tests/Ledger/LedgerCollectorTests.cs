using SecStream.Host.Ledger;
using Xunit;

namespace SecStream.Host.Tests.Ledger;

public sealed class LedgerCollectorTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 10, 0, 0, TimeSpan.Zero);
    private readonly CollectorOptions _options = new();
    private LedgerCollector _collector;

    public LedgerCollectorTests() => _collector = new LedgerCollector(_options, null, null);

    [Fact]
    public void Collect_SourceSaysNothing_IsSilentUntilItSpeaks()
    {
        Assert.DoesNotContain(At(0, Source(events: 5)), o => o.Kind == BlindSpotKinds.SilentSource);
        Assert.DoesNotContain(At(15 * 60, Source(events: 5)), o => o.Kind == BlindSpotKinds.SilentSource);
        var silent = Assert.Single(At((15 * 60) + 1, Source(events: 5)), o => o.Kind == BlindSpotKinds.SilentSource);
        Assert.Equal(Start, silent.Since);
        Assert.DoesNotContain(At(1000, Source(events: 6)), o => o.Kind == BlindSpotKinds.SilentSource);
    }

    [Fact]
    public void Collect_SourceThatSpeaksHourly_IsNotSilentBetween()
    {
        var events = 0;
        for (var second = 0; second < 8 * 3600; second += 60)
        {
            // A burst of five minutes at every hour.
            events += second % 3600 < 300 ? 10 : 0;
            if (second > 3700)
            {
                Assert.DoesNotContain(At(second, Source(events)), o => o.Kind == BlindSpotKinds.SilentSource);
            }
            else
            {
                At(second, Source(events));
            }
        }

        Assert.Contains(At(24 * 3600, Source(events)), o => o.Kind == BlindSpotKinds.SilentSource);
    }

    [Fact]
    public void Collect_NotCaughtUp_IsBehindAfterAMinuteAndNotSilent()
    {
        At(0, Source(5));
        At(10, Source(5) with { CaughtUp = false });
        Assert.Empty(At(60, Source(5) with { CaughtUp = false }));
        var behind = Assert.Single(At(3600, Source(5) with { CaughtUp = false, Lag = TimeSpan.FromMinutes(5) }));
        Assert.Equal((BlindSpotKinds.Behind, (DateTimeOffset?)Start.AddSeconds(10)), (behind.Kind, behind.Since));
        Assert.Contains("5 min old", behind.Detail, StringComparison.Ordinal);
        Assert.Empty(At(3605, Source(6)));
    }

    [Fact]
    public void Collect_DeadLetters_CountOnceAndClearAfterTheWindow()
    {
        At(0, Source(100));
        var found = Assert.Single(At(5, Source(110, dead: 5)));
        Assert.Equal((BlindSpotKinds.ParseFailures, 5L), (found.Kind, found.Count));
        Assert.Contains("5 of 15 lines", found.Detail, StringComparison.Ordinal);
        found = Assert.Single(At(200, Source(120, dead: 5)));
        Assert.Equal((0L, (DateTimeOffset?)Start.AddSeconds(5)), (found.Count, found.LastTrue));
        Assert.Empty(At(320, Source(130, dead: 5)));
    }

    [Fact]
    public void Collect_FewDeadLettersUnderTheShare_AreNoBlindSpot()
    {
        _collector = new LedgerCollector(_options with { ParseFailureShare = 0.1 }, null, null);
        At(0, Source(0));
        Assert.Empty(At(5, Source(99, dead: 1)));
        Assert.NotEmpty(At(10, Source(120, dead: 50)));
    }

    [Fact]
    public void Collect_UnevaluatedAndSkewed_AreHeldOpenForTheWindow()
    {
        At(0, Source(10));
        var found = At(5, Source(12) with { Unevaluated = 2, Skewed = 1 });
        Assert.Equal([(BlindSpotKinds.Unevaluated, 2L), (BlindSpotKinds.ClockSkew, 1L)], found.Select(o => (o.Kind, o.Count)));
        Assert.All(At(200, Source(13) with { Unevaluated = 2, Skewed = 1 }), o => Assert.Equal((0, Start.AddSeconds(5)), (o.Count, o.LastTrue)));
        Assert.Empty(At(400, Source(14) with { Unevaluated = 2, Skewed = 1 }));
    }

    [Fact]
    public void Collect_ManyLateEvents_AreOne()
    {
        At(0, Source(1000));
        Assert.Empty(At(5, Source(1100) with { Late = 5 }));
        Assert.Equal(BlindSpotKinds.Late, Assert.Single(At(10, Source(1200) with { Late = 50 })).Kind);
    }

    [Fact]
    public void Collect_CountersSetBackByARestart_CountNothing()
    {
        At(0, Source(1000, dead: 10));
        Assert.Empty(At(5, Source(900, dead: 4)));
        Assert.Equal(1, Assert.Single(At(10, Source(901, dead: 5))).Count);
    }

    [Fact]
    public void Collect_GapAtOpening_IsTold()
    {
        var gap = Assert.Single(At(0, Source(1) with { Gap = "the file is gone" }));
        Assert.Equal((BlindSpotKinds.SourceGap, "the file is gone"), (gap.Kind, gap.Detail));
        Assert.Empty(At(301, Source(1) with { Gap = "the file is gone" }));
    }

    [Fact]
    public void Collect_AfterAStop_IsNotRunningUntilCaughtUp()
    {
        _collector = new LedgerCollector(_options, null, Start.AddHours(-2));
        var stop = Assert.Single(At(0, Source(1) with { CaughtUp = false }));
        Assert.Equal((BlindSpotKinds.NotRunning, (DateTimeOffset?)Start.AddHours(-2)), (stop.Kind, stop.Since));
        Assert.Single(At(5, Source(1)));
        Assert.Empty(At(10, Source(1)));
    }

    [Fact]
    public void Collect_RuleNoEventReaches_IsBlindAfterADayAcrossRestarts()
    {
        var blind = new BlindRule("X1", "Title", "no event has user.name");
        Assert.Empty(At(0, Source(1), blind));
        _collector = new LedgerCollector(_options, _collector.Memory, null);
        Assert.DoesNotContain(At(86_399, Source(2), blind), o => o.Kind == BlindSpotKinds.RuleBlind);
        Assert.Equal(Start, Assert.Single(At(86_400, Source(3), blind), o => o.Kind == BlindSpotKinds.RuleBlind).Since);
        Assert.DoesNotContain(At(86_405, Source(4)), o => o.Kind == BlindSpotKinds.RuleBlind);
        Assert.DoesNotContain(At(86_410, Source(5), blind), o => o.Kind == BlindSpotKinds.RuleBlind);
    }

    [Fact]
    public void Collect_OldFile_IsStale()
    {
        var sample = Sample(Source(1)) with { Files = [new KnownFile("intel", "/x/list.txt", Start.AddDays(-8)), new KnownFile("entities", "/x/e.yml", Start.AddDays(-800))] };
        var stale = Assert.Single(_collector.Collect(sample, Start));
        Assert.Equal((BlindSpotKinds.StaleFile, "/x/list.txt", (DateTimeOffset?)Start.AddDays(-1)), (stale.Kind, stale.Subject, stale.Since));
    }

    [Fact]
    public void Collect_ProbesAndCounters_AreAsked()
    {
        var dropped = 7L;
        _collector.Add(() => [new("sink_failing", "sqlite", "locked")]);
        _collector.AddCounter("udp_dropped", "syslog-udp", () => dropped, () => "datagrams were dropped");
        Assert.Equal("sink_failing", Assert.Single(At(0, Source(1))).Kind);
        dropped = 9;
        Assert.Equal(2, At(5, Source(1)).Single(o => o.Kind == "udp_dropped").Count);
    }

    [Fact]
    public void Memory_Restored_KnowsTheUsualGap()
    {
        for (var hour = 0; hour < 5; hour++)
        {
            At(hour * 3600, Source(hour + 1));
        }

        _collector = new LedgerCollector(_options, _collector.Memory, null);
        Assert.DoesNotContain(At(5 * 3600, Source(5)), o => o.Kind == BlindSpotKinds.SilentSource);
        Assert.DoesNotContain(At(8 * 3600, Source(5)), o => o.Kind == BlindSpotKinds.SilentSource);
    }

    private IReadOnlyList<Observation> At(double second, SourceSample source, params BlindRule[] blind) =>
        _collector.Collect(Sample(source) with { BlindRules = blind }, Start.AddSeconds(second));

    private static PipelineSample Sample(SourceSample source) => new() { Sources = [source], KnowsLocations = true };

    private static SourceSample Source(long events, long dead = 0) => new(
        "auth.log", events, 0, dead > 0 ? new Dictionary<string, long> { ["no_format"] = dead } : [], 0, 0, 0, CaughtUp: true);
}
