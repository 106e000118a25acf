using System.Text.Json.Nodes;
using SecStream.Host.Tests.Harness;
using Xunit;

namespace SecStream.Host.Tests.Cli;

public sealed class ExplainCommandTests
{
    [Fact]
    public async Task Explain_EveryRule_Agrees()
    {
        using var folder = await ReplayedAsync(SampleLogs.Auth());
        foreach (var alert in Alerts(folder).DistinctBy(a => a["rule"]!["id"]!.GetValue<string>()))
        {
            var result = await HostProcess.RunAsync(folder.Path, "explain", alert["event"]!["id"]!.GetValue<string>()[..12], "--json");
            Assert.True(result.ExitCode == 0, result.Output + result.Errors);
            var answer = JsonNode.Parse(result.Output)!;
            Assert.True(answer["agrees"]!.GetValue<bool>());
            Assert.NotEmpty(answer["timeline"]!.AsArray());
        }
    }

    [Fact]
    public async Task Explain_RuleThatRemembersForMonths_ReadsBackThatFar()
    {
        using var folder = await ReplayedAsync(SampleLogs.Travel());
        var alerts = Alerts(folder);
        Assert.Equal(["P3", "T7"], alerts.Select(a => a["rule"]!["id"]!.GetValue<string>()));
        foreach (var alert in alerts)
        {
            var result = await HostProcess.RunAsync(folder.Path, "explain", alert["event"]!["id"]!.GetValue<string>());
            Assert.True(result.ExitCode == 0, result.Output);
        }
    }

    [Fact]
    public async Task Explain_LineAheadOfItsTime_Agrees()
    {
        using var folder = await ReplayedAsync(SampleLogs.Skewed());
        var result = await HostProcess.RunAsync(folder.Path, "explain", Alerts(folder)[0]["event"]!["id"]!.GetValue<string>());
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public async Task Explain_ForPeople_ShowsSentenceRuleAndLinesEscaped()
    {
        using var folder = await ReplayedAsync(SampleLogs.Auth());
        var alert = Alerts(folder).First(a => a["rule"]!["id"]!.GetValue<string>() == "C1" && a["secstream"]!["entity"]!["value"]!.GetValue<string>() == "192.0.2.44");
        var result = await HostProcess.RunAsync(folder.Path, "explain", alert["event"]!["id"]!.GetValue<string>());
        Assert.Contains(">= 5 in 15 min", result.Output, StringComparison.Ordinal);
        Assert.Contains("agrees", result.Output, StringComparison.Ordinal);
        Assert.Contains("\\x1b[31mred[/]", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', result.Output);
    }

    /// <summary>What analysts say is no part of what events tell: an acknowledged alert agrees as it did before.</summary>
    [Fact]
    public async Task Explain_AlertWithAVerdict_AgreesAndTellsIt()
    {
        using var folder = await ReplayedAsync(SampleLogs.Auth());
        var alerts = Alerts(folder);
        var id = alerts[0]["event"]!["id"]!.GetValue<string>();
        alerts[0]["secstream.analyst"] = JsonNode.Parse(
            """{"state":"acknowledged","assignee":"bob","verdicts":[{"at":"2026-11-21T17:17:10.029689Z","by":"ann","state":"acknowledged","note":"on it [red]","assignee":"bob"}]}""");
        File.WriteAllLines(folder.File("out/alerts.ndjson"), alerts.Select(a => a.ToJsonString()));
        var result = await HostProcess.RunAsync(folder.Path, "explain", id);
        Assert.True(result.ExitCode == 0, result.Output);
        Assert.Contains("acknowledged 2026-11-21 17:17:10 UTC by ann for bob: on it [red]", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_RulesOfTheConfiguration_AreThoseItDerivesWith()
    {
        using var folder = await ReplayedAsync(SampleLogs.Auth());
        var id = Alerts(folder)[0]["event"]!["id"]!.GetValue<string>();
        Directory.CreateDirectory(folder.File("rules"));
        folder.Write("secstream.yml", "rules: rules\n");
        var result = await HostProcess.RunAsync(folder.Path, "explain", id);
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("rule", result.Output + result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_AlertThatWasChanged_NamesTheFieldAndFails()
    {
        using var folder = await ReplayedAsync(SampleLogs.Auth());
        var alerts = Alerts(folder);
        var id = alerts[0]["event"]!["id"]!.GetValue<string>();
        alerts[0]["secstream"]!["evidence"]!["total"] = 999;
        File.WriteAllLines(folder.File("out/alerts.ndjson"), alerts.Select(a => a.ToJsonString()));
        var result = await HostProcess.RunAsync(folder.Path, "explain", id, "--json");
        Assert.Equal(1, result.ExitCode);
        var difference = Assert.Single(JsonNode.Parse(result.Output)!["differences"]!.AsArray())!;
        Assert.Equal("secstream.evidence.total", difference["field"]!.GetValue<string>());
    }

    [Fact]
    public async Task Explain_EventGone_DoesNotAgree()
    {
        using var folder = await ReplayedAsync(SampleLogs.Auth());
        var alert = Alerts(folder).First(a => a["rule"]!["id"]!.GetValue<string>() == "C1");
        var evidence = alert["secstream"]!["evidence"]!["event_ids"]![0]!.GetValue<string>();
        var events = File.ReadAllLines(folder.File("out/events.ndjson")).Where(l => !l.Contains(evidence, StringComparison.Ordinal));
        File.WriteAllLines(folder.File("out/events.ndjson"), events);
        var result = await HostProcess.RunAsync(folder.Path, "explain", alert["event"]!["id"]!.GetValue<string>());
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("does not agree", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ffff0000ffff", "no alert")]
    [InlineData("ab", "at least")]
    public async Task Explain_NoSuchId_SaysSo(string id, string expected)
    {
        using var folder = await ReplayedAsync(SampleLogs.Skewed());
        var result = await HostProcess.RunAsync(folder.Path, "explain", id);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(expected, result.Errors, StringComparison.Ordinal);
    }

    private static async Task<TemporaryFolder> ReplayedAsync(string log)
    {
        var folder = new TemporaryFolder();
        var path = folder.Write("auth.log", log);
        var result = await HostProcess.RunAsync(folder.Path, "replay", path, "--timezone", "UTC", "--year", "2026");
        Assert.True(result.ExitCode == 0, result.Errors);
        return folder;
    }

    private static List<JsonNode> Alerts(TemporaryFolder folder) => [.. File.ReadLines(folder.File("out/alerts.ndjson")).Select(l => JsonNode.Parse(l)!)];
}
