using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Connectors.Elasticsearch.Kibana;
using SecStream.Connectors.Elasticsearch.Schema;
using SecStream.Connectors.Kafka.Topics;
using SecStream.Core.Checks;
using SecStream.Host.Configuration;

namespace SecStream.Host.Bootstrap;

/// <summary>A thing that was looked at in one part of the stack.</summary>
/// <param name="Part"><c>kafka</c>, <c>elasticsearch</c> or <c>kibana</c>.</param>
/// <param name="Step">What became of it.</param>
internal readonly record struct PartStep(string Part, BootstrapStep Step);

/// <summary>Makes in the servers around the service what it needs there. A part that fails keeps none of the others from being tried.</summary>
internal sealed class StackBootstrap(ServiceOptions options, TimeProvider time)
{
    /// <summary>The parts there are, in the order in which they are told.</summary>
    public static readonly IReadOnlyList<string> Parts = ["kafka", "elasticsearch", "kibana"];

    /// <summary>Only looks, and says what would be done.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>What people changed in Kibana is replaced.</summary>
    public bool IsForced { get; init; }

    /// <summary>Longest wait for an answer of Kafka. Default 20 s.</summary>
    public TimeSpan Each { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Takes what is being done.</summary>
    public Action<string>? Progress { get; init; }

    /// <summary>The parts that the configuration has.</summary>
    public IReadOnlyList<string> Configured =>
    [
        .. options.Kafka is not null ? ["kafka"] : (string[])[], .. options.Elasticsearch is not null ? ["elasticsearch"] : (string[])[],
        .. options.Elasticsearch?.Kibana is not null ? ["kibana"] : (string[])[],
    ];

    /// <summary>Goes through the parts named.</summary>
    public async Task<IReadOnlyList<PartStep>> RunAsync(IReadOnlyCollection<string> parts, CancellationToken cancellation)
    {
        var kafka = parts.Contains("kafka") ? KafkaAsync(cancellation) : Task.FromResult<IReadOnlyList<BootstrapStep>>([]);
        var steps = new List<PartStep>();
        var wantsCluster = parts.Contains("elasticsearch") || parts.Contains("kibana");
        if (wantsCluster)
        {
            await ClusterAsync(parts, steps, cancellation).ConfigureAwait(false);
        }

        return [.. (await kafka.ConfigureAwait(false)).Select(step => new PartStep("kafka", step)), .. steps];
    }

    private async Task<IReadOnlyList<BootstrapStep>> KafkaAsync(CancellationToken cancellation)
    {
        var kafka = options.Kafka!;
        var name = string.Join(',', kafka.Brokers);
        Progress?.Invoke($"kafka {name}");
        try
        {
            return await KafkaBootstrap.RunAsync(kafka, IsDryRun, Each, cancellation).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is ArgumentException or InvalidOperationException)
        {
            // A setting that the client refuses: told beside what the other parts say.
            return [new BootstrapStep("cluster", name, BootstrapOutcome.Refused, fault.Message, "./run check tells more")];
        }
    }

    /// <summary>Elasticsearch first: what is remembered of Kibana is there.</summary>
    private async Task ClusterAsync(IReadOnlyCollection<string> parts, List<PartStep> steps, CancellationToken cancellation)
    {
        var cluster = options.Elasticsearch!;
        var name = string.Join(',', cluster.Hosts);
        try
        {
            using var client = new ElasticsearchClient(cluster, time);
            if (parts.Contains("elasticsearch"))
            {
                Progress?.Invoke($"elasticsearch {name}");
                await TryAsync("elasticsearch", name, steps, () => new ElasticsearchBootstrap(client).RunAsync(IsDryRun, cancellation)).ConfigureAwait(false);
            }

            if (parts.Contains("kibana"))
            {
                Progress?.Invoke($"kibana {cluster.Kibana}");
                using var kibana = new KibanaClient(cluster, time);
                await TryAsync("kibana", kibana.Name, steps, () => new KibanaBootstrap(kibana, client).RunAsync(IsDryRun, IsForced, cancellation)).ConfigureAwait(false);
            }
        }
        catch (ElasticsearchException fault)
        {
            // A secret or certificate of the configuration: neither of the two can go on, Kafka can.
            steps.Add(new PartStep("elasticsearch", new BootstrapStep("cluster", name, BootstrapOutcome.Refused, fault.Message, "./run check tells more")));
        }
    }

    private static async Task TryAsync(string part, string name, List<PartStep> steps, Func<Task<IReadOnlyList<BootstrapStep>>> run)
    {
        try
        {
            steps.AddRange((await run().ConfigureAwait(false)).Select(step => new PartStep(part, step)));
        }
        catch (ElasticsearchException fault)
        {
            // As above: the other parts are tried all the same.
            steps.Add(new PartStep(part, new BootstrapStep(part == "kibana" ? "kibana" : "cluster", name, BootstrapOutcome.Refused, fault.Message, "./run check tells more")));
        }
    }
}
