using System.Text.Json;
using SecStream.Host.Ledger;
using SecStream.Host.Serve;
using SecStream.Host.Stats;
using SecStream.Host.Tests.Harness;
using Xunit;

namespace SecStream.Host.Tests.Stats;

public sealed class StatsReportTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Of_NobodyHasTheFolder_IsStopped()
    {
        using var folder = new TemporaryFolder();
        Status().Write(folder.Path);
        var report = StatsReport.Of(folder.Path, new SettableClock(Now.AddHours(3)));
        Assert.Equal("stopped", report.State);
        Assert.Contains("3 h old", report.Detail, StringComparison.Ordinal);
        Assert.Equal(7, report.Status!.Sources.Single().Events);
    }

    [Fact]
    public void Of_FolderHeld_IsRunningOrStuckByAge()
    {
        using var folder = new TemporaryFolder();
        using var held = new DataFolderLock(folder.Path);
        Assert.Equal("running", StatsReport.Of(folder.Path, new SettableClock(Now)).State);
        Status().Write(folder.Path);
        Assert.Equal("running", StatsReport.Of(folder.Path, new SettableClock(Now.AddSeconds(6))).State);
        Assert.Equal("stuck", StatsReport.Of(folder.Path, new SettableClock(Now.AddMinutes(2))).State);
    }

    [Fact]
    public void Of_Folder_SizesAndOpenBlindSpots()
    {
        using var folder = new TemporaryFolder();
        folder.Write("events/low/1.ndjson", "12345");
        folder.Write("events/low/2.ndjson", "123");
        using (var ledger = BlindSpotLedger.Open(BlindSpotWatch.LedgerPath(folder.Path), new LedgerOptions(), Now))
        {
            ledger.Observe(Now, [new("no_geoip", "geoip", "none")]);
        }

        var report = StatsReport.Of(folder.Path, new SettableClock(Now));
        Assert.Equal(new FolderSize("events/", 2, 8), report.Folder.Single(f => f.Name == "events/"));
        Assert.Equal("no_geoip", Assert.Single(report.OpenBlindSpots).Kind);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("")]
    public void Read_TornStatus_IsNone(string content)
    {
        using var folder = new TemporaryFolder();
        folder.Write("state/status.json", content);
        Assert.Null(ServiceStatus.Read(folder.Path));
    }

    [Fact]
    public async Task Commands_OnAFolder_ListAndExplain()
    {
        using var folder = new TemporaryFolder();
        Status().Write(folder.File("data"));
        using (var ledger = BlindSpotLedger.Open(BlindSpotWatch.LedgerPath(folder.File("data")), new LedgerOptions(), Now))
        {
            ledger.Observe(Now, [new("silent_source", "evil\u001b[2J[red]", "nothing"), new("no_geoip", "geoip", "none")]);
            ledger.Observe(Now.AddMinutes(1), [new("silent_source", "evil\u001b[2J[red]", "nothing")]);
        }

        var stats = await HostProcess.RunAsync(folder.Path, "stats", "--json");
        using var json = JsonDocument.Parse(stats.Output);
        Assert.Equal(("stopped", 7L), (json.RootElement.GetProperty("state").GetString(), json.RootElement.GetProperty("status").GetProperty("sources")[0].GetProperty("events").GetInt64()));
        Assert.Contains("auth.log", (await HostProcess.RunAsync(folder.Path, "stats")).Output, StringComparison.Ordinal);

        var table = await HostProcess.RunAsync(folder.Path, "ledger");
        Assert.Equal(0, table.ExitCode);
        Assert.Contains("evil\\x1b[2J[red]", table.Output, StringComparison.Ordinal);
        Assert.Contains("1 open of 2 shown", table.Output, StringComparison.Ordinal);
        var open = await HostProcess.RunAsync(folder.Path, "ledger", "--open", "--json");
        Assert.Equal("silent_source", JsonDocument.Parse(Assert.Single(open.Output.TrimEnd().Split('\n'))).RootElement.GetProperty("kind").GetString());
        Assert.Contains("What to do:", (await HostProcess.RunAsync(folder.Path, "ledger", "--explain", "udp_dropped")).Output, StringComparison.Ordinal);
        var unknown = await HostProcess.RunAsync(folder.Path, "ledger", "--kind", "silent_sorce");
        Assert.Equal((2, true), (unknown.ExitCode, unknown.Errors.Contains("did you mean 'silent_source'?", StringComparison.Ordinal)));
    }

    private static ServiceStatus Status() => new()
    {
        Started = Now.AddHours(-1),
        Now = Now,
        Sources = [new SourceStatus { Name = "auth.log", Kind = "file", Events = 7, CaughtUp = true }],
        AlertsBySeverity = new Dictionary<string, long> { ["high"] = 2 },
        Journals = [new JournalStatus("http", 1, 2, 3, 0, false)],
        Segments = [new SegmentStatus("low", 1, 100)],
    };
}
