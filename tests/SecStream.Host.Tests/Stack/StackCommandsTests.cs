using System.Text.Json;
using System.Text.Json.Nodes;
using SecStream.Host.Tests.Harness;
using SecStream.TestParts.Elasticsearch;
using SecStream.TestParts.Kafka;
using SecStream.TestParts.Redis;
using Xunit;

namespace SecStream.Host.Tests.Stack;

/// <summary>The ten minutes of a team: init, check, bootstrap, emit-test, against servers that are as real as they get here.</summary>
public sealed class StackCommandsTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MockKafka _kafka = new();
    private StrictElasticsearch _cluster = null!;
    private StrictKibana _kibana = null!;
    private RedisServer _redis = null!;

    public async Task InitializeAsync()
    {
        _cluster = await StrictElasticsearch.StartAsync();
        _cluster.Intercept = request => request.Path == "/_ilm/status" ? StrictReply.Json(200, """{"operation_mode":"RUNNING"}""") : null;
        _kibana = await StrictKibana.StartAsync();
        _redis = await RedisServer.StartAsync();
        Array.ForEach(["logs", "logs.dlq", "secstream.alerts.v1", "secstream.actions.v1", "secstream.state.v1"], topic => _kafka.CreateTopic(topic));
    }

    public async Task DisposeAsync()
    {
        await _redis.DisposeAsync();
        await _kibana.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    public void Dispose()
    {
        _kafka.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Team_InitCheckBootstrapEmit_GetsThere()
    {
        var init = await HostProcess.RunAsync(
            _folder.Path, "init", "--kafka", _kafka.Bootstraps, "--topic", "logs", "--elasticsearch", _cluster.Url.ToString(), "--kibana", _kibana.Url.ToString(), "--redis", _redis.Endpoint);
        Assert.True(init.ExitCode == 0, init.Errors);

        // Templates are missing: check says so, and what to do.
        var before = await CheckAsync();
        Assert.Equal(1, before.Code);
        Assert.Equal("./run bootstrap", (string?)before.Servers["elasticsearch: templates"]!["mend"]);

        var dry = await HostProcess.RunAsync(_folder.Path, "bootstrap", "--dry-run", "--json");
        Assert.True(dry.ExitCode == 0, dry.Output + dry.Errors);
        Assert.Empty(_kibana.Objects);
        var first = await HostProcess.RunAsync(_folder.Path, "bootstrap", "--json");
        Assert.True(first.ExitCode == 0, first.Output + first.Errors);
        Assert.Equal(Outcomes(dry, "created"), Outcomes(first, "created"));
        var second = await HostProcess.RunAsync(_folder.Path, "bootstrap");
        Assert.Contains("Nothing to do.", second.Output, StringComparison.Ordinal);

        var after = await CheckAsync();
        Assert.True(after.Code == 0, string.Join("\n", after.Servers.Where(s => (string?)s.Value!["result"] == "failed")));
        Assert.All((string[])["kafka: read logs", "kafka: write secstream.alerts.v1", "kafka: idempotent producer", "elasticsearch: privileges", "kibana: dashboards", "redis: client"], name => Assert.Equal("ok", (string?)after.Servers[name]?["result"]));

        await EmitAsync();
    }

    [Fact]
    public async Task Bootstrap_OnePartIsAway_MakesTheOthersAndIs1()
    {
        _folder.Write("secstream.yml", $"kafka: {{brokers: [\"127.0.0.1:1\"]}}\nelasticsearch: {{hosts: [\"{_cluster.Url}\"]}}\n");
        var result = await HostProcess.RunAsync(_folder.Path, "bootstrap", "--json", "--timeout", "2");

        Assert.Equal(1, result.ExitCode);
        var steps = JsonNode.Parse(result.Output)!["steps"]!.AsArray();
        Assert.Equal("refused", (string?)Assert.Single(steps, step => (string?)step!["part"] == "kafka")!["outcome"]);
        Assert.All(steps.Where(step => (string?)step!["part"] == "elasticsearch"), step => Assert.Equal("created", (string?)step!["outcome"]));
    }

    [Theory]
    [InlineData("bootstrap", "--only", "kibana")]
    [InlineData("bootstrap", "--only", "postgres")]
    [InlineData("alerts", "emit-test", "NOPE")]
    [InlineData("alerts", "emit-test", "C1", "--to", "redis")]
    public async Task Command_WhatIsNotConfigured_Is2(params string[] arguments)
    {
        _folder.Write("secstream.yml", $"kafka: {{brokers: [\"{_kafka.Brokers[0]}\"]}}\n");
        var result = await HostProcess.RunAsync(_folder.Path, arguments);

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("secstream: ", result.Errors, StringComparison.Ordinal);
    }

    private async Task EmitAsync()
    {
        var emitted = await HostProcess.RunAsync(_folder.Path, "alerts", "emit-test", "c1", "--json");
        Assert.True(emitted.ExitCode == 0, emitted.Output + emitted.Errors);
        var answer = JsonNode.Parse(emitted.Output)!;
        var id = (string)answer["id"]!;
        Assert.Equal(["kafka", "elasticsearch", "redis"], answer["places"]!.AsArray().Select(place => (string)place!["output"]!));
        Assert.Equal(("secstream.alerts.v1", 0), ((string)answer["places"]![0]!["topic"]!, (int)answer["places"]![0]!["partition"]!));

        // The check before may have left its empty record on the mock broker, which takes any number of acknowledgements.
        var records = await Kcat.ReadAsync(_kafka.Bootstraps, "secstream.alerts.v1", "%o %h %s");
        var record = Assert.Single(records, line => line.Contains(id, StringComparison.Ordinal));
        Assert.StartsWith($"{answer["places"]![0]!["offset"]} ", record, StringComparison.Ordinal);
        Assert.Contains("secstream-test=true", record, StringComparison.Ordinal);

        var stored = await HostProcess.RunAsync(_folder.Path, "alerts", "--json");
        Assert.True(JsonDocument.Parse(stored.Output).RootElement.GetProperty("secstream").GetProperty("test").GetBoolean());
        Assert.Contains(id, await _redis.CliAsync("ZRANGE", "secstream:alerts:recent", "0", "-1"), StringComparison.Ordinal);
        Assert.DoesNotContain("actions:", await _redis.CliAsync("KEYS", "secstream:actions:*"), StringComparison.Ordinal);
    }

    private async Task<(int Code, JsonObject Servers)> CheckAsync()
    {
        var result = await HostProcess.RunAsync(_folder.Path, "check", "--json", "--timeout", "4");
        Assert.True(result.Output.StartsWith('{'), result.Output + result.Errors);
        var servers = JsonNode.Parse(result.Output)!["servers"]!.AsArray();
        return (result.ExitCode, new JsonObject(servers.DistinctBy(s => (string)s!["name"]!).Select(s => KeyValuePair.Create((string)s!["name"]!, (JsonNode?)s.DeepClone()))));
    }

    private static List<string> Outcomes(HostResult result, string outcome) =>
        [.. JsonNode.Parse(result.Output)!["steps"]!.AsArray().Where(step => (string?)step!["outcome"] == outcome).Select(step => $"{step!["part"]} {step["kind"]} {step["name"]}")];
}
