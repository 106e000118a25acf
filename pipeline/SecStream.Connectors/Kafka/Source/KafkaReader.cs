using Confluent.Kafka;

namespace SecStream.Connectors.Kafka.Source;

/// <summary>
/// Reads topics: one consumer and one thread for all partitions, one <see cref="KafkaPartitionSource"/> each for the engine. Which partitions it reads, the
/// group decides; where it reads on, the sources know, whose positions are part of the engine's snapshot. Members are thread-safe.
/// </summary>
/// <remarks>
/// Order of calls: make it, restore the sources, <see cref="Start"/>. Memory is bounded: a partition whose share of the buffer is full rests until half of
/// it has been worked off.
/// </remarks>
public sealed partial class KafkaReader : IAsyncDisposable
{
    private const int CheckEvery = 64;

    private static readonly TimeSpan s_idleWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_pausedWait = TimeSpan.FromMilliseconds(5);

    private readonly KafkaOptions _options;
    private readonly KafkaReaderOptions _bounds;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, KafkaPartitionSource[]> _byTopic;
    private readonly List<KafkaPartitionSource> _paused = [];
    private readonly RecordCopy _record = new();
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IConsumer<Ignore, int> _consumer;
    private readonly long _share;
    private volatile KafkaReaderState _state;
    private volatile bool _stop;
    private string _lastTopic = "";
    private KafkaPartitionSource[] _lastSources = [];

    /// <summary>Makes a reader; nothing is read yet.</summary>
    /// <param name="options">The cluster, the group, this member's name.</param>
    /// <param name="topics">What to read (<see cref="KafkaTopics.ResolveAsync"/>).</param>
    /// <param name="tenant">Whose records they are.</param>
    /// <param name="time">The clock.</param>
    /// <param name="bounds">Bounds; null: the defaults.</param>
    /// <exception cref="ArgumentException">A setting is refused, or the client does not know it.</exception>
    public KafkaReader(KafkaOptions options, IReadOnlyList<KafkaTopic> topics, string tenant, TimeProvider time, KafkaReaderOptions? bounds = null)
    {
        ArgumentNullException.ThrowIfNull(topics);
        (_options, _time, _bounds) = (options, time, bounds ?? new KafkaReaderOptions());
        _byTopic = topics.ToDictionary(t => t.Name, t => SourcesOf(t, tenant), StringComparer.Ordinal);
        Sources = [.. topics.SelectMany(t => _byTopic[t.Name])];
        _share = Math.Max(64 << 10, _bounds.BufferBytes / Math.Max(1, Sources.Count));
        _consumer = Build();
    }

    /// <summary>The partitions: by topic as given, then by number.</summary>
    public IReadOnlyList<KafkaPartitionSource> Sources { get; }

    /// <summary>Ends when the reader has been closed; fails when a defect ended it.</summary>
    public Task Completion => _done.Task;

    /// <summary>Joins the group and reads what it is given, from the positions of the sources as they are now.</summary>
    public void Start()
    {
        if (_state != KafkaReaderState.New)
        {
            throw new InvalidOperationException("the reader was started before");
        }

        _hadState = Sources.Any(s => s.HasPosition);
        _state = KafkaReaderState.Joining;
        new Thread(Run) { IsBackground = true, Name = "kafka reader" }.Start();
    }

    /// <summary>How things stand.</summary>
    public KafkaReaderStatus Status() => new(
        _state, Fault, Interlocked.Read(ref _rebalances), Interlocked.Read(ref _errors), Interlocked.Read(ref _commits), Interlocked.Read(ref _commitFailures),
        Sources.Sum(s => s.BufferedBytes), [.. Sources.Select(s => s.Status())]);

    /// <summary>Leaves the group (a named member keeps its place until its session ends) and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        _stop = true;
        if (_state == KafkaReaderState.New)
        {
            _state = KafkaReaderState.Closed;
            _done.TrySetResult();
        }

