using SecStream.Connectors.Segments;
using SecStream.Core.Events;
using SecStream.Core.Text;

namespace SecStream.Connectors.Elasticsearch.Events;

/// <summary>Sizes of a spool.</summary>
/// <param name="SpoolBytes">Bytes that may wait at most.</param>
/// <param name="ChunkBytes">Bytes of a chunk at most, save that one frame may be longer.</param>
/// <param name="Chunks">Chunks in memory at most.</param>
/// <param name="Linger">How long documents wait for others before they are sent.</param>
/// <param name="RetryInterval">Wait before a write that failed is tried again.</param>
internal sealed record SpoolSizes(long SpoolBytes, int ChunkBytes, int Chunks, TimeSpan Linger, TimeSpan RetryInterval)
{
    /// <summary>A file is ended when it is longer.</summary>
    public long FileBytes { get; } = Math.Clamp(SpoolBytes / 4, Math.Min(ChunkBytes, 64 << 20), 64 << 20);
}

/// <summary>
/// What waits for the cluster: in memory as long as the senders keep up, and on disk what does not fit. One thread appends, one takes, several complete:
/// <code>
/// done        taken             ready (memory)     disk only          tail (memory)    end
///   ├─────────────────────────┼──────────────────┼──────────────────┼────────────────┤
/// </code>
/// There is a tail only while nothing lies on disk alone, so memory never holds more than the chunks of the senders and two. What is in memory goes to
/// disk when a snapshot is about to count on it and the cluster does not have it yet (<see cref="MakeDurable"/>): what was written after the last
/// snapshot comes again from the sources, so what is sent before the next one never needs the disk. The files therefore have gaps: what lay there was sent.
/// </summary>
internal sealed partial class EventSpool : IDisposable
{
    private readonly SpoolFolder _folder;
    private readonly SpoolSizes _sizes;
    private readonly TimeProvider _time;
    private readonly Action<string> _report;
    private readonly WriteAt _writeAt;
    private readonly CancellationToken _giveUp;
    private readonly Lock _lock = new();
    private readonly ManualResetEventSlim _room = new(initialState: true);
    private readonly SemaphoreSlim _news = new(0);
    private readonly Queue<SpoolChunk> _ready = new();
    private readonly Stack<SpoolChunk> _free = new();
    private readonly List<SpoolChunk> _taken = [];
    private int _chunks;
    private SpoolChunk? _tail;
    private long _diskFrom;
    private long _diskTo;
    private long _diskWritten;
    private long _end;
    private long _done;
    private long _flushTo;
    private TaskCompletionSource _progress = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public EventSpool(SpoolFolder folder, SpoolSizes sizes, TimeProvider time, Action<string> report, WriteAt writeAt, CancellationToken giveUp)
    {
        (_folder, _sizes, _time, _report, _writeAt, _giveUp) = (folder, sizes, time, report, writeAt, giveUp);
    }

    /// <summary>Why nothing can be written at present; null when all is well.</summary>
    public string? Blocked { get; private set; }

    /// <summary>Why the cluster takes nothing, for the message of a full spool.</summary>
    public Func<string?> Obstacle { get; init; } = () => null;

    /// <summary>Bytes that were not sent yet.</summary>
    public long WaitingBytes
    {
        get
        {
            lock (_lock)
            {
                return _end - _done;
            }
        }
    }

    /// <summary>The place up to which everything was sent.</summary>
    public long Done
    {
        get
        {
            lock (_lock)
            {
                return _done;
            }
        }
    }

    /// <summary>When the oldest document that was not sent was written, microseconds since 1970 UTC; null when none waits.</summary>
    public long? OldestWritten
    {
        get
        {
            lock (_lock)
            {
                return _end == _done ? null
                    : _taken.Count > 0 ? _taken.Min(chunk => chunk.Written)
                    : _ready.TryPeek(out var ready) ? ready.Written
                    : _diskFrom < _diskTo ? _diskWritten
                    : _tail?.Written;
            }
        }
    }

    /// <summary>Takes a frame; waits while the spool is full, or the disk and memory are.</summary>
    /// <param name="frame">Room for a header, then the lines.</param>
    /// <param name="items">What the lines are.</param>
    /// <exception cref="IOException">It was told to give up while it waited.</exception>
    public void Append(ByteWriter frame, ReadOnlySpan<SpoolItem> items)
    {
        WaitForRoom(frame.Length + (items.Length * SpoolFrame.ItemBytes));
        var place = _end;
        var written = EventClock.ToMicroseconds(_time.GetUtcNow());
        SpoolFrame.Complete(frame, items, place, written);
        while (!TryStow(frame.Written, place))
        {
            if (TryWrite(frame.Written, place) is not { } fault)
            {
                StowOnDisk(frame.Length, place, written);
                break;
            }

            // The senders may make room in memory meanwhile.
            Blocked = $"{_folder.Name}: {fault}";
            Wait(_sizes.RetryInterval);
        }

        Blocked = null;
        Signal();
    }

    /// <summary>Wakes who waits for something to take.</summary>
    public void Signal()
    {
        if (_news.CurrentCount == 0)
        {
            _news.Release();
        }
    }

