using System.Text.Json.Nodes;
using SecStream.Connectors.Elasticsearch;
using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Connectors.Elasticsearch.Schema;
using SecStream.Core.Checks;
using SecStream.TestParts.Elasticsearch;

namespace SecStream.Connectors.Tests.Elasticsearch;

public sealed class ElasticsearchBootstrapTests
{
    public static TheoryData<string> Flavors() => ["7.10", "8.17", "9", "opensearch-1", "opensearch-2", "opensearch-compatible"];

    private static StrictFlavor Flavor(string name) => name switch
    {
        "7.10" => StrictFlavor.Elasticsearch710,
        "8.17" => StrictFlavor.Elasticsearch817,
        "9" => StrictFlavor.Elasticsearch9,
        "opensearch-1" => StrictFlavor.OpenSearch1,
        "opensearch-2" => StrictFlavor.OpenSearch2,
        _ => StrictFlavor.OpenSearch2 with { Compatibility = true },
    };

    [Theory]
    [MemberData(nameof(Flavors))]
    public async Task Run_Twice_InstallsOnceAndChangesNothing(string flavor)
    {
        await using var server = await StrictElasticsearch.StartAsync(new StrictElasticsearchOptions { Flavor = Flavor(flavor) });
        var dry = await RunAsync(server, isDryRun: true);
        Assert.All(dry, step => Assert.Equal(BootstrapOutcome.Created, step.Outcome));
        Assert.All(server.Objects.Values, Assert.Empty);

        var first = await RunAsync(server);
        Assert.Equal(dry, first);
        var policies = server.Objects[server.Flavor.IsOpenSearch ? "_plugins/_ism/policies" : "_ilm/policy"];
        Assert.Equal(8, policies.Count);
        Assert.Equal(9, server.Objects["_index_template"].Count);
        var kept = server.Objects.ToDictionary(kind => kind.Key, kind => kind.Value.ToDictionary(one => one.Key, one => one.Value.ToJsonString()));
        server.Log.Clear();
        Assert.All(await RunAsync(server), step => Assert.Equal(BootstrapOutcome.Unchanged, step.Outcome));
        Assert.DoesNotContain(server.Log, line => line.StartsWith("PUT", StringComparison.Ordinal));
        Assert.Equal(kept, server.Objects.ToDictionary(kind => kind.Key, kind => kind.Value.ToDictionary(one => one.Key, one => one.Value.ToJsonString())));
    }

    [Theory]
    [MemberData(nameof(Flavors))]
    public async Task Run_ForeignObjects_AreLeftAlone(string flavor)
    {
        await using var server = await StrictElasticsearch.StartAsync(new StrictElasticsearchOptions { Flavor = Flavor(flavor) });
        var policyKind = server.Flavor.IsOpenSearch ? "_plugins/_ism/policies" : "_ilm/policy";
        server.Objects["_component_template"]["secstream-events"] = JsonNode.Parse("""{"template":{"settings":{}},"_meta":{"managed_by":"somebody"}}""")!;
        server.Objects["_index_template"]["secstream-alerts"] = JsonNode.Parse("""{"index_patterns":["secstream-alerts-*"]}""")!;
        server.Objects[policyKind]["secstream-events-30d"] = JsonNode.Parse("""{"policy":{"description":"ours, honestly"}}""")!;
        server.Objects["_index_template"]["logs"] = JsonNode.Parse("""{"index_patterns":["logs-*-*"],"data_stream":{},"priority":100}""")!;
        var before = server.Objects["_index_template"]["logs"].ToJsonString();
        var steps = await RunAsync(server);
        Assert.Equal("""{"template":{"settings":{}},"_meta":{"managed_by":"somebody"}}""", server.Objects["_component_template"]["secstream-events"].ToJsonString());
        Assert.Equal("""{"index_patterns":["secstream-alerts-*"]}""", server.Objects["_index_template"]["secstream-alerts"].ToJsonString());
        Assert.Equal("""{"policy":{"description":"ours, honestly"}}""", server.Objects[policyKind]["secstream-events-30d"].ToJsonString());
        Assert.Equal(before, server.Objects["_index_template"]["logs"].ToJsonString());
        var refused = steps.Where(step => step.Outcome == BootstrapOutcome.Refused).ToList();
        Assert.Contains(refused, step => step is { Kind: "component template", Name: "secstream-events" });
        Assert.Contains(refused, step => step is { Kind: "index template", Name: "secstream-alerts" });
        Assert.All(refused, step => Assert.Contains("DELETE", step.Mend, StringComparison.Ordinal));

        // 7.10's policies can't say who made them.
        Assert.Equal(flavor != "7.10", refused.Any(step => step is { Kind: "lifecycle policy", Name: "secstream-events-30d" }));
    }

