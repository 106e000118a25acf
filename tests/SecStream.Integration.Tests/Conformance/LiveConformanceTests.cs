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
        IsKilledWhenQuiet = true,
        Stops = 1,
        Rotations = 3,
        Blocks = s_long ? 100 : 16,
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

    /// <summary>Every way to deliver with every other: pairs of them here, every combination in the long run. Several services side by side.</summary>
    [Fact]
    public async Task MatrixOfDeliveries_SameAlerts()
    {
        var rows = s_long ? ShapeMatrix.Full() : ShapeMatrix.Pairwise();
        output.WriteLine($"{rows.Count} rows");
        await Parallel.ForEachAsync(rows, new ParallelOptions { MaxDegreeOfParallelism = 6 }, async (shape, _) =>
        {
            try
            {
                await CheckAsync(shape, 2_000, 600, byProgram: false);
            }
            catch (Exception fault)
            {
                throw new InvalidOperationException($"{shape}, {string.Join(' ', shape.Transports)}: {fault.Message}", fault);
            }
        });
    }

    private Task CheckAsync(DeliveryShape shape) => s_long ? CheckAsync(shape, 200_000, 20_000, byProgram: true) : CheckAsync(shape, 20_000, 2_000, byProgram: true);

    private async Task CheckAsync(DeliveryShape shape, int events, int lines, bool byProgram)
    {
        var set = RecordedSet.Make(events, lines, attacks: Math.Max(5, 60_000.0 / events), Seed + (ulong)shape.Seed);
        await using var run = new LiveRun(set, shape);
        var watch = Stopwatch.StartNew();
        await run.DeliverAsync();
        var delivered = watch.Elapsed;
        var alerts = await SettledAlerts.OfServiceAsync(run.Service);
        var settled = watch.Elapsed;
        var expected = await Canonical.ReplayAsync(run.Folder, set, withVersions: shape.Swaps > 0);
        Assert.True(expected.Count > 10, "too few alerts to compare");
        SettledAlerts.AssertEqual(expected, alerts, "the service and the replay of the recorded files");
        await ServiceChecks.AssertNothingLostOrDoubleAsync(run, set, alerts, byProgram);
        output.WriteLine(
            $"{events} events, {alerts.Count} alerts, {run.Service.Starts} lives: delivered after {delivered.TotalSeconds:N1} s, settled after {settled.TotalSeconds:N1} s, checked after {watch.Elapsed.TotalSeconds:N1} s");
    }
}
