using SecStream.Connectors.Elasticsearch.Alerts;
using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Connectors.Kafka;
using SecStream.Connectors.Kafka.Output;
using SecStream.Connectors.Redis;
using SecStream.Core.Alerts;
using SecStream.Host.Configuration;

namespace SecStream.Host.EmitTest;

/// <summary>Where a test alert went, or why it did not.</summary>
/// <param name="Output"><c>kafka</c>, <c>elasticsearch</c> or <c>redis</c>.</param>
/// <param name="Place">Topic, partition and offset; index and id; key.</param>
/// <param name="Fault">Why it is not there, with the mend; null: it is.</param>
internal sealed record TestAlertPlace(string Output, string Place, string? Fault)
{
    /// <summary>Topic; null: none.</summary>
    public string? Topic { get; init; }

    /// <summary>Partition; null: none.</summary>
    public int? Partition { get; init; }

    /// <summary>Offset; null: none.</summary>
    public long? Offset { get; init; }
}

/// <summary>Writes a test alert to the outputs of a configuration: by the code that writes the real ones, and past the outbox.</summary>
internal sealed class TestAlertOutputs(ServiceOptions options, TimeProvider time)
{
    /// <summary>The outputs there are.</summary>
    public static readonly IReadOnlyList<string> All = ["kafka", "elasticsearch", "redis"];

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    /// <summary>Those that alerts are written to.</summary>
    public IReadOnlyList<string> Configured =>
    [
        .. options.Kafka?.AlertTopic is not null ? ["kafka"] : (string[])[], .. options.Elasticsearch is { Alerts: true } ? ["elasticsearch"] : (string[])[],
        .. options.Redis is not null ? ["redis"] : (string[])[],
    ];

    /// <summary>Writes it to one; a failure is an answer, for the others are tried all the same.</summary>
    /// <param name="output">Which.</param>
    /// <param name="entry">The alert; for Redis without actions.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<TestAlertPlace> WriteAsync(string output, OutboxEntry entry, CancellationToken cancellation)
    {
        try
        {
            return output switch
            {
                "kafka" => await KafkaAsync(entry, cancellation).ConfigureAwait(false),
                "elasticsearch" => await ElasticsearchAsync(entry, cancellation).ConfigureAwait(false),
                _ => await RedisAsync(entry, cancellation).ConfigureAwait(false),
            };
        }
        catch (Exception fault) when (fault is IOException or ElasticsearchException or RedisUnavailableException or ArgumentException)
        {
            // What this command is to show.
            return new TestAlertPlace(output, "", fault.Message);
        }
    }

    private async Task<TestAlertPlace> KafkaAsync(OutboxEntry entry, CancellationToken cancellation)
    {
        var kafka = options.Kafka!;
        var place = await KafkaAlertPost.SendAsync(kafka.AlertTopic!, KafkaClientSettings.Of(kafka), entry, s_limit, cancellation).ConfigureAwait(false);
        return new TestAlertPlace("kafka", FormattableString.Invariant($"topic {place.Topic}, partition {place.Partition}, offset {place.Offset}"), null)
        {
            Topic = place.Topic, Partition = place.Partition, Offset = place.Offset,
        };
    }

    private async Task<TestAlertPlace> ElasticsearchAsync(OutboxEntry entry, CancellationToken cancellation)
    {
        var cluster = options.Elasticsearch!;
        using var client = new ElasticsearchClient(cluster.Timeout > s_limit ? cluster with { Timeout = s_limit } : cluster, time);
        string? refusal = null;
        await new ElasticsearchAlertSink(client, cluster, message => refusal = message).DeliverAsync([entry], cancellation).ConfigureAwait(false);
        return new TestAlertPlace("elasticsearch", $"index {ElasticsearchAlertSink.IndexOf(entry)}, id {entry.Id}", refusal);
    }

    private async Task<TestAlertPlace> RedisAsync(OutboxEntry entry, CancellationToken cancellation)
    {
        var connection = new RedisConnection(options.Redis!, time);
        await using var closing = connection.ConfigureAwait(false);

        // An entry without an end moves nobody's place.
        await new RedisAlertSink(connection, new RedisInstance("emit-test"), time).DeliverAsync([entry], cancellation).ConfigureAwait(false);
        return new TestAlertPlace("redis", $"{connection.Name}, keys {options.Redis!.Prefix}…, id {entry.Id}", null);
    }
}
