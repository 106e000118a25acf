using System.Globalization;
using System.Text.Json;
using SecStream.Host;
using SecStream.Host.Replay;
using SecStream.Integration.Tests.Conformance.Harness;

namespace SecStream.Integration.Tests.Conformance;

/// <summary>
/// The first promise, kept by the program as it runs: the alerts of a service are those of a replay of the recorded files, however the events got
/// into it, and whatever happened to it meanwhile.
/// </summary>
public sealed class LiveConformanceTests
{
    private const ulong Seed = 20260302;
    private static readonly bool s_long = Environment.GetEnvironmentVariable("SECSTREAM_LONG") is { Length: > 0 };

    [Fact]
    public Task EveryTransportAtOnce_ShuffledLateAndTwice_SameAlerts() => CheckAsync(new DeliveryShape
    {
        Transports = [Transport.Tcp, Transport.Ingest, Transport.Bulk, Transport.File, Transport.Udp],
        IsShuffled = true,
        LateShare = 0.05,
        AgainShare = 0.05,
        Batch = 200,
        Lanes = 2,
        Kills = s_long ? 20 : 3,
        Stops = 1,
        Rotations = 2,
        Blocks = s_long ? 100 : 24,
    });

    private static async Task CheckAsync(DeliveryShape shape)
    {
        var (events, lines) = s_long ? (200_000, 20_000) : (20_000, 2_000);
        var set = RecordedSet.Make(events, lines, Seed + (ulong)shape.Seed);
        await using var run = new LiveRun(set, shape);
        await run.DeliverAsync();
        var alerts = await SettledAlerts.OfServiceAsync(run.Service);
        var expected = await Canonical.ReplayAsync(run.Folder, set);
        Assert.True(expected.Count > 10, "too few alerts to compare");
        SettledAlerts.AssertEqual(expected, alerts, "the service and the replay of the recorded files");
        await ServiceChecks.AssertNothingLostOrDoubleAsync(run, set, alerts);
    }
}
