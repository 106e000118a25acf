using System.Threading.Channels;
using Confluent.Kafka;

namespace SecStream.Connectors.Kafka.State;

/// <summary>Another member leads the group now: nothing of what this one decides may go out any more.</summary>
public sealed class LeadLostException(string message) : IOException(message);

/// <summary>
/// The log through which the members of a group hand on their state: partition 0 of the state topic, and parts of files in the others. One member leads and
/// writes; the others read along and wait. Whoever wants the lead writes a <see cref="StateKind.Lead"/>; what a former leader writes behind it is heard by nobody, and
/// it notices: its next record does not follow its last one. Thread-safe.
/// </summary>
public sealed class StateLog : IAsyncDisposable
{
    private static readonly TimeSpan s_beat = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_read = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_retry = TimeSpan.FromMilliseconds(500);

    private readonly KafkaClientSettings _client;
    private readonly string _topic;
    private readonly TimeProvider _time;
    private readonly Action<string> _report;
    private readonly StateTail _tail;
    private readonly Channel<Pending> _queue = Channel.CreateBounded<Pending>(new BoundedChannelOptions(1024) { SingleReader = true });
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _lost = new();
    private StateProducer? _producer;
    private Task _writing = Task.CompletedTask;
    private long _epoch = -1;
    private long _last = -1;
    private string? _said;

    /// <summary>Begins to read the log.</summary>
    /// <param name="client">Settings of the cluster.</param>
    /// <param name="topic">The state topic; it has to be there.</param>
    /// <param name="partitions">Its partitions.</param>
    /// <param name="time">The clock.</param>
    /// <param name="report">Told what is wrong, in words; the same thing once.</param>
    public StateLog(KafkaClientSettings client, string topic, int partitions, TimeProvider time, Action<string> report)
    {
        (_client, _topic, _time, _report) = (client, topic, time, report);
        Partitions = partitions;
        _tail = new StateTail(client, topic, time, Say);
    }

    /// <summary>Partitions of the topic; parts of files go to those after the first, where there are such.</summary>
    public int Partitions { get; }

    /// <summary>Cancelled when another member has taken the lead from this one.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Looks at what the log says.</summary>
    public T With<T>(Func<StateView, T> look) => _tail.With(look);

    /// <summary>Waits until nobody leads: the leader has left, or has been silent for the given time although the broker answers.</summary>
    public async Task WaitForVacancyAsync(TimeSpan patience, CancellationToken cancellation)
    {
        while (!_tail.IsAtEnd || !(_tail.With(v => v.Epoch < 0 || v.HasLeft) || _tail.Silence >= patience))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), _time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Takes the lead. False: another one was later, and has it.</summary>
    /// <exception cref="Output.KafkaWriteException">It could not be written.</exception>
    public async Task<bool> TakeLeadAsync(StateLeader me, CancellationToken cancellation)
    {
        _producer = new StateProducer(_client, _topic);
        _epoch = _last = (await _producer.SendAsync([(0, new StateRecord(StateKind.Lead, 0, 0, me.ToBytes()))], cancellation).ConfigureAwait(false))[0];
        await _tail.ReachAsync(_epoch, cancellation).ConfigureAwait(false);
        if (_tail.With(v => v.Epoch) != _epoch)
        {
            return false;
        }

        _writing = Task.Run(WriteAllAsync, CancellationToken.None);
        return true;
    }

    /// <summary>What the log said when this member took the lead, with all lines that are needed.</summary>
    /// <exception cref="InvalidDataException">They could not be read.</exception>
    public Task<StateView> ReadAsync(CancellationToken cancellation) => Task.Run(
        () =>
        {
            var (view, from) = (new StateView(keepsLines: true), _tail.With(v => v.Needed));
            using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(_client.Consumer()).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
            from = Math.Max(from, consumer.QueryWatermarkOffsets(new TopicPartition(_topic, 0), s_read).Low.Value);
            consumer.Assign(new TopicPartitionOffset(_topic, 0, from));
            for (var began = _time.GetTimestamp(); view.Last < _epoch;)
            {
                cancellation.ThrowIfCancellationRequested();
                if (_time.GetElapsedTime(began) > s_read)
                {
                    throw new InvalidDataException($"{_topic}: the log could not be read to its end within {s_read.TotalSeconds:0} s");
                }

                if (Read(consumer) is { IsPartitionEOF: false } result)
                {
                    began = _time.GetTimestamp();
                    view.Skip(result.Offset.Value);
                    if (result.Offset.Value <= _epoch && StateRecord.Of(result.Message) is { } record)
                    {
                        view.Take(result.Offset.Value, record);
                    }
                }
            }

            return view;
        },
        cancellation);