    [Fact]
    public async Task Run_OlderAndNewerVersions_AreUpdatedAndLeft()
    {
        await using var server = await StrictElasticsearch.StartAsync();
        await RunAsync(server);
        server.Objects["_index_template"]["secstream-alerts"]["_meta"]!["secstream_version"] = 0;
        server.Objects["_component_template"]["secstream-events"]["_meta"]!["secstream_version"] = 99;
        var steps = await RunAsync(server);
        Assert.Equal(BootstrapOutcome.Updated, steps.Single(step => step is { Kind: "index template", Name: "secstream-alerts" }).Outcome);
        var newer = steps.Single(step => step is { Kind: "component template", Name: "secstream-events" });
        Assert.Equal(BootstrapOutcome.Unchanged, newer.Outcome);
        Assert.Contains("newer program", newer.Detail, StringComparison.Ordinal);
        Assert.Equal(99, server.Objects["_component_template"]["secstream-events"]["_meta"]!["secstream_version"]!.GetValue<int>());
    }

    [Fact]
    public async Task Run_StreamWithOldMappings_IsRolledOverOnce()
    {
        await using var harness = await EventSinkHarness.StartAsync();
        harness.Write(0, 1);
        await harness.FlushedAsync();
        var stream = harness.Server.Streams.Values.Single();
        Assert.Equal(1, stream.Indices[0].Mapping.Template["mappings"]!["_meta"]!["secstream_version"]!.GetValue<int>());
        stream.Indices[0].Mapping.Template["mappings"]!["_meta"]!["secstream_version"] = 0;
        var steps = await RunAsync(harness.Server);
        Assert.Contains(steps, step => step is { Kind: "data stream", Outcome: BootstrapOutcome.Updated } && step.Name == stream.Name);
        Assert.Equal(2, stream.Generation);
        Assert.DoesNotContain(await RunAsync(harness.Server), step => step.Kind == "data stream");
    }

    [Theory]
    [MemberData(nameof(Flavors))]
    public async Task Schema_EveryClass_HasItsPolicyAndTemplate(string flavor)
    {
        await using var server = await StrictElasticsearch.StartAsync(new StrictElasticsearchOptions { Flavor = Flavor(flavor) });
        await RunAsync(server);
        foreach (var retention in RetentionClass.All)
        {
            var template = server.Objects["_index_template"][retention.Name];
            Assert.Equal($"logs-secstream.*.{retention.Days}d-*", template["index_patterns"]![0]!.GetValue<string>());
            Assert.True(template["priority"]!.GetValue<int>() > 200);
            var policy = server.Objects[server.Flavor.IsOpenSearch ? "_plugins/_ism/policies" : "_ilm/policy"][retention.Name].ToJsonString();
            Assert.Contains($"\"{retention.Days}d\"", policy, StringComparison.Ordinal);
            Assert.Equal(flavor == "7.10", policy.Contains("\"max_size\"", StringComparison.Ordinal));
        }

        Assert.Equal(flavor is "8.17" or "9", server.Objects["_component_template"].ContainsKey("secstream-dynamic"));
    }

    private static async Task<IReadOnlyList<BootstrapStep>> RunAsync(StrictElasticsearch server, bool isDryRun = false)
    {
        using var client = new ElasticsearchClient(new ElasticsearchOptions { Hosts = [server.Url] }, TimeProvider.System);
        return await new ElasticsearchBootstrap(client).RunAsync(isDryRun, CancellationToken.None);
    }
}
