using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using SecStream.Host.Tests.Alerts;
using SecStream.Host.Tests.Harness;
using Xunit;

namespace SecStream.Host.Tests.Cli;

public sealed class CommandsTests
{
    /// <summary>Misspelt options are no files: a service would follow "--dta" and keep its data elsewhere.</summary>
    [Theory]
    [InlineData("serve", "--dta", "x")]
    [InlineData("replay", "auth.log", "--jsn")]
    [InlineData("check", "-j")]
    public async Task Command_UnknownOption_IsRefusedAndNamed(params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        var result = await HostProcess.RunAsync(folder.Path, arguments);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains($"unknown option {arguments.First(a => a[0] == '-')};", result.Errors, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task Alerts_FiltersAndJson_PrintsDocumentsAsStored()
    {
        using var folder = new TemporaryFolder();
        folder.Write("out/alerts.ndjson", $"{StoredAlertTests.Line("aa")}\n{StoredAlertTests.Line("bb", status: "withdrawn")}\n");
        var open = await HostProcess.RunAsync(folder.Path, "alerts", "--json");
        Assert.Equal(StoredAlertTests.Line("aa"), open.Output.TrimEnd());
        var all = await HostProcess.RunAsync(folder.Path, "alerts", "--status", "all", "--severity", "critical", "--rule", "C1", "--entity", "alice");
        Assert.Contains("2 alerts", all.Output, StringComparison.Ordinal);
        Assert.Equal(0, all.ExitCode);
    }

    [Fact]
    public async Task Alerts_BadLine_IsNamedAndFails()
    {
        using var folder = new TemporaryFolder();
        folder.Write("data/alerts.ndjson", $"{StoredAlertTests.Line("aa")}\nnonsense\n");
        var result = await HostProcess.RunAsync(folder.Path, "alerts");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("alerts.ndjson:2:", result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("alerts", "--since", "soon")]
    [InlineData("alerts", "--data", "nowhere")]
    [InlineData("alerts", "--limit", "0")]
    [InlineData("alerts", "--limit", "many")]
    [InlineData("rules", "lint", "nowhere")]
    [InlineData("rules", "blind")]
    [InlineData("check", "--format", "cobol")]
    [InlineData("nonsense", "", "")]
    public async Task AnyCommand_BadUsage_Is2WithAMessage(params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        var result = await HostProcess.RunAsync(folder.Path, [.. arguments.Where(a => a.Length > 0)]);
        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("secstream: ", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replay_GzipCutOff_ReadsWhatIsThereAndFails()
    {
        using var folder = new TemporaryFolder();
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(SampleLogs.Auth()));
        }

        await File.WriteAllBytesAsync(folder.File("auth.log.gz"), packed.ToArray()[..^100]);
        var result = await HostProcess.RunAsync(folder.Path, "replay", "auth.log.gz");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("source_gap", result.Output, StringComparison.Ordinal);
        Assert.NotEmpty(await File.ReadAllTextAsync(folder.File("out/events.ndjson")));
    }

    [Fact]
    public async Task Replay_EmptyFolderName_IsAMessageAndNoCrash()
    {
        using var folder = new TemporaryFolder();
        folder.Write("auth.log", SampleLogs.Auth());
        var result = await HostProcess.RunAsync(folder.Path, "replay", "auth.log", "--out", "");
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("secstream: ", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replay_HostileList_MessageIsShortAndCarriesNoControlCharacters()
    {
        using var folder = new TemporaryFolder();
        folder.Write("auth.log", SampleLogs.Auth());
        folder.Write("bad.txt", string.Concat(Enumerable.Repeat("x \u001b[31mred\u0007\n", 500)));
        var result = await HostProcess.RunAsync(folder.Path, "replay", "auth.log", "--intel", "bad.txt");
        Assert.Equal(2, result.ExitCode);
        Assert.DoesNotContain('\u001b', result.Errors);
        Assert.DoesNotContain('\u0007', result.Errors);
        Assert.InRange(result.Errors.Split('\n').Length, 2, 25);
    }

    [Fact]
    public async Task RulesTest_ThePack_Passes()
    {
        using var folder = new TemporaryFolder();
        var result = await HostProcess.RunAsync(folder.Path, "rules", "test");
        Assert.True(result.ExitCode == 0, result.Output + result.Errors);
        Assert.Contains(" 0 failed.", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RulesTest_WrongExpectation_ShowsExpectedAndActual()
    {
        using var folder = new TemporaryFolder();
        folder.Write("rules/r.yml", Rule);
        folder.Write("rules/r.test.yml", "rule: Z1\ncases:\n  - name: fires\n    events:\n      - {action: probe, user: alice}\n    alerts: []\n");
        var result = await HostProcess.RunAsync(folder.Path, "rules", "test", "rules", "--json");
        Assert.Equal(1, result.ExitCode);
        var test = Assert.Single(JsonNode.Parse(result.Output)!.AsArray())!;
        Assert.False(test["passed"]!.GetValue<bool>());
        Assert.Contains("expected 0 alerts, got 1", test["failures"]![0]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RulesLint_BrokenRule_NamesFileAndLine()
    {
        using var folder = new TemporaryFolder();
        folder.Write("rules/r.yml", Rule.Replace("level: high", "level: enormous", StringComparison.Ordinal));
        var result = await HostProcess.RunAsync(folder.Path, "rules", "lint", "rules");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("r.yml:", result.Output, StringComparison.Ordinal);
        var json = await HostProcess.RunAsync(folder.Path, "rules", "lint", "rules", "--json");
        Assert.Contains(JsonNode.Parse(json.Output)!.AsArray(), i => i!["severity"]!.GetValue<string>() == "error");
    }

    [Fact]
    public async Task RulesList_Json_HasEveryRuleOfThePack()
    {
        using var folder = new TemporaryFolder();
        var result = await HostProcess.RunAsync(folder.Path, "rules", "list", "--json");
        Assert.Equal(0, result.ExitCode);
        var codes = JsonNode.Parse(result.Output)!["rules"]!.AsArray().Select(r => r!["code"]!.GetValue<string>()).ToList();
        Assert.Superset(new HashSet<string> { "C1", "L5", "P3", "T7", "X1" }, codes.ToHashSet());
    }

    [Fact]
    public async Task RulesBlind_AuthLog_NamesRulesAndFields()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("auth.log", SampleLogs.Auth());
        var result = await HostProcess.RunAsync(folder.Path, "rules", "blind", path, "--json");
        Assert.Equal(0, result.ExitCode);
        var rules = JsonNode.Parse(result.Output)!.AsArray().ToDictionary(r => r!["rule"]!.GetValue<string>(), r => r!);
        Assert.False(rules["C1"]["blind"]!.GetValue<bool>());
        Assert.True(rules["P4"]["blind"]!.GetValue<bool>());
        Assert.True(rules["P3"]["blind"]!.GetValue<bool>());
        Assert.Contains("secstream.api_key.id", rules["P4"]["why"]![0]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_GoodAndBadSources_TellsThemApart()
    {
        using var folder = new TemporaryFolder();
        folder.Write("good.log", SampleLogs.Auth() + "Mar  2 10:0\n");
        folder.Write("bad.log", "\u001b[2Jno log\nneither\n");
        var good = await HostProcess.RunAsync(folder.Path, "check", "good.log", "--timezone", "UTC", "--year", "2026", "--json");
        Assert.Equal(0, good.ExitCode);
        var source = JsonNode.Parse(good.Output)!["sources"]![0]!;
        Assert.Equal("syslog", source["format"]!.GetValue<string>());
        Assert.Equal("2026-03-02T10:00:10.000000Z", source["first_event"]!.GetValue<string>());
        Assert.Single(source["dead_letters"]!.AsArray());
        var both = await HostProcess.RunAsync(folder.Path, "check", "good.log", "bad.log", "missing.log");
        Assert.Equal(1, both.ExitCode);
        Assert.Contains("FAIL bad.log", both.Output, StringComparison.Ordinal);
        Assert.Contains("FAIL missing.log", both.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', both.Output);
        Assert.False(Directory.Exists(folder.File("data")));
    }

    [Fact]
    public async Task Version_Json_NamesProductAndRules()
    {
        using var folder = new TemporaryFolder();
        var result = await HostProcess.RunAsync(folder.Path, "version", "--json");
        Assert.Equal(0, result.ExitCode);
        var facts = JsonNode.Parse(result.Output)!;
        Assert.NotEmpty(facts["secstream"]!.GetValue<string>());
        Assert.Contains("rules", facts["rules"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    private const string Rule = """
        title: Probe
        id: 5a7c2a3e-8a3b-4f0e-9d5c-0f4f4b8f2b11
        level: high
        status: stable
        description: A probe.
        logsource: {product: secstream}
        detection:
          selection: {event.action: probe}
          condition: selection
        secstream:
          code: Z1
          key: [user.name]
        """;
}
