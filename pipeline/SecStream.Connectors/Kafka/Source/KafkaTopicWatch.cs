using Confluent.Kafka;

namespace SecStream.Connectors.Kafka.Source;

/// <summary>Notices topics and partitions that appear later, or go. Asks the cluster every 30 s on a task of its own; failures leave things as they were.</summary>
public sealed class KafkaTopicWatch : IAsyncDisposable
{
    /// <summary>How often the cluster is asked unless told otherwise.</summary>
    public static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(30);

    private readonly KafkaOptions _options;
    private readonly IAdminClient _admin;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;
    private KafkaTopicSet _known;

    /// <summary>Begins to watch.</summary>
    /// <param name="options">The cluster and its topics.</param>
    /// <param name="known">What is read now.</param>
    /// <param name="time">The clock.</param>
    /// <param name="interval">How often the cluster is asked; null: every 30 s.</param>
    public KafkaTopicWatch(KafkaOptions options, KafkaTopicSet known, TimeProvider time, TimeSpan? interval = null)
    {
        _options = options;
        _known = known;
        _admin = new AdminClientBuilder(KafkaClientSettings.Of(options).Admin()).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        _watching = Task.Run(() => WatchAsync(new PeriodicTimer(interval ?? DefaultInterval, time)));
    }

    /// <summary>There are other topics or partitions than before; raised on a task of the watch, once for each change.</summary>
    public event Action<KafkaTopicSet>? PartitionsChanged;

    /// <summary>What there was when a broker answered last.</summary>
    public KafkaTopicSet Known => Volatile.Read(ref _known);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
        _admin.Dispose();
        _stop.Dispose();
    }

    private async Task WatchAsync(PeriodicTimer timer)
    {
        using var ticks = timer;
        while (true)
        {
            try
            {
                await ticks.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            Look();
        }
    }

    private void Look()
    {
        try
        {
            var now = KafkaTopics.Select(_options, KafkaTopics.PartitionCounts(_admin));
            if (now.HasSamePartitions(_known))
            {
                return;
            }

            Volatile.Write(ref _known, now);
            PartitionsChanged?.Invoke(now);
        }
        catch (KafkaException)
        {
            // No broker answers: the reader says so, and what is there will be seen when one does.
        }
    }
}
