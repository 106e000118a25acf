using System.Text.Json.Nodes;
using SecStream.Connectors.Elasticsearch;
using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Connectors.Elasticsearch.Kibana;
using SecStream.Core.Checks;
using SecStream.TestParts.Elasticsearch;

namespace SecStream.Connectors.Tests.Elasticsearch.Kibana;

public sealed class KibanaBootstrapTests
{
    [Fact]
    public async Task Run_EmptyKibana_InstallsAllAndTheSecondRunNothing()
    {
        await using var stack = await Stack.StartAsync();
        var first = await stack.RunAsync();

        Assert.All(first, step => Assert.Equal(BootstrapOutcome.Created, step.Outcome));
        Assert.Contains("map/secstream-map", stack.Kibana.Objects.Keys);
        Assert.Equal(first.Count, stack.Kibana.Objects.Count);
        var imported = stack.Kibana.Imported;

        Assert.All(await stack.RunAsync(), step => Assert.True(step.Outcome == BootstrapOutcome.Unchanged, step.ToString()));
        Assert.Equal(imported, stack.Kibana.Imported);
    }

    [Fact]
    public async Task Run_Dry_SaysTheSameAndChangesNothing()
    {
        await using var stack = await Stack.StartAsync();
        var steps = await stack.RunAsync(isDryRun: true);

        Assert.All(steps, step => Assert.Equal(BootstrapOutcome.Created, step.Outcome));
        Assert.Empty(stack.Kibana.Objects);
    }

    [Fact]
    public async Task Run_PeopleChangedADashboard_LeavesItUnlessForced()
    {
        await using var stack = await Stack.StartAsync();
        await stack.RunAsync();
        stack.Kibana.Edit("dashboard/secstream-overview", "Mine");

        var kept = Assert.Single(await stack.RunAsync(), step => step.Outcome != BootstrapOutcome.Unchanged);
        Assert.Equal((BootstrapOutcome.Kept, true), (kept.Outcome, kept.Detail.Contains("people have changed it", StringComparison.Ordinal)));
        Assert.Contains("--force", kept.Mend, StringComparison.Ordinal);
        Assert.Equal("Mine", (string?)stack.Kibana.Objects["dashboard/secstream-overview"]["attributes"]!["title"]);

        Assert.Equal(BootstrapOutcome.Updated, Assert.Single(await stack.RunAsync(isForced: true), step => step.Outcome != BootstrapOutcome.Unchanged).Outcome);
        Assert.NotEqual("Mine", (string?)stack.Kibana.Objects["dashboard/secstream-overview"]["attributes"]!["title"]);
        Assert.All(await stack.RunAsync(), step => Assert.Equal(BootstrapOutcome.Unchanged, step.Outcome));
    }

    [Fact]
    public async Task Run_OneOfOurIdThatWeDidNotInstall_IsLeft()
    {
        await using var stack = await Stack.StartAsync();
        stack.Kibana.Objects["index-pattern/secstream-events"] = JsonNode.Parse("""{"type":"index-pattern","id":"secstream-events","attributes":{"title":"theirs"},"references":[]}""")!.AsObject();
        var steps = await stack.RunAsync();

        Assert.Equal("theirs", (string?)stack.Kibana.Objects["index-pattern/secstream-events"]["attributes"]!["title"]);
        Assert.Single(steps, step => step.Outcome == BootstrapOutcome.Kept);
        Assert.Contains("dashboard/secstream-overview", stack.Kibana.Objects.Keys);
    }