    /// <summary>Writes a record; completes when it is acknowledged and counts.</summary>
    /// <exception cref="LeadLostException">Another member leads.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, or the log was closed; it may have been written.</exception>
    public async Task AppendAsync(StateKind kind, long position, ReadOnlyMemory<byte> value, CancellationToken cancellation)
    {
        var pending = new Pending(new StateRecord(kind, _epoch, position, value.ToArray()));
        try
        {
            await _queue.Writer.WriteAsync(pending, cancellation).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            throw _lost.IsCancellationRequested ? Superseded() : new OperationCanceledException("the state log was closed");
        }

        await pending.Done.Task.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Writes a whole state; completes when it counts. What the topic holds besides is let go of where that is allowed.</summary>
    public async Task AppendAsync(StateManifest manifest, CancellationToken cancellation)
    {
        await AppendAsync(StateKind.Snapshot, 0, manifest.ToBytes(), cancellation).ConfigureAwait(false);
        await _tail.ReachAsync(Volatile.Read(ref _last), cancellation).ConfigureAwait(false);
        await TrimAsync(manifest).ConfigureAwait(false);
    }

    /// <summary>Tells of versions that are not in a manifest yet; completes when it counts.</summary>
    public Task AppendVersionsAsync(IReadOnlyList<StateFile> files, CancellationToken cancellation) =>
        AppendAsync(
            StateKind.Version,
            0,
            new StateManifest { Snapshot = [], Versions = files, Small = new Dictionary<string, byte[]>(), Kept = [], Control = 0, Outbox = 0 }.ToBytes(),
            cancellation);

    /// <summary>Ends the beats, says goodbye when this member leads, and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _queue.Writer.TryComplete();
        _producer?.Dispose();
        _tail.Dispose();
        _stop.Dispose();
        _lost.Dispose();
    }

    /// <summary>Leaves the lead, so that another member takes it at once. A cluster that does not answer finds out by itself.</summary>
    public async Task LeaveAsync(TimeSpan limit)
    {
        using var patience = new CancellationTokenSource(limit, _time);
        try
        {
            await AppendAsync(StateKind.Leave, 0, Array.Empty<byte>(), patience.Token).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is OperationCanceledException or LeadLostException or KafkaException)
        {
            // The others wait for as long as a leader may be silent.
        }
    }

    private static ConsumeResult<byte[]?, byte[]?>? Read(IConsumer<byte[]?, byte[]?> consumer)
    {
        try
        {
            return consumer.Consume(TimeSpan.FromMilliseconds(500));
        }
        catch (KafkaException)
        {
            // Brokers come and go; it is tried again until the patience is over.
            return null;
        }
    }

    private LeadLostException Superseded() =>
        new($"{_topic}: another member ({_tail.With(v => v.Leader)?.Member ?? "unknown"}) leads the group now");

    private async Task WriteAllAsync()
    {
        var batch = new List<Pending>();
        try
        {
            while (!_lost.IsCancellationRequested)
            {
                batch.Clear();
                await GatherAsync(batch).ConfigureAwait(false);
                await SendAsync(batch).ConfigureAwait(false);
                batch.ForEach(pending => pending.Done.TrySetResult());
            }
        }
        catch (OperationCanceledException)
        {
            // Closed.
        }
        catch (LeadLostException)
        {
            await _lost.CancelAsync().ConfigureAwait(false);
        }
        finally
        {
            Exception end = _lost.IsCancellationRequested ? Superseded() : new OperationCanceledException("the state log was closed");
            _queue.Writer.TryComplete();
            while (_queue.Reader.TryRead(out var left))
            {
                batch.Add(left);
            }

            batch.ForEach(pending => pending.Done.TrySetException(end));
        }
    }

    /// <summary>What waits, or a sign of life when nothing does.</summary>
    private async Task GatherAsync(List<Pending> batch)
    {
        using var beat = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        beat.CancelAfter(s_beat);
        try
        {
            await _queue.Reader.WaitToReadAsync(beat.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            batch.Add(new Pending(new StateRecord(StateKind.Beat, _epoch, 0, [])));
        }

        while (batch.Count < 256 && _queue.Reader.TryRead(out var pending))
        {
            batch.Add(pending);
        }
    }

    private async Task SendAsync(List<Pending> batch)
    {
        while (true)
        {
            try
            {
                var offsets = await _producer!.SendAsync([.. batch.Select(p => (0, p.Record))], _stop.Token).ConfigureAwait(false);
                await VerifyAsync(offsets).ConfigureAwait(false);
                _said = null;
                return;
            }
            catch (Output.KafkaWriteException fault)
            {
                // Nothing goes on without it: everything waits, and it is tried again. Records that come twice are known by their places.
                Say(fault.Message);
                await Task.Delay(s_retry, _time, _stop.Token).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Records that follow the last one directly have nobody's between them. Otherwise the log has to be asked whose they are.</summary>
    private async Task VerifyAsync(long[] offsets)
    {
        var expected = _last;
        var follows = offsets.All(offset => offset == ++expected);
        Volatile.Write(ref _last, offsets[^1]);
        if (follows)
        {
            return;
        }

        await _tail.ReachAsync(offsets[^1], _stop.Token).ConfigureAwait(false);
        if (_tail.With(v => v.Epoch) != _epoch)
        {
            throw Superseded();
        }
    }

    private async Task TrimAsync(StateManifest manifest)
    {
        var least = new Dictionary<int, long> { [0] = _tail.With(v => v.Needed) };
        foreach (var part in manifest.Snapshot.Concat(manifest.Versions).SelectMany(file => file.Parts))
        {
            least[part.Partition] = Math.Min(least.GetValueOrDefault(part.Partition, long.MaxValue), part.Offset);
        }

        try
        {
            using var admin = new AdminClientBuilder(_client.Admin()).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
            await admin.DeleteRecordsAsync(least.Select(l => new TopicPartitionOffset(_topic, l.Key, l.Value))).ConfigureAwait(false);
        }
        catch (KafkaException)
        {
            // Not allowed, or not known to the brokers: the topic's own retention lets go of it.
        }
    }

    private void Say(string text)
    {
        if (Interlocked.Exchange(ref _said, text) != text)
        {
            _report($"{_topic}: {text}");
        }
    }

    private sealed class Pending(StateRecord record)
    {
        public StateRecord Record { get; } = record;

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
