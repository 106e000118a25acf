using SecStream.Connectors.Kafka;
using SecStream.Connectors.Kafka.Source;
using SecStream.Host.Configuration;
using SecStream.Host.Service;
using SecStream.Stages.Parsing;

namespace SecStream.Host.Serve.Stack;

/// <summary>The topics that are read: a reader for all of them, and the watch over topics that come later. Every partition is a source of the engine.</summary>
internal sealed class KafkaFeed : IAsyncDisposable
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(5);

    private readonly KafkaTopicWatch _watch;

    private KafkaFeed(KafkaReader reader, KafkaTopicWatch watch, IReadOnlyList<SourceSpec> specs, IReadOnlyList<string> missing)
    {
        (Reader, _watch, Specs, Missing) = (reader, watch, specs, missing);
        _watch.PartitionsChanged += set => Changed.TrySetResult($"there are {set.PartitionCount} partitions of {set.Topics.Count} topics now");
        _ = FollowAsync();
    }

    /// <summary>The reader.</summary>
    public KafkaReader Reader { get; }

    /// <summary>The partitions.</summary>
    public IReadOnlyList<SourceSpec> Specs { get; }

    /// <summary>Names and patterns of the configuration that no topic answers to.</summary>
    public IReadOnlyList<string> Missing { get; }

    /// <summary>Completes, with the reason, when what is read has to be put together anew: other partitions are there.</summary>
    public TaskCompletionSource<string> Changed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Looks which partitions there are (waits while no broker answers or no topic is there) and makes a reader for them. Nothing is read yet.</summary>
    /// <param name="options">The service.</param>
    /// <param name="log">Told what is waited for.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="ConfigurationException">A setting can't be used.</exception>
    /// <remarks>
    /// Whoever leads a group is always the same static member to Kafka: it takes the place of the leader before at once, and that one, should it still live, is
    /// fenced off.
    /// </remarks>
    public static async Task<KafkaFeed> OpenAsync(ServiceOptions options, ServiceLog log, TimeProvider time, CancellationToken cancellation)
    {
        var kafka = options.Kafka!;
        try
        {
            KafkaTopics.Check(kafka);
            var topics = await FindAsync(options, kafka, log, time, cancellation).ConfigureAwait(false);
            var member = options.IsGroupMember ? kafka.Group + "-lead" : kafka.Member ?? "secstream-" + FolderIdentity.Of(options.Data);
            var reader = new KafkaReader(kafka with { Member = member }, topics.Topics, options.Pipeline.Tenant, time);
            var specs = reader.Sources.Select(source => new SourceSpec(source, Source(source.Options, options.Pipeline, time))).ToList();
            return new KafkaFeed(reader, new KafkaTopicWatch(kafka, topics, time), specs, topics.Missing);
        }
        catch (ArgumentException fault)
        {
            throw new ConfigurationException(fault.Message, fault);
        }
    }

    /// <summary>Positions by name of the source; those that are not known yet are left out.</summary>
    public IReadOnlyDictionary<string, long> Positions() => Reader.Sources.Where(s => s.HasPosition).ToDictionary(s => s.Name, s => s.Position, StringComparer.Ordinal);

    /// <summary>What was committed last, by name of the source.</summary>
    public IReadOnlyDictionary<string, long> Committed { get; private set; } = new Dictionary<string, long>();

    /// <summary>Commits positions, by name of the source: what a snapshot on disk says has been worked off.</summary>
    public Task CommitAsync(IReadOnlyDictionary<string, long> positions)
    {
        Committed = positions;
        return Reader.CommitAsync(
        [.. Reader.Sources.Where(source => positions.ContainsKey(source.Name)).Select(source => new KafkaPosition(source.Topic, source.Partition, positions[source.Name]))]);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _watch.DisposeAsync().ConfigureAwait(false);
        await Reader.DisposeAsync().ConfigureAwait(false);
    }

    private static SourceOptions Source(KafkaTopicOptions topic, PipelineOptions pipeline, TimeProvider time)
    {
        var source = ServiceSources.Source(pipeline, time);
        return source with { Format = topic.Format == "auto" ? source.Format : topic.Format, Zone = topic.Zone ?? source.Zone };
    }

    /// <summary>The topics there are. Who reads nothing else has nothing to begin with before the first is there.</summary>
    private static async Task<KafkaTopicSet> FindAsync(ServiceOptions options, KafkaOptions kafka, ServiceLog log, TimeProvider time, CancellationToken cancellation)
    {
        for (var said = false; ; said = true)
        {
            var topics = await KafkaTopics.ResolveAsync(kafka, log.Warning, time, cancellation).ConfigureAwait(false);
            if (topics.PartitionCount > 0 || !options.IsGroupMember)
            {
                return topics;
            }

            if (!said)
            {
                log.Warning($"no topic answers to {string.Join(", ", topics.Missing)}: nothing is read until one is there");
            }

            await Task.Delay(s_look, time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>A reader that a defect or a refused right has ended is made anew with everything else.</summary>
    private async Task FollowAsync()
    {
        await Reader.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (Reader.Completion.IsFaulted || Reader.Status().State == KafkaReaderState.Failed)
        {
            Changed.TrySetResult(Reader.Status().Fault ?? Reader.Completion.Exception?.Message ?? "the reading of Kafka has ended");
        }
    }
}
