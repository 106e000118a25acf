using SecStream.Connectors.Elasticsearch;
using SecStream.Connectors.Elasticsearch.Checks;
using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Connectors.Elasticsearch.Kibana;
using SecStream.Connectors.Kafka.Checks;
using SecStream.Connectors.Redis.Checks;
using SecStream.Core.Checks;
using SecStream.Host.Configuration;

namespace SecStream.Host.Check;

/// <summary>Tries what the service needs of the servers around it: all of them at once, each with a limit of time.</summary>
internal sealed class StackCheck(ServiceOptions options, TimeProvider time)
{
    private const int Steps = 6;

    /// <summary>Longest wait for each thing that is tried. Default 15 s.</summary>
    public TimeSpan Each { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Some things can only be tried one after another.</summary>
    private TimeSpan All => Each * Steps;

    /// <summary>Takes the name of a server before it is asked. Any thread.</summary>
    public Action<string>? Progress { get; init; }

    /// <summary>Tries everything that is configured; the order is that of the parts.</summary>
    public async Task<IReadOnlyList<PartCheck>> RunAsync(CancellationToken cancellation)
    {
        var parts = new List<Task<IReadOnlyList<PartCheck>>>();
        if (options.Kafka is { } kafka)
        {
            parts.Add(LimitAsync("kafka", string.Join(',', kafka.Brokers), limit => KafkaChecks.RunAsync(kafka, Each, limit), cancellation));
        }

        if (options.Elasticsearch is { } elasticsearch)
        {
            parts.Add(LimitAsync("elasticsearch", string.Join(',', elasticsearch.Hosts), limit => ElasticsearchAsync(elasticsearch, limit), cancellation));
            if (elasticsearch.Kibana is { } kibana)
            {
                parts.Add(LimitAsync("kibana", kibana.ToString(), limit => KibanaAsync(elasticsearch, limit), cancellation));
            }
        }

        if (options.Redis is { } redis)
        {
            parts.Add(LimitAsync("redis", string.Join(',', redis.Endpoints), limit => RedisChecks.RunAsync(redis, time, limit), cancellation));
        }

        return [.. (await Task.WhenAll(parts).ConfigureAwait(false)).SelectMany(checks => checks)];
    }

    private async Task<IReadOnlyList<PartCheck>> LimitAsync(
        string part, string server, Func<CancellationToken, Task<IReadOnlyList<PartCheck>>> run, CancellationToken cancellation)
    {
        Progress?.Invoke($"{part} {server}");
        using var limit = new CancellationTokenSource(All, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            return await Task.Run(() => run(either.Token), either.Token).WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // One server that says nothing must not keep the others' results from being told.
            return [PartCheck.Failed($"{part}: time", $"{server}: not done within {All.TotalSeconds:0} s", "is the server overloaded, or the network slow? run it again then")];
        }
        catch (ElasticsearchException fault)
        {
            // A secret or certificate that the configuration names.
            return [PartCheck.Failed($"{part}: settings", fault.Message, "correct it in the configuration")];
        }
    }

    private async Task<IReadOnlyList<PartCheck>> ElasticsearchAsync(ElasticsearchOptions elasticsearch, CancellationToken cancellation)
    {
        using var client = new ElasticsearchClient(Quick(elasticsearch), time);
        return await new ElasticsearchChecks(client).RunAsync(cancellation).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<PartCheck>> KibanaAsync(ElasticsearchOptions elasticsearch, CancellationToken cancellation)
    {
        using var client = new KibanaClient(Quick(elasticsearch), time);
        return await new KibanaChecks(client).RunAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Whoever waits at a terminal wants an answer sooner than a service does.</summary>
    private ElasticsearchOptions Quick(ElasticsearchOptions options) => options.Timeout > Each ? options with { Timeout = Each } : options;
}
