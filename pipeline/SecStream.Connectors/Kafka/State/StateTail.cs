using Confluent.Kafka;

namespace SecStream.Connectors.Kafka.State;

/// <summary>Reads the log of the state topic (its partition 0) as it grows, from the oldest record there is. One thread of its own; members are thread-safe.</summary>
internal sealed class StateTail : IDisposable
{
    private static readonly TimeSpan s_wait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_ask = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly TopicPartition _log;
    private readonly IConsumer<byte[]?, byte[]?> _consumer;
    private readonly TimeProvider _time;
    private readonly Thread _thread;
    private readonly Action<string> _report;
    private StateView _view = new(keepsLines: false);
    private TaskCompletionSource _progress = New();
    private volatile bool _stop;
    private bool _atEnd;
    private long _moved;

    /// <summary>Begins to read.</summary>
    public StateTail(KafkaClientSettings client, string topic, TimeProvider time, Action<string> report)
    {
        (_log, _time, _report) = (new TopicPartition(topic, 0), time, report);
        _moved = time.GetTimestamp();
        _consumer = new ConsumerBuilder<byte[]?, byte[]?>(client.Consumer()).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        _thread = new Thread(Run) { IsBackground = true, Name = "kafka state" };
        _thread.Start();
    }

    /// <summary>Looks at what is known.</summary>
    public T With<T>(Func<StateView, T> look)
    {
        lock (_lock)
        {
            return look(_view);
        }
    }

    /// <summary>All that the broker has has been read, as far as is known.</summary>
    public bool IsAtEnd
    {
        get
        {
            lock (_lock)
            {
                return _atEnd;
            }
        }
    }

    /// <summary>For how long no record has come although the broker answers; zero while it does not answer.</summary>
    public TimeSpan Silence
    {
        get
        {
            lock (_lock)
            {
                return _atEnd ? _time.GetElapsedTime(_moved) : TimeSpan.Zero;
            }
        }
    }

    /// <summary>Completes when an offset has been read, and what lies before it.</summary>
    public async Task ReachAsync(long offset, CancellationToken cancellation)
    {
        while (true)
        {
            Task progress;
            lock (_lock)
            {
                if (_view.Last >= offset)
                {
                    return;
                }

                progress = _progress.Task;
            }

            await progress.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Ends the reading.</summary>
    public void Dispose()
    {
        _stop = true;
        _thread.Join();
        _consumer.Dispose();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Run()
    {
        var isPlaced = false;
        while (!_stop)
        {
            try
            {
                if (!isPlaced)
                {
                    Place();
                    isPlaced = true;
                }

                if (_consumer.Consume(s_wait) is { } result)
                {
                    Take(result);
                }

                AskWhetherAlive();
            }
            catch (KafkaException fault)
            {
                // No broker, no right, or the place is gone (retention): begin at the oldest record there is. Meanwhile nothing is known for sure.
                _report(fault.Error.Reason);
                isPlaced = false;
                lock (_lock)
                {
                    _atEnd = false;
                }

                Thread.CurrentThread.Join(s_wait);
            }
        }
    }

    private void Place()
    {
        var bounds = _consumer.QueryWatermarkOffsets(_log, s_ask);
        lock (_lock)
        {
            // What was read goes on where it stopped, unless the broker has it no more: then what is known has a hole, and is thrown away.
            if (_view.Last + 1 < bounds.Low.Value || _view.Last >= bounds.High.Value)
            {
                _view = new StateView(keepsLines: false);
            }

            _consumer.Assign(new TopicPartitionOffset(_log, Math.Max(_view.Last + 1, bounds.Low.Value)));
            _atEnd = false;
        }
    }

    private void Take(ConsumeResult<byte[]?, byte[]?> result)
    {
        lock (_lock)
        {
            if (result.IsPartitionEOF)
            {
                _moved = _atEnd ? _moved : _time.GetTimestamp();
                _atEnd = true;
                _heard = _time.GetTimestamp();
                return;
            }

            _view.Skip(result.Offset.Value);
            if (StateRecord.Of(result.Message) is { } record)
            {
                _view.Take(result.Offset.Value, record);
            }

            _moved = _heard = _time.GetTimestamp();
            _progress.TrySetResult();
            _progress = New();
        }
    }

    private long _heard;

    /// <summary>The end of a partition is told once; whether its leader still answers has to be asked, or a cut cable would look like a silent leader.</summary>
    private void AskWhetherAlive()
    {
        if (!_atEnd || _time.GetElapsedTime(_heard) < TimeSpan.FromSeconds(1))
        {
            return;
        }

        var high = _consumer.QueryWatermarkOffsets(_log, s_ask).High.Value;
        lock (_lock)
        {
            _heard = _time.GetTimestamp();
            if (high > _view.Last + 1)
            {
                _moved = _heard;
            }
        }
    }
}
