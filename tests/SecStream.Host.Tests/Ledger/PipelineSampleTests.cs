using SecStream.Host.Derivation;
using SecStream.Host.Ledger;
using SecStream.Host.Replay;
using SecStream.Host.Tests.Harness;
using Xunit;

namespace SecStream.Host.Tests.Ledger;

public sealed class PipelineSampleTests
{
    [Fact]
    public async Task Of_PipelineThatHasRun_HasItsCounters()
    {
        using var folder = new TemporaryFolder();
        var log = folder.Write("auth.log", SampleLogs.Skewed() + "no time, no host: what is this?\n");
        var list = folder.Write("intel.txt", "198.51.100.0/24\n");
        var options = new PipelineOptions { GeoIp = [], Intel = [list], Zone = TimeZoneInfo.Utc, Year = 2026, Format = "syslog" };
        var knowledge = Knowledge.Load(options);
        using var topology = new Topology(options, knowledge, ReplaySources.Open([log], options, TimeProvider.System), new NoEventSink(), new CollectingSink(), TimeProvider.System);
        await topology.Engine.RunAsync(
            async (pump, cancel) =>
            {
                while (!pump.AllEnded)
                {
                    await pump.PumpAsync(cancel);
                }
            },
            CancellationToken.None);

        var sample = PipelineSample.Of(topology, knowledge, _ => true, KnownFiles.Of(options));
        var source = Assert.Single(sample.Sources);
        Assert.Equal((6L, 1L, 1L), (source.Events, source.Skewed, source.DeadLetters.Values.Sum()));
        Assert.Equal((false, list), (sample.KnowsLocations, Assert.Single(sample.Files).Path));
        Assert.Contains(sample.BlindRules, r => r.Why.StartsWith("no event has", StringComparison.Ordinal));
        var found = new LedgerCollector(new CollectorOptions(), null, null).Collect(sample, TimeProvider.System.GetUtcNow());
        Assert.Equal([BlindSpotKinds.NoGeoIp], found.Select(o => o.Kind));
    }
}
