using Confluent.Kafka;
using Confluent.Kafka.Admin;
using SecStream.Connectors.Kafka.Output;

namespace SecStream.Connectors.Kafka.Topics;

/// <summary>
/// The administration of a real cluster. It rides on a consumer that consumes nothing: unlike other clients it makes no topics by asking for them.
/// </summary>
public sealed class KafkaAdmin : IKafkaAdmin
{
    private readonly KafkaClientLog _log = new();
    private readonly IConsumer<byte[], byte[]> _consumer;
    private readonly IAdminClient _admin;
    private readonly TimeSpan _limit;

    /// <summary>Connects with the first question.</summary>
    /// <param name="client">Settings of the cluster.</param>
    /// <param name="limit">Longest wait for an answer.</param>
    public KafkaAdmin(KafkaClientSettings client, TimeSpan limit)
    {
        ArgumentNullException.ThrowIfNull(client);
        _limit = limit;
        _consumer = new ConsumerBuilder<byte[], byte[]>(client.Consumer())
            .SetErrorHandler((_, error) => _log.Add(error))
            .SetLogHandler((_, message) => _log.Add(message))
            .Build();
        _admin = new DependentAdminClientBuilder(_consumer.Handle).Build();
    }

    /// <inheritdoc/>
    public string? LastSaid => _log.Last;

    /// <inheritdoc/>
    public Task<KafkaClusterView> LookAsync(IEnumerable<string> names, CancellationToken cancellation) => Task.Run(
        () =>
        {
            var all = _admin.GetMetadata(_limit);
            var topics = all.Topics.Select(State).ToDictionary(topic => topic.Name, StringComparer.Ordinal);
            foreach (var name in names.Where(name => !topics.ContainsKey(name)).Distinct(StringComparer.Ordinal).ToList())
            {
                cancellation.ThrowIfCancellationRequested();
                foreach (var found in _admin.GetMetadata(name, _limit).Topics)
                {
                    topics[found.Topic] = State(found);
                }
            }

            return new KafkaClusterView([.. all.Brokers.Select(broker => $"{broker.Host}:{broker.Port}")], topics);
        },
        cancellation);

    /// <inheritdoc/>
    public async Task<Error?> CreateAsync(KafkaTopicPlan plan, bool isTrial, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var topic = new TopicSpecification
        {
            Name = plan.Topic,
            NumPartitions = plan.Partitions,
            ReplicationFactor = plan.Replication ?? -1,
            Configs = plan.Settings.ToDictionary(),
        };
        try
        {
            await _admin.CreateTopicsAsync([topic], new CreateTopicsOptions { ValidateOnly = isTrial, OperationTimeout = _limit, RequestTimeout = _limit })
                .WaitAsync(cancellation).ConfigureAwait(false);
            return null;
        }
        catch (CreateTopicsException fault)
        {
            return fault.Results.Count > 0 ? fault.Results[0].Error : fault.Error;
        }
        catch (KafkaException fault)
        {
            // The caller decides what a cluster that does not answer means.
            return fault.Error;
        }
    }

    /// <inheritdoc/>
    public async Task<(IReadOnlyDictionary<string, string> Settings, Error? Fault)> SettingsAsync(string topic, CancellationToken cancellation)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            var results = await _admin.DescribeConfigsAsync(
                [new ConfigResource { Type = ResourceType.Topic, Name = topic }], new DescribeConfigsOptions { RequestTimeout = _limit }).WaitAsync(cancellation).ConfigureAwait(false);
            foreach (var (name, entry) in results[0].Entries)
            {
                settings[name] = entry.Value;
            }

            return (settings, null);
        }
        catch (DescribeConfigsException fault)
        {
            return (settings, fault.Results.Count > 0 ? fault.Results[0].Error : fault.Error);
        }
        catch (KafkaException fault)
        {
            // As above.
            return (settings, fault.Error);
        }
    }

    /// <inheritdoc/>
    public Task<KafkaGroupState?> GroupAsync(string group, CancellationToken cancellation) => Task.Run(
        () => _admin.ListGroup(group, _limit) is { } found
            ? new KafkaGroupState(found.ProtocolType, [.. found.Members.Select(member => member.ClientId)], found.Error is { IsError: true } error ? error : null)
            : null,
        cancellation);

    /// <inheritdoc/>
    public void Dispose()
    {
        _admin.Dispose();
        _consumer.Dispose();
    }

    private static KafkaTopicState State(TopicMetadata topic) => topic.Error.IsError
        ? new KafkaTopicState(topic.Topic, 0, 0, 0, topic.Error)
        : new KafkaTopicState(
            topic.Topic,
            topic.Partitions.Count,
            topic.Partitions.Select(partition => partition.Replicas.Length).DefaultIfEmpty().Min(),
            topic.Partitions.Select(partition => partition.InSyncReplicas.Length).DefaultIfEmpty().Min(),
            null);
}