        await _done.Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _committing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _consumer.Dispose();
    }

    private KafkaPartitionSource[] SourcesOf(KafkaTopic topic, string tenant) =>
        [.. Enumerable.Range(0, topic.PartitionCount).Select(p => new KafkaPartitionSource(topic.Name, p, topic.Options, tenant, _time, _bounds.LeaderSilence))];

    private IConsumer<Ignore, int> Build()
    {
        var config = KafkaClientSettings.Of(_options).Consumer(member: _options.Member);
        config.StatisticsIntervalMs = 1000;
        config.QueuedMaxMessagesKbytes = Math.Max(1024, _bounds.FetchAheadBytes >> 10);
        config.FetchMaxBytes = Math.Max(1 << 20, _bounds.FetchAheadBytes);
        config.MaxPartitionFetchBytes = (int)Math.Clamp(_share / 2, 64 << 10, 1 << 20);
        config.MessageMaxBytes ??= 1_000_000;
        config.ConsumeResultFields = "timestamp,topic";
        try
        {
            return new ConsumerBuilder<Ignore, int>(config)
                .SetValueDeserializer(_record)
                .SetLogHandler((_, _) => { })
                .SetErrorHandler((_, error) => OnError(error, null))
                .SetStatisticsHandler((_, json) => KafkaStatistics.Read(json, OnStatistics))
                .SetPartitionsAssignedHandler((_, partitions) => OnAssigned(partitions))
                .SetPartitionsRevokedHandler((_, _) => OnRevoked())
                .SetPartitionsLostHandler((_, _) => OnRevoked())
                .Build();
        }
        catch (InvalidOperationException fault)
        {
            throw new ArgumentException($"kafka.properties: {fault.Message}; see CONFIGURATION.md of librdkafka for the settings it knows", fault);
        }
    }

    private void Run()
    {
        try
        {
            _consumer.Subscribe(_byTopic.Keys);
            var since = 0;
            while (!_stop && _state != KafkaReaderState.Failed)
            {
                since = ReadOne() ? since + 1 : CheckEvery;
                if (since >= CheckEvery)
                {
                    since = 0;
                    DoWhatIsDue();
                }
            }

            TakeBack();
            _consumer.Close();
            _state = _state == KafkaReaderState.Failed ? _state : KafkaReaderState.Closed;
            _done.TrySetResult();
        }
        catch (KafkaException fault) when (_stop || _state == KafkaReaderState.Failed)
        {
            // Closing fails when no broker can be told, and when the group has shut this member out; the group finds out by itself.
            OnError(fault.Error, null);
            _state = _state == KafkaReaderState.Failed ? _state : KafkaReaderState.Closed;
            _done.TrySetResult();
        }
        catch (Exception fault)
        {
            // A defect: whoever owns the reader learns of it, and nothing is delivered any more.
            TakeBack();
            SetFault($"the reading of Kafka ended by a defect: {fault.Message}", null, ErrorCode.Local_Fail, isFinal: true);
            _state = KafkaReaderState.Failed;
            _done.TrySetException(fault);
        }
    }

    /// <summary>Takes the next record or event of the client; false: there was none.</summary>
    private bool ReadOne()
    {
        ConsumeResult<Ignore, int>? result;
        try
        {
            result = _consumer.Consume(_paused.Count > 0 ? s_pausedWait : s_idleWait);
        }
        catch (ConsumeException fault)
        {
            OnConsumeError(fault);
            return true;
        }
        catch (KafkaException fault)
        {
            // Of the client itself, not of a partition; it goes on trying unless it says that it can't.
            OnError(fault.Error, null);
            return false;
        }

        if (result is null)
        {
            return false;
        }

        if (SourceOf(result.Topic, result.Partition.Value) is { } source)
        {
            Take(source, result);
        }

        return true;
    }

    private void Take(KafkaPartitionSource source, ConsumeResult<Ignore, int> result)
    {
        if (result.IsPartitionEOF)
        {
            source.ReachEnd(result.Offset.Value);
            ClearFault(source.Topic);
            return;
        }

        var (arrival, sent) = RecordTimes.Of(result.Message.Timestamp);
        source.Append(result.Offset.Value, _record.Value, _record.IsTombstone, arrival, sent);
        if (source.BufferedBytes >= _share && !source.IsPaused)
        {
            source.IsPaused = true;
            _paused.Add(source);
            _consumer.Pause([result.TopicPartition]);
        }

        if (Fault is not null)
        {
            ClearFault(source.Topic);
        }
    }

    private void DoWhatIsDue()
    {
        for (var i = _paused.Count - 1; i >= 0; i--)
        {
            var source = _paused[i];
            if (source.BufferedBytes < _share / 2)
            {
                _paused.RemoveAt(i);
                source.IsPaused = false;
                _consumer.Resume([new TopicPartition(source.Topic, source.Partition)]);
            }
        }

        FinishResets();
    }

    /// <summary>Records of a partition come in runs, so the last source is nearly always the one.</summary>
    private KafkaPartitionSource? SourceOf(string topic, int partition)
    {
        if (topic != _lastTopic)
        {
            _lastTopic = topic;
            _lastSources = _byTopic.GetValueOrDefault(topic) ?? [];
        }

        return partition < _lastSources.Length ? _lastSources[partition] : null;
    }
}
