using System.Text;
using System.Text.Json;
using SecStream.Connectors.Embedded;
using SecStream.Connectors.Outbox;
using SecStream.Core.Alerts;
using SecStream.Host.Alerts;
using SecStream.Host.Tests.Alerts;
using SecStream.Host.Tests.Harness;
using Spectre.Console;
using Xunit;

namespace SecStream.Host.Tests.Cli;

/// <summary>Commands on the data folder of a service, while it runs.</summary>
public sealed class StoreCommandsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Alerts_DecideAndList_StateAndVerdictShow()
    {
        using var service = await ServiceAsync(Entry("aaaa1111"), Entry("bbbb2222"));
        var decided = await HostProcess.RunAsync(_folder.Path, "alerts", "ack", "aaaa", "--note", "on it", "--by", "ann", "--assign", "bob");
        Assert.Equal((0, "aaaa1111: acknowledged"), (decided.ExitCode, decided.Output.Trim()));

        var listed = await HostProcess.RunAsync(_folder.Path, "alerts", "--json", "--status", "acknowledged");
        var document = JsonDocument.Parse(listed.Output).RootElement;
        Assert.Equal("aaaa1111", document.GetProperty("event").GetProperty("id").GetString());
        var analyst = document.GetProperty("secstream.analyst");
        Assert.Equal(("acknowledged", "bob"), (analyst.GetProperty("state").GetString(), analyst.GetProperty("assignee").GetString()));
        Assert.Equal("on it", analyst.GetProperty("verdicts")[0].GetProperty("note").GetString());

        var all = await HostProcess.RunAsync(_folder.Path, "alerts", "--json");
        Assert.Equal(2, all.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("2 alerts", (await HostProcess.RunAsync(_folder.Path, "alerts")).Output, StringComparison.Ordinal);
        Assert.Equal("acknowledged", (await service.GetAsync("aaaa1111", default))!.State);
    }

    [Theory]
    [InlineData("ack", "cccc")]
    [InlineData("ack", "aaa")]
    [InlineData("resolve", "aaaa")]
    [InlineData("ack", "bbbb", "--by", "")]
    public async Task Alerts_DecisionThatCantBe_Is2WithAMessage(params string[] arguments)
    {
        using var service = await ServiceAsync(Entry("aaaa1111"), Entry("aaaa2222"), Entry("bbbb2222"));
        var result = await HostProcess.RunAsync(_folder.Path, ["alerts", .. arguments]);

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("secstream: ", result.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(service.Decisions.FilePath));
    }

    [Fact]
    public async Task Follow_OutboxOfAService_PrintsWhatIsNewAndWhatIsWithdrawn()
    {
        using var service = await ServiceAsync(Entry("aaaa1111"));
        await using var outbox = new AlertOutbox(_folder.File("data/alerts"), new OutboxOptions(), TimeProvider.System);
        using var alerts = new StoreAlerts(_folder.File("data"), incidents: false, TimeProvider.System);
        var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors });
        console.Profile.Width = 200;
        using var stop = new CancellationTokenSource();
        var following = new AlertListing(alerts, new AlertFilter(), console, TextWriter.Null, TextWriter.Null).FollowAsync(TimeProvider.System, stop.Token);
        outbox.Append(Entry("aaaa1111") with { Revision = 2, Kind = ChangeKind.Revised, Document = Document("aaaa1111", 2) });
        outbox.Append(Entry("bbbb2222"));
        outbox.Append(Entry("aaaa1111") with { Revision = 3, Kind = ChangeKind.Withdrawn, Document = Document("aaaa1111", 3, "withdrawn") });
        await outbox.FlushAsync(default);
        for (var i = 0; i < 200 && !output.ToString().Contains("withdrawn", StringComparison.Ordinal); i++)
        {
            await Task.Delay(50);
        }

        await stop.CancelAsync();
        await following;
        Assert.Equal(3, output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Blacklist_AddListRemove_WorksWithoutAService()
    {
        var added = await HostProcess.RunAsync(_folder.Path, "blacklist", "add", "203.0.113.0/24", "--for", "24h", "--reason", "scans, often", "--by", "ann");
        Assert.Equal(0, added.ExitCode);
        var listed = JsonDocument.Parse((await HostProcess.RunAsync(_folder.Path, "blacklist", "list", "--json")).Output).RootElement[0];
        Assert.Equal(("203.0.113.0/24", "scans, often", "ann"), (listed.GetProperty("value").GetString(), listed.GetProperty("reason").GetString(), listed.GetProperty("by").GetString()));

        // The enrichment reads what the blacklist exports.
        var bytes = await File.ReadAllBytesAsync(_folder.File("data/state/blacklist.txt"));
        var list = Stages.Enrichment.Intel.IntelListParser.Parse("blacklist.txt", Stages.Enrichment.Intel.IntelRole.Blacklist, bytes);
        var entry = Assert.Single(list.Entries);
        Assert.Equal(("203.0.113.0/24", "scans, often"), (entry.Value, entry.Reason));
        Assert.True(entry.Expires < long.MaxValue);
        Assert.Equal(0, (await HostProcess.RunAsync(_folder.Path, "blacklist", "remove", "203.0.113.0/24")).ExitCode);
        Assert.Equal(1, (await HostProcess.RunAsync(_folder.Path, "blacklist", "remove", "203.0.113.0/24")).ExitCode);
    }

    [Theory]
    [InlineData("add", "example.org")]
    [InlineData("add", "203.0.113.7", "--for", "soon")]
    [InlineData("add", "203.0.113.7", "--for", "1h", "--until", "2999-01-01")]
    [InlineData("add", "203.0.113.7", "--until", "1999-01-01")]
    public async Task Blacklist_BadUsage_Is2WithAMessage(params string[] arguments)
    {
        var result = await HostProcess.RunAsync(_folder.Path, ["blacklist", .. arguments]);

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("secstream: ", result.Errors, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static byte[] Document(string id, int revision = 1, string status = "open") =>
        Encoding.UTF8.GetBytes(StoredAlertTests.Line(id, revision: revision, status: status));

    private static OutboxEntry Entry(string id) => new()
    {
        End = 10,
        Kind = ChangeKind.Opened,
        IsIncident = false,
        Tenant = "default",
        Id = id,
        Revision = 1,
        Rule = "C1",
        Severity = Severity.Critical,
        Opened = 1_772_366_400_000_000,
        IsSettled = false,
        EntityType = "ip",
        EntityName = "source.address",
        EntityValue = "203.0.113.7",
        Document = Document(id),
    };

    private async Task<SqliteAlertStore> ServiceAsync(params OutboxEntry[] entries)
    {
        var store = new SqliteAlertStore(_folder.File("data"), new SqliteStoreOptions { MayRebuild = true }, TimeProvider.System);
        await store.DeliverAsync(entries, default);
        return store;
    }
}
