using SecStream.Connectors.Elasticsearch;
using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Connectors.Elasticsearch.Schema;
using SecStream.Core.Checks;
using SecStream.TestParts.Elasticsearch;
using SecStream.TestParts.Kafka;
using SecStream.TestParts.Redis;

namespace SecStream.Integration.Tests.Stack.Harness;

/// <summary>The servers around the service: Kafka's mock cluster, Elasticsearch's stand-in with its templates, a real Redis.</summary>
internal sealed class StackServers : IAsyncDisposable
{
    public const string Topic = "logs";
    public const string AlertTopic = "secstream.alerts.v1";
    public const string ActionTopic = "secstream.actions.v1";
    public const string StateTopic = "secstream.state.v1";

    private StackServers(MockKafka kafka, StrictElasticsearch elasticsearch, RedisServer redis) => (Kafka, Elasticsearch, Redis) = (kafka, elasticsearch, redis);

    public MockKafka Kafka { get; }

    public StrictElasticsearch Elasticsearch { get; }

    public RedisServer Redis { get; }

    /// <summary>Starts them. The topic of events has the given partitions, the others what bootstrap would give them.</summary>
    public static async Task<StackServers> StartAsync(int partitions, int brokers = 3, bool keepDocuments = true)
    {
        var kafka = new MockKafka(brokers);
        kafka.CreateTopic(Topic, partitions, Math.Min(brokers, 3));
        kafka.CreateTopic(AlertTopic, 8, Math.Min(brokers, 3));
        kafka.CreateTopic(ActionTopic, 4, Math.Min(brokers, 3));
        kafka.CreateTopic(StateTopic, 16, Math.Min(brokers, 3));
        var elasticsearch = await StrictElasticsearch.StartAsync(new StrictElasticsearchOptions { KeepDocuments = keepDocuments });
        using var client = ClientOf(elasticsearch);
        var steps = await new ElasticsearchBootstrap(client).RunAsync(isDryRun: false, CancellationToken.None);
        Assert.DoesNotContain(steps, step => step.Outcome is BootstrapOutcome.Refused);
        return new StackServers(kafka, elasticsearch, await RedisServer.StartAsync(new RedisServerOptions { AppendOnly = true }));
    }

    /// <summary>A client of the Elasticsearch stand-in.</summary>
    public static ElasticsearchClient ClientOf(StrictElasticsearch elasticsearch) => new(new ElasticsearchOptions { Hosts = [elasticsearch.Url] }, TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        await Redis.DisposeAsync();
        await Elasticsearch.DisposeAsync();
        Kafka.Dispose();
    }
}
