using System.Diagnostics;
using SecStream.Integration.Tests.Conformance.Harness;
using Xunit.Abstractions;

namespace SecStream.Integration.Tests.Conformance;

/// <summary>
/// The first promise, kept by the program as it runs: the alerts of a service are those of a replay of the recorded files, however the events got
/// into it, and whatever happened to it meanwhile. Small here; with <c>SECSTREAM_LONG=1</c> 200 000 events, twenty kills, and the whole matrix.
/// </summary>
public sealed class LiveConformanceTests(ITestOutputHelper output)
{
    private const ulong Seed = 20260302;
    private static readonly Transport[] s_all = [Transport.Tcp, Transport.Ingest, Transport.Bulk, Transport.File, Transport.Udp];
    private static readonly bool s_long = Environment.GetEnvironmentVariable("SECSTREAM_LONG") is { Length: > 0 };

    [Fact]
    public Task EveryTransportAtOnce_LateTwiceAndKilled_SameAlerts() => CheckAsync(new DeliveryShape
    {
        Transports = s_all,
        IsShuffled = true,
        LateShare = 0.05,
        AgainShare = 0.05,
        Batch = 200,
        Lanes = 2,
        Kills = s_long ? 20 : 3,
        Stops = 1,
        Rotations = 3,
        Blocks = s_long ? 100 : 24,
    });

    [Fact]
    public Task RulesSwappedTwice_LateTwiceAndKilled_SameAlerts() => CheckAsync(new DeliveryShape
    {
        Seed = 2,
        Transports = s_all,
        IsShuffled = true,
        LateShare = 0.05,
        AgainShare = 0.05,
        Batch = 100,
        Lanes = 4,
        Kills = s_long ? 20 : 1,
        Swaps = 2,
        Blocks = s_long ? 100 : 12,
    });

    private async Task CheckAsync(DeliveryShape shape)
    {
        var (events, lines) = s_long ? (200_000, 20_000) : (20_000, 2_000);
        var set = RecordedSet.Make(events, lines, Seed + (ulong)shape.Seed);
        await using var run = new LiveRun(set, shape);
        var watch = Stopwatch.StartNew();
        await run.DeliverAsync();
        output.WriteLine($"delivered after {watch.Elapsed}");
        var alerts = await SettledAlerts.OfServiceAsync(run.Service);
        output.WriteLine($"settled after {watch.Elapsed}");
        var expected = await Canonical.ReplayAsync(run.Folder, set, withVersions: shape.Swaps > 0);
        Assert.True(expected.Count > 10, "too few alerts to compare");
        SettledAlerts.AssertEqual(expected, alerts, "the service and the replay of the recorded files");
        output.WriteLine($"{alerts.Count} alerts as expected, after {watch.Elapsed}");
        await ServiceChecks.AssertNothingLostOrDoubleAsync(run, set, alerts);
        output.WriteLine($"nothing lost, nothing double, after {watch.Elapsed}, {run.Service.Starts} starts");
    }
}
