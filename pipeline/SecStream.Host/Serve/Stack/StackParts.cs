using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Connectors.Embedded;
using SecStream.Connectors.Kafka;
using SecStream.Connectors.Kafka.Output;
using SecStream.Core.Alerts;
using SecStream.Core.Pipeline;
using SecStream.Host.Configuration;
using SecStream.Host.Service;

namespace SecStream.Host.Serve.Stack;

/// <summary>
/// What the configuration says is written outside this machine: alerts to Kafka, Elasticsearch and Redis, events to Elasticsearch and Redis. None of it is connected
/// to before it is needed, and none of it holds up the pipeline when it is away: the outbox and the spool keep what it has still to get.
/// </summary>
internal sealed class StackParts : IAsyncDisposable
{
    private readonly List<IOutboxSink> _alerts = [];
    private readonly List<(string Name, IEventSink Sink)> _events = [];
    private readonly List<IAsyncDisposable> _owned = [];
    private Func<CancellationToken, Task>? _makeTopics;

    private StackParts()
    {
    }

    /// <summary>Settings of the Kafka cluster, with its secrets; null: there is none.</summary>
    public KafkaClientSettings? Kafka { get; private set; }

    /// <summary>Elasticsearch; null: there is none.</summary>
    public ElasticsearchParts? Elasticsearch { get; private set; }

    /// <summary>Why events can't be written outside this machine, which stops intake; null: they can.</summary>
    public string? Blocked => Elasticsearch?.Events?.Blocked;

    /// <summary>Redis; null: there is none.</summary>
    public RedisParts? Redis { get; private set; }

    /// <summary>Dead letters on their way to Kafka; null: they stay here.</summary>
    public KafkaDeadLetterFollower? DeadLetters { get; private set; }

    /// <summary>Takers of alerts.</summary>
    public IReadOnlyList<IOutboxSink> Alerts => _alerts;

    /// <summary>Takers of events, by the name under which their place is saved.</summary>
    public IReadOnlyList<(string Name, IEventSink Sink)> Events => _events;

    /// <summary>Makes what is configured.</summary>
    /// <exception cref="ConfigurationException">A secret, certificate or setting can't be used.</exception>
    public static StackParts Open(ServiceOptions options, ServiceLog log, TimeProvider time, CancellationToken giveUp)
    {
        var parts = new StackParts();
        try
        {
            parts.AddKafka(options, log, time);
            parts.AddElasticsearch(options, log, time, giveUp);
            parts.AddRedis(options, time);
            return parts;
        }
        catch (Exception fault) when (fault is ArgumentException or ElasticsearchException)
        {
            throw new ConfigurationException(fault.Message, fault);
        }
    }

    /// <summary>Work beside the pipeline, each until it is cancelled, with a name for messages.</summary>
    /// <param name="blacklist">The embedded blacklist.</param>
    public IEnumerable<(string What, Func<CancellationToken, Task> RunAsync)> Work(Blacklist blacklist)
    {
        if (Redis is { } redis)
        {
            yield return ("the work beside Redis", cancellation => redis.RunAsync(blacklist, cancellation));
        }

        if (_makeTopics is { } make)
        {
            yield return ("the topics that are written to", make);
        }

        if (DeadLetters is { } letters)
        {
            yield return ("the topics of dead letters", letters.RunAsync);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var part in Enumerable.Reverse(_owned))
        {
            await part.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void AddKafka(ServiceOptions options, ServiceLog log, TimeProvider time)
    {
        if (options.Kafka is not { } kafka)
        {
            return;
        }

        Kafka = KafkaClientSettings.Of(kafka);
        _makeTopics = cancellation => TopicsAtStart.MakeAsync(kafka, log, time, cancellation);
        var state = Path.Combine(options.Data, "state", "outbox");
        if (kafka.AlertTopic is { } alerts)
        {
            var sink = new KafkaAlertSink(alerts, Kafka, Path.Combine(options.Data, "alerts", "oversize"), log.Warning);
            _alerts.Add(sink);
            Own(sink);
        }

        if (kafka.ActionTopic is { } actions)
        {
            var sink = new KafkaActionSink(actions, Kafka, state, log.Warning);
            _alerts.Add(sink);
            Own(sink);
        }

        if (kafka is { DeadLetterTopic: not null, Topics.Count: > 0 })
        {
            DeadLetters = new KafkaDeadLetterFollower(kafka, Kafka, options.Data, state, time, log.Warning);
            Own(DeadLetters);
        }
    }

    private void AddElasticsearch(ServiceOptions options, ServiceLog log, TimeProvider time, CancellationToken giveUp)
    {
        if (options.Elasticsearch is null)
        {
            return;
        }

        Elasticsearch = ElasticsearchParts.Open(options, log, time, giveUp);
        _owned.Add(Elasticsearch);
        if (Elasticsearch.Events is { } events)
        {
            _events.Add(("elasticsearch", events));
        }

        if (Elasticsearch.Alerts is { } alerts)
        {
            _alerts.Add(alerts);
        }
    }

    private void AddRedis(ServiceOptions options, TimeProvider time)
    {
        if (options.Redis is not { } redis)
        {
            return;
        }

        Redis = RedisParts.Open(redis, options.Data, time);
        _owned.Add(Redis);
        _alerts.Add(Redis.Sink);
        _events.Add(("redis", Redis.Events));
    }

    private void Own(IDisposable part) => _owned.Add(new Disposing(part));

    private sealed class Disposing(IDisposable part) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            part.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
