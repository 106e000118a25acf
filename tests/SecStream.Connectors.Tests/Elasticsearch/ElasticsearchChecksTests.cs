using System.Text.Json.Nodes;
using SecStream.Connectors.Elasticsearch;
using SecStream.Connectors.Elasticsearch.Checks;
using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Connectors.Elasticsearch.Schema;
using SecStream.Core.Checks;
using SecStream.TestParts.Elasticsearch;

namespace SecStream.Connectors.Tests.Elasticsearch;

public sealed class ElasticsearchChecksTests
{
    public static TheoryData<string> Flavors() => ["7.10", "8.17", "9", "opensearch"];

    [Theory]
    [MemberData(nameof(Flavors))]
    public async Task Run_EverythingInOrder_AllAreOkAndNothingIsChanged(string flavor)
    {
        await using var server = await StartAsync(flavor switch
        {
            "7.10" => StrictFlavor.Elasticsearch710, "8.17" => StrictFlavor.Elasticsearch817, "9" => StrictFlavor.Elasticsearch9, _ => StrictFlavor.OpenSearch2,
        });
        server.Log.Clear();
        var checks = await RunAsync(server);
        Assert.All(checks, check => Assert.True(check.Result == PartCheckResult.Ok, $"{check}"));
        Assert.Equal(flavor == "opensearch" ? 8 : 9, checks.Count);
        Assert.DoesNotContain(server.Log, line => line.StartsWith("PUT", StringComparison.Ordinal) || line.StartsWith("DELETE", StringComparison.Ordinal));
    }

    public static TheoryData<string, PartCheckResult, string, string> Troubles() => new()
    {
        { "privileges", PartCheckResult.Failed, "manage_ilm", "_security/role/secstream" },
        { "privileges none", PartCheckResult.Warning, "security is off", "xpack.security.enabled" },
        { "templates", PartCheckResult.Failed, "1 of", "bootstrap" },
        { "templates foreign", PartCheckResult.Failed, "did not make", "DELETE" },
        { "health", PartCheckResult.Failed, "red", "allocation/explain" },
        { "shards", PartCheckResult.Failed, "of 1000 shards", "max_shards_per_node" },
        { "disk", PartCheckResult.Failed, "flood stage", "free space" },
        { "disk high", PartCheckResult.Warning, "high watermark", "free space" },
        { "disk bytes", PartCheckResult.Failed, "flood stage", "free space" },
        { "disk off", PartCheckResult.Warning, "watermarks are off", "threshold_enabled" },
        { "write blocks", PartCheckResult.Failed, "read_only_allow_delete", "_settings" },
        { "automatic creation", PartCheckResult.Failed, "is false", "+logs-secstream" },
        { "automatic creation other", PartCheckResult.Warning, "-*", "+logs-secstream" },
        { "lifecycle", PartCheckResult.Failed, "STOPPED", "_ilm/start" },
        { "lifecycle oss", PartCheckResult.Failed, "no lifecycle management", "oss" },
    };

    [Theory]
    [MemberData(nameof(Troubles))]
    public async Task Run_OneThingIsWrong_ThatIsNamedWithItsMendAndNothingElse(string trouble, PartCheckResult result, string detail, string mend)
    {
        await using var server = await StartAsync(StrictFlavor.Elasticsearch817);
        Break(server, trouble);
        var wrong = Assert.Single(await RunAsync(server), check => check.Result != PartCheckResult.Ok);
        Assert.Equal(result, wrong.Result);
        Assert.StartsWith("elasticsearch: " + trouble.Replace(" none", "", StringComparison.Ordinal).Split(" foreign")[0].Split(" high")[0].Split(" bytes")[0].Split(" off")[0].Split(" other")[0].Split(" oss")[0], wrong.Name, StringComparison.Ordinal);
        Assert.Contains(detail, wrong.Detail, StringComparison.Ordinal);
        Assert.Contains(mend, wrong.Mend, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_OpenSearchWithoutPrivileges_NamesTheCallAndTheRole()
    {
        await using var server = await StartAsync(StrictFlavor.OpenSearch2);
        server.Intercept = request => request.Path == "/_index_template/secstream-alerts"
            ? StrictReply.Error(403, "security_exception", "no permissions for [indices:admin/index_template/get]")
            : null;
        var check = (await RunAsync(server)).Single(check => check.Name == "elasticsearch: privileges");
        Assert.Equal(PartCheckResult.Failed, check.Result);
        Assert.Contains("indices:admin/index_template/get", check.Detail, StringComparison.Ordinal);
        Assert.Contains("_plugins/_security/api/roles", check.Mend, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ClusterAway_OneCheckSaysSo()
    {
        await using var server = await StrictElasticsearch.StartAsync();
        server.IsAway = true;
        var check = Assert.Single(await RunAsync(server));
        Assert.Equal(PartCheckResult.Failed, check.Result);
        Assert.Contains("elasticsearch.hosts", check.Mend, StringComparison.Ordinal);
    }

    private static void Break(StrictElasticsearch server, string trouble)
    {
        switch (trouble)
        {
            case "privileges":
                server.MissingPrivileges.Add("manage_ilm");
                break;
            case "privileges none":
                server.HasSecurity = false;
                break;
            case "templates":
                server.Objects["_index_template"].Remove("secstream-events-30d");
                break;
            case "templates foreign":
                server.Objects["_index_template"]["secstream-events-30d"] = JsonNode.Parse("""{"index_patterns":["logs-secstream.*.30d-*"]}""")!;
                break;
            case "health":
                server.Health = "red";
                break;
            case "shards":
                server.OtherShards = 990;
                break;
            case "disk":
                server.Disk = (100L << 30, 4L << 30);
                break;
            case "disk high":
                server.Disk = (100L << 30, 8L << 30);
                break;
            case "disk bytes":
                server.ClusterSettings["cluster.routing.allocation.disk.watermark.flood_stage"] = "70gb";
                break;
            case "disk off":
                server.ClusterSettings["cluster.routing.allocation.disk.threshold_enabled"] = "false";
                break;
            case "write blocks":
                server.Streams.Values.First().Indices[0].Changed["index.blocks.read_only_allow_delete"] = "true";
                break;
            case "automatic creation":
                server.ClusterSettings["action.auto_create_index"] = "false";
                break;
            case "automatic creation other":
                server.ClusterSettings["action.auto_create_index"] = "+logs-app,-*";
                break;
            case "lifecycle":
                server.Lifecycle = "STOPPED";
                break;
            case "lifecycle oss":
                server.Lifecycle = null;
                break;
        }
    }

    private static async Task<StrictElasticsearch> StartAsync(StrictFlavor flavor)
    {
        var server = await StrictElasticsearch.StartAsync(new StrictElasticsearchOptions { Flavor = flavor });
        using var client = Client(server);
        await new ElasticsearchBootstrap(client).RunAsync(isDryRun: false, default);
        using var answer = await client.SendAsync(
            HttpMethod.Post,
            "_bulk",
            RequestBody.Lines("{\"create\":{\"_index\":\"logs-secstream.x.30d-acme\",\"_id\":\"1\"}}\n{\"@timestamp\":\"2026-03-02T10:00:00Z\"}\n"u8.ToArray()),
            default);
        Assert.Equal(1, server.CountAll());
        return server;
    }

    private static async Task<IReadOnlyList<PartCheck>> RunAsync(StrictElasticsearch server)
    {
        using var client = Client(server);
        return await new ElasticsearchChecks(client).RunAsync(default);
    }

    private static ElasticsearchClient Client(StrictElasticsearch server) => new(new ElasticsearchOptions { Hosts = [server.Url] }, TimeProvider.System);
}
