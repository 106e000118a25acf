using Confluent.Kafka;
using SecStream.TestParts.Elasticsearch;
using SecStream.TestParts.Kafka;

namespace SecStream.Integration.Tests.Stack.Harness;

/// <summary>What happens to the servers while a run goes on: brokers, leaders, Elasticsearch's moods, Redis. All of it ends with the run.</summary>
internal sealed class StackTroubles(StackServers servers, int partitions, Random random)
{
    private static readonly StrictItemError[] s_items =
    [
        new(429, "es_rejected_execution_exception", "rejected execution of primary operation"),
        new(503, "unavailable_shards_exception", "primary shard is not active"),
    ];

    /// <summary>Brokers go and come, leaders move, requests fail, Redis is killed; until cancelled. What is down then is up again.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        servers.Elasticsearch.Intercept = Mood;
        servers.Elasticsearch.ItemFault = (_, _) => random.Next(300) == 0 ? s_items[random.Next(s_items.Length)] : null;
        try
        {
            for (var round = 0; !cancellation.IsCancellationRequested; round++)
            {
                await OneAsync(round % 5, cancellation);
                await Task.Delay(random.Next(300, 900), cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            // That is the end of it.
        }
        finally
        {
            (servers.Elasticsearch.Intercept, servers.Elasticsearch.ItemFault, servers.Elasticsearch.IsAway) = (null, null, false);
            servers.Kafka.SetAllUp();
            servers.Kafka.ClearErrors(KafkaApi.Produce);
            servers.Kafka.ClearErrors(KafkaApi.Fetch);
        }
    }

    private async Task OneAsync(int kind, CancellationToken cancellation)
    {
        switch (kind)
        {
            case 0:
                var broker = random.Next(1, servers.Kafka.BrokerCount + 1);
                servers.Kafka.SetDown(broker);
                await Task.Delay(random.Next(500, 2000), CancellationToken.None);
                servers.Kafka.SetUp(broker);
                break;
            case 1:
                servers.Kafka.SetLeader(StackServers.Topic, random.Next(partitions), random.Next(1, servers.Kafka.BrokerCount + 1));
                servers.Kafka.SetLeader(StackServers.StateTopic, 0, random.Next(1, servers.Kafka.BrokerCount + 1));
                servers.Kafka.SetLeader(StackServers.AlertTopic, random.Next(8), random.Next(1, servers.Kafka.BrokerCount + 1));
                break;
            case 2:
                servers.Kafka.PushErrors(KafkaApi.Produce, ErrorCode.NotLeaderForPartition, ErrorCode.NotEnoughReplicas, ErrorCode.RequestTimedOut);
                servers.Kafka.PushErrors(KafkaApi.Fetch, ErrorCode.NotLeaderForPartition, ErrorCode.LeaderNotAvailable);
                break;
            case 3:
                await servers.Redis.KillAsync();
                await Task.Delay(random.Next(200, 1500), CancellationToken.None);
                await servers.Redis.RestartAsync();
                break;
            default:
                servers.Elasticsearch.IsAway = true;
                await Task.Delay(random.Next(500, 2500), CancellationToken.None);
                servers.Elasticsearch.IsAway = false;
                break;
        }
    }

    /// <summary>One request in five is refused in one of the ways in which a cluster under load refuses; some of those are carried out all the same.</summary>
    private StrictReply? Mood(StrictRequest request) => request.Path.EndsWith("_bulk", StringComparison.Ordinal) && random.Next(5) == 0
        ? random.Next(5) switch
        {
            0 => StrictReply.Overloaded,
            1 => StrictReply.Unavailable,
            2 => StrictReply.Json(413, ""),
            3 => StrictReply.ConnectionReset,
            _ => StrictReply.ConnectionReset with { CarriedOut = true },
        }
        : null;
}
