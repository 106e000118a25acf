using System.Text.Json.Nodes;
using SecStream.Host.Tests.Harness;
using Xunit;

namespace SecStream.Host.Tests.Cli;

/// <summary>Stored events are the evidence: read again they must give the same alerts.</summary>
public sealed class ReplayedEventsTests
{
    public static TheoryData<string> Logs => [SampleLogs.Auth(), SampleLogs.Skewed()];

    [Theory]
    [MemberData(nameof(Logs))]
    public async Task Replay_OfStoredEvents_GivesTheSameAlerts(string log)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("auth.log", log);
        Assert.Equal(0, (await HostProcess.RunAsync(folder.Path, "replay", path, "--out", "first", "--timezone", "UTC", "--year", "2026")).ExitCode);
        Assert.Equal(0, (await HostProcess.RunAsync(folder.Path, "replay", "first/events.ndjson", "--out", "second")).ExitCode);
        Assert.NotEqual(0, new FileInfo(folder.File("first/alerts.ndjson")).Length);
        Assert.Equal(File.ReadAllText(folder.File("first/alerts.ndjson")), File.ReadAllText(folder.File("second/alerts.ndjson")));
        Assert.Equal(File.ReadAllText(folder.File("first/incidents.ndjson")), File.ReadAllText(folder.File("second/incidents.ndjson")));
    }

    [Fact]
    public async Task Replay_OfALineAheadOfItsTime_StoresWhenItWasEvaluated()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("auth.log", SampleLogs.Skewed());
        await HostProcess.RunAsync(folder.Path, "replay", path, "--timezone", "UTC", "--year", "2026");
        var skewed = File.ReadLines(folder.File("out/events.ndjson")).Select(l => JsonNode.Parse(l)!).Single(e => e["@timestamp"]!.GetValue<string>().Contains("T15:", StringComparison.Ordinal));
        Assert.Equal("2026-03-02T10:00:03.000000Z", skewed["secstream"]!["evaluated_at"]!.GetValue<string>());
        Assert.True(skewed["secstream"]!["clock_skew"]!.GetValue<bool>());
    }
}
