using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using SecStream.Connectors.Elasticsearch;
using SecStream.Connectors.Elasticsearch.Alerts;
using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Connectors.Elasticsearch.Queries;
using SecStream.Connectors.Elasticsearch.Schema;
using SecStream.Core.Alerts;
using SecStream.Host.Alerts;
using SecStream.Host.Tests.Alerts;
using SecStream.Host.Tests.Harness;
using SecStream.TestParts.Elasticsearch;
using Spectre.Console;
using Xunit;

namespace SecStream.Host.Tests.Stores;

/// <summary>Commands where the configuration says that Elasticsearch has alerts and events.</summary>
public sealed class ClusterCommandsTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private StrictElasticsearch _server = null!;
    private ElasticsearchClient _client = null!;

    public async Task InitializeAsync()
    {
        _server = await StrictElasticsearch.StartAsync();
        var options = new ElasticsearchOptions { Hosts = [_server.Url] };
        _client = new ElasticsearchClient(options, TimeProvider.System);
        await new ElasticsearchBootstrap(_client).RunAsync(isDryRun: false, default);
        _folder.Write("secstream.yml", $"elasticsearch:\n  hosts: [\"{_server.Url}\"]\n");
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose()
    {
        _client?.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Alerts_ListAndDecide_AreAnsweredAndKeptByTheCluster()
    {
        await DeliverAsync(Entry("aaaa1111"), Entry("bbbb2222"));
        var decided = await HostProcess.RunAsync(_folder.Path, "alerts", "ack", "aaaa", "--note", "on it", "--by", "ann");
        Assert.True(decided.ExitCode == 0, decided.Output + decided.Errors);
        Assert.Equal("aaaa1111: acknowledged", decided.Output.Trim());

        var listed = await HostProcess.RunAsync(_folder.Path, "alerts", "--json", "--status", "acknowledged");
        Assert.Equal("on it", JsonDocument.Parse(listed.Output).RootElement.GetProperty("secstream.analyst").GetProperty("verdicts")[0].GetProperty("note").GetString());
        Assert.Equal("acknowledged", (await new ElasticsearchAlertStore(_client).GetAsync("aaaa1111", default))!.State);
        Assert.Contains("2 alerts", (await HostProcess.RunAsync(_folder.Path, "alerts")).Output, StringComparison.Ordinal);

        // A folder that is named is read itself.
        Assert.Equal(2, (await HostProcess.RunAsync(_folder.Path, "alerts", "--data", "elsewhere")).ExitCode);
    }

    [Fact]
    public async Task Alerts_ClusterAway_Is1AndNamesTheNode()
    {
        _folder.Write("secstream.yml", "elasticsearch: {hosts: [\"http://127.0.0.1:1\"]}\n");
        var result = await HostProcess.RunAsync(_folder.Path, "alerts");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("http://127.0.0.1:1", result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Follow_WhatComesAndWhatChanges_IsPrintedOnce()
    {
        await DeliverAsync(Entry("aaaa1111"));
        using var alerts = new PolledAlerts(new ElasticsearchAlertStore(_client), incidents: false);
        var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors });
        console.Profile.Width = 200;
        using var stop = new CancellationTokenSource();
        var listing = new AlertListing(alerts, new AlertFilter(), console, TextWriter.Null, TextWriter.Null) { Poll = TimeSpan.FromMilliseconds(50) };
        var following = listing.FollowAsync(TimeProvider.System, stop.Token);
        await UntilAsync(() => Lines(output) == 1);

        await DeliverAsync(Entry("bbbb2222"));
        await UntilAsync(() => Lines(output) == 2);
        await DeliverAsync(Entry("aaaa1111") with { Revision = 2, Kind = ChangeKind.Withdrawn, Document = Encoding.UTF8.GetBytes(StoredAlertTests.Line("aaaa1111", "withdrawn", 2)) });
        await UntilAsync(() => Lines(output) == 3);
        await stop.CancelAsync();
        await following;

        Assert.Contains("withdrawn", output.ToString().Trim().Split('\n')[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_AlertAndEventsOfTheCluster_AgreesAndEventsAreFound()
    {
        _folder.Write("auth.log", SampleLogs.Auth());
        var replayed = await HostProcess.RunAsync(_folder.Path, "replay", "auth.log", "--timezone", "UTC", "--year", "2026", "--out", "out");
        Assert.True(replayed.ExitCode == 0, replayed.Errors);
        var events = File.ReadAllLines(_folder.File("out/events.ndjson"));
        await IndexAsync(events);
        var alerts = File.ReadAllLines(_folder.File("out/alerts.ndjson"));
        await DeliverAsync([.. alerts.Select(Entry)]);

        foreach (var alert in alerts.Select(line => JsonNode.Parse(line)!).DistinctBy(a => (string)a["rule"]!["id"]!).Take(3))
        {
            var result = await HostProcess.RunAsync(_folder.Path, "explain", (string)alert["event"]!["id"]!, "--json");
            Assert.True(result.ExitCode == 0, result.Output + result.Errors);
            Assert.NotEmpty(JsonNode.Parse(result.Output)!["timeline"]!.AsArray());
        }

        var found = await HostProcess.RunAsync(_folder.Path, "events", "--json", "--limit", "1000");
        Assert.Equal(Ids(events), Ids(found.Output.Trim().Split('\n')));
    }

    private static List<string> Ids(IEnumerable<string> documents) => [.. documents.Select(line => (string)JsonNode.Parse(line)!["event"]!["id"]!).Order(StringComparer.Ordinal)];

    private static int Lines(StringWriter output) => output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 600 && !condition(); i++)
        {
            await Task.Delay(50);
        }

        Assert.True(condition());
    }

    private Task DeliverAsync(params OutboxEntry[] entries) =>
        new ElasticsearchAlertSink(_client, new ElasticsearchOptions { Hosts = [_server.Url] }, Assert.Fail).DeliverAsync(entries, default);

    private async Task IndexAsync(IEnumerable<string> documents)
    {
        var body = string.Concat(documents.Select(line =>
            $"{{\"create\":{{\"_index\":\"logs-secstream.auth.30d-default\",\"_id\":{JsonSerializer.Serialize((string)JsonNode.Parse(line)!["event"]!["id"]!)}}}}}\n{line}\n"));
        using var answer = await _client.SendAsync(HttpMethod.Post, "_bulk?filter_path=errors,items.*.error", RequestBody.Lines(Encoding.UTF8.GetBytes(body)), default);
        using var json = answer.EnsureSuccess().ReadJson();
        Assert.False(json.RootElement.GetProperty("errors").GetBoolean(), json.RootElement.ToString());
    }

    /// <summary>An alert of a replay as the outbox would have it.</summary>
    private static OutboxEntry Entry(string idOrLine)
    {
        var line = idOrLine.StartsWith('{') ? idOrLine : StoredAlertTests.Line(idOrLine, revision: 1);
        var document = JsonNode.Parse(line)!;
        return new OutboxEntry
        {
            Kind = ChangeKind.Opened,
            IsIncident = false,
            Tenant = "default",
            Id = (string)document["event"]!["id"]!,
            Revision = 1,
            Rule = (string)document["rule"]!["id"]!,
            Severity = Severity.Critical,
            Opened = Core.Events.EventClock.ToMicroseconds(DateTimeOffset.Parse((string)document["@timestamp"]!, System.Globalization.CultureInfo.InvariantCulture)),
            IsSettled = true,
            EntityType = (string)document["secstream"]!["entity"]!["type"]!,
            EntityName = (string)document["secstream"]!["entity"]!["name"]!,
            EntityValue = (string)document["secstream"]!["entity"]!["value"]!,
            Document = Encoding.UTF8.GetBytes(line),
        };
    }
}