    [Fact]
    public async Task Run_KibanaWasUpgraded_LeavesAllAndSaysWhy()
    {
        await using var stack = await Stack.StartAsync();
        await stack.RunAsync();
        stack.Kibana.Upgrade("9.0.0");

        Assert.All(await stack.RunAsync(), step => Assert.Equal((BootstrapOutcome.Kept, true), (step.Outcome, step.Detail.Contains("8.17.0 to 9.0.0", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task Run_IdInUseInAnotherSpace_IsRememberedUnderItsOtherId()
    {
        await using var stack = await Stack.StartAsync();
        stack.Kibana.TakenElsewhere.Add("secstream-overview");
        await stack.RunAsync();
        Assert.Contains("dashboard/secstream-overview-copy", stack.Kibana.Objects.Keys);

        Assert.All(await stack.RunAsync(), step => Assert.Equal(BootstrapOutcome.Unchanged, step.Outcome));
    }

    [Fact]
    public async Task Run_OpenSearchDashboards_GetsNoMaps()
    {
        await using var stack = await Stack.StartAsync(isOpenSearch: true);
        var steps = await stack.RunAsync();

        Assert.All(steps, step => Assert.Equal(BootstrapOutcome.Created, step.Outcome));
        Assert.DoesNotContain(stack.Kibana.Objects.Keys, key => key.StartsWith("map/", StringComparison.Ordinal));
        Assert.Contains("dashboard/secstream-overview", stack.Kibana.Objects.Keys);
    }

    [Fact]
    public async Task Run_CredentialsOfTheCluster_AreThoseOfKibana()
    {
        await using var stack = await Stack.StartAsync(authorization: "Basic dTpw");
        Assert.NotEmpty(await stack.RunAsync());
    }

    [Fact]
    public async Task Run_NotReady_Throws()
    {
        await using var stack = await Stack.StartAsync();
        stack.Kibana.IsReady = false;
        var fault = await Assert.ThrowsAsync<ElasticsearchException>(() => stack.RunAsync());

        Assert.Contains("not ready", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_EachState_IsNamed()
    {
        await using var stack = await Stack.StartAsync();
        Assert.Equal(PartCheckResult.Warning, (await new KibanaChecks(stack.Client).RunAsync(default))[^1].Result);
        await stack.RunAsync();
        Assert.All(await new KibanaChecks(stack.Client).RunAsync(default), check => Assert.Equal(PartCheckResult.Ok, check.Result));

        using var stranger = new KibanaClient(new ElasticsearchOptions { Hosts = [stack.Cluster.Url], Kibana = stack.Cluster.Url }, TimeProvider.System);
        Assert.Equal(PartCheckResult.Failed, Assert.Single(await new KibanaChecks(stranger).RunAsync(default)).Result);
    }

    private sealed class Stack(StrictElasticsearch cluster, StrictKibana kibana, ElasticsearchOptions options) : IAsyncDisposable
    {
        private readonly ElasticsearchClient _transport = new(options, TimeProvider.System);

        public StrictElasticsearch Cluster => cluster;

        public StrictKibana Kibana => kibana;

        public KibanaClient Client { get; } = new(options, TimeProvider.System);

        public static async Task<Stack> StartAsync(bool isOpenSearch = false, string? authorization = null)
        {
            var accepted = authorization is null ? null : new[] { authorization };
            var cluster = await StrictElasticsearch.StartAsync(new StrictElasticsearchOptions { Flavor = isOpenSearch ? StrictFlavor.OpenSearch2 : StrictFlavor.Elasticsearch817, Authorizations = accepted });
            var kibana = await StrictKibana.StartAsync(isOpenSearch, accepted);
            var options = new ElasticsearchOptions { Hosts = [cluster.Url], Kibana = kibana.Url };
            if (authorization is not null)
            {
                Environment.SetEnvironmentVariable("SECSTREAM_TEST_KIBANA_PASSWORD", "p");
                options = options with { Username = "u", PasswordVariable = "SECSTREAM_TEST_KIBANA_PASSWORD" };
            }

            return new Stack(cluster, kibana, options);
        }

        public Task<IReadOnlyList<BootstrapStep>> RunAsync(bool isDryRun = false, bool isForced = false) =>
            new KibanaBootstrap(Client, _transport).RunAsync(isDryRun, isForced, default);

        public async ValueTask DisposeAsync()
        {
            Client.Dispose();
            _transport.Dispose();
            await kibana.DisposeAsync();
            await cluster.DisposeAsync();
        }
    }
}