    /// <summary>Waits until something may be there to take.</summary>
    public Task WaitAsync(CancellationToken cancellation) => _news.WaitAsync(cancellation);

    /// <summary>Takes what is to be sent next; null when there is nothing, or not enough yet. By one thread at a time.</summary>
    public SpoolChunk? TryTake()
    {
        while (true)
        {
            lock (_lock)
            {
                if (_ready.TryDequeue(out var ready))
                {
                    _taken.Add(ready);
                    return ready;
                }

                if (_diskFrom == _diskTo)
                {
                    return TakeTail();
                }
            }

            if (TryTakeFromDisk() is { } chunk)
            {
                return chunk;
            }
        }
    }

    /// <summary>All of a chunk is in the cluster, or was put aside.</summary>
    public void Complete(SpoolChunk chunk)
    {
        lock (_lock)
        {
            _taken.Remove(chunk);
            Free(chunk);
            Advance();
        }
    }

    /// <summary>Completes when everything written so far was sent; what comes meanwhile is sent without lingering.</summary>
    public async Task FlushAsync(CancellationToken cancellation)
    {
        long target;
        lock (_lock)
        {
            target = _end;
            _flushTo = Math.Max(_flushTo, target);
        }

        Signal();
        while (true)
        {
            Task progress;
            lock (_lock)
            {
                if (_done >= target)
                {
                    return;
                }

                progress = _progress.Task;
            }

            await progress.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in _files.Values)
        {
            file.Handle.Dispose();
        }

        _files.Clear();
        _room.Dispose();
        _news.Dispose();
    }

    private SpoolChunk? TakeTail()
    {
        if (_tail is not { } tail)
        {
            return null;
        }

        var isDue = tail.Start < _flushTo || EventClock.ToMicroseconds(_time.GetUtcNow() - _sizes.Linger) >= tail.Written;
        if (!isDue)
        {
            return null;
        }

        _tail = null;
        _taken.Add(tail);
        return tail;
    }

    /// <summary>Puts a frame into memory, behind what is there; false when older ones lie on disk alone, or there is no room.</summary>
    private bool TryStow(ReadOnlySpan<byte> frame, long place)
    {
        lock (_lock)
        {
            if (_diskFrom != _diskTo)
            {
                return false;
            }

            if (_tail is { } tail && !tail.Fits(frame.Length))
            {
                _ready.Enqueue(tail);
                _tail = null;
            }

            _tail ??= Rent(place);
            _tail?.Add(frame);
            _end = _tail is null ? _end : place + frame.Length;
            return _tail is not null;
        }
    }

    /// <summary>A frame was written that memory has no room for.</summary>
    private void StowOnDisk(int length, long place, long written)
    {
        lock (_lock)
        {
            if (_diskFrom == _diskTo)
            {
                (_diskFrom, _diskWritten) = (place, written);
            }

            _end = _diskTo = place + length;
        }
    }

    private SpoolChunk? Rent(long start)
    {
        if (!_free.TryPop(out var chunk))
        {
            if (_chunks == _sizes.Chunks)
            {
                return null;
            }

            _chunks++;
            chunk = new SpoolChunk(_sizes.ChunkBytes);
        }

        chunk.Begin(start);
        return chunk;
    }

    /// <summary>What was sent reaches further now, perhaps.</summary>
    private void Advance()
    {
        _done = _taken.Count > 0 ? _taken.Min(taken => taken.Start)
            : _ready.TryPeek(out var ready) ? ready.Start
            : _diskFrom < _diskTo ? _diskFrom
            : _tail?.Start ?? _end;
        DeleteSent();
        _room.Set();
        _progress.SetResult();
        _progress = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>One that is being written just now is free when that is over.</summary>
    private void Free(SpoolChunk chunk)
    {
        if (chunk == _held)
        {
            _isHeldDone = true;
            return;
        }

        chunk.Shrink();
        _free.Push(chunk);
    }

    private void WaitForRoom(int bytes)
    {
        while (true)
        {
            lock (_lock)
            {
                // One that is larger than the spool goes into an empty one.
                if (_end == _done || _end - _done + bytes <= _sizes.SpoolBytes)
                {
                    return;
                }

                _room.Reset();
            }

            Blocked = $"{_folder.Name} is full ({_sizes.SpoolBytes:N0} bytes wait for Elasticsearch){(Obstacle() is { } obstacle ? $": {obstacle}" : "")}";
            Wait(null);
        }
    }

    /// <summary>Waits for room, or a time.</summary>
    private void Wait(TimeSpan? time)
    {
        try
        {
            if (time is { } span)
            {
                _giveUp.WaitHandle.WaitOne(span);
            }
            else
            {
                _room.Wait(TimeSpan.FromSeconds(1), _giveUp);
            }

            _giveUp.ThrowIfCancellationRequested();
        }
        catch (OperationCanceledException)
        {
            // The engine knows what a failed write means; a cancellation it would take for its own.
            throw new IOException($"stopped while nothing could be written ({Blocked}); what is missing is read again after a restart");
        }
    }
}
