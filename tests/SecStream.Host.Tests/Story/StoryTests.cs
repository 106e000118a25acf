using SecStream.Connectors.Features;
using SecStream.Host.Generate;
using SecStream.Host.Replay;
using SecStream.Training;
using SecStream.Training.Days;
using SecStream.Training.Exclusions;
using SecStream.Training.Gate;
using SecStream.Training.Lifecycle;
using SecStream.Training.Registry;
using Xunit;
using Xunit.Abstractions;

namespace SecStream.Host.Tests.Story;

/// <summary>
/// The way of anomalies from end to end, as a user goes it: four weeks of traffic are replayed, models trained and promoted through the gate, and a day of attacks is replayed with
/// them; another model takes over, and a rollback brings the former alerts back, to the byte.
/// </summary>
public sealed class StoryTests(ITestOutputHelper output) : IDisposable
{
    private const int Users = 240;
    private static readonly DateTimeOffset s_first = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);
    private readonly string _folder = Directory.CreateTempSubdirectory("story").FullName;

    [Fact]
    public async Task FourWeeks_TrainPromoteAttackRollback_AlertsTellWhatHappened()
    {
        var history = Path.Combine(_folder, "history");
        await ReplayAsync(new TrafficOptions { From = s_first, Users = Users }, history, models: null);
        var registry = new ModelRegistry(history, TimeProvider.System);
        var lifecycle = new ModelLifecycle(registry, new FeatureFileStore(Path.Combine(history, "features")), Evidence.None, new GateOptions());

        var first = lifecycle.Train(new TrainingOptions(), "test", null, CancellationToken.None).Id;
        var outcome = lifecycle.Promote(first, "test", force: false, null, CancellationToken.None);
        Assert.True(outcome.Promoted, string.Join("; ", outcome.Report!.Reasons));
        var attack = new TrafficOptions { From = s_first.AddDays(28), Days = 1, Users = Users, HasAttacks = true };
        var alerts = await ReplayAsync(attack, Path.Combine(_folder, "first"), registry.Directory);
        ShowsAttacks(alerts);

        var second = lifecycle.Train(new TrainingOptions { Days = new DaySplitOptions { Until = DayOf(s_first.AddDays(20)) } }, "test", null, CancellationToken.None).Id;
        Assert.NotEqual(first, second);
        lifecycle.Promote(second, "test", force: true, null, CancellationToken.None);
        var other = await ReplayAsync(attack, Path.Combine(_folder, "second"), registry.Directory);
        Assert.NotEqual(alerts, other);

        registry.Rollback("test", null);
        Assert.Equal(alerts, await ReplayAsync(attack, Path.Combine(_folder, "again"), registry.Directory));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void ShowsAttacks(string alerts)
    {
        var lines = alerts.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (var line in lines)
        {
            var at = line.IndexOf("\"message\":\"", StringComparison.Ordinal) + 11;
            output.WriteLine(line[at..line.IndexOf("\",\"", at, StringComparison.Ordinal)]);
        }

        string Of(string entity, string text) => Assert.Single(lines.Where(l => l.Contains(entity, StringComparison.Ordinal) && l.Contains(text, StringComparison.Ordinal)).Take(1));

        // The loud ones: a service that fails, the keys that meet it, hosts that are scanned. With so few people as here their own classes reach medium at most, and say so.
        Of("service orders", "failures in");
        Of("API key ", "normally");
        Of("host web-", "failures in");
        Assert.All(lines.Where(l => l.Contains("\"anomaly\":", StringComparison.Ordinal)), l => Assert.Contains("\"contributions\":[", l, StringComparison.Ordinal));
    }

    private async Task<string> ReplayAsync(TrafficOptions traffic, string folder, string? models)
    {
        var log = Path.Combine(_folder, $"{traffic.From:yyyyMMdd}.ndjson");
        if (!File.Exists(log))
        {
            Traffic.WriteFile(traffic, log, null, CancellationToken.None);
        }

        Directory.CreateDirectory(folder);
        var options = new PipelineOptions { GeoIp = [], Zone = TimeZoneInfo.Utc, Models = models };
        await new ReplayRun(options, folder, TimeProvider.System).RunAsync([log], null, CancellationToken.None);
        return await File.ReadAllTextAsync(Path.Combine(folder, "alerts.ndjson"));
    }

    private static long DayOf(DateTimeOffset day) => day.ToUnixTimeSeconds() / 86_400;
}
