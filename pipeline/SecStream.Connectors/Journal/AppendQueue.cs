using SecStream.Core.Pipeline;

namespace SecStream.Connectors.Journal;

/// <summary>An append that waits for its place.</summary>
internal sealed class PendingAppend(JournalEntries entries)
{
    /// <summary>The records.</summary>
    public JournalEntries Entries => entries;

    /// <summary>Bytes of their frames.</summary>
    public long FrameBytes { get; } = entries.Bytes + ((long)entries.Count * JournalFrame.HeaderBytes);

    /// <summary>Completed when they are durable; continuations run elsewhere, never on the writer's thread.</summary>
    public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>
/// Appends in the order they came, taken in groups by the writer as far as the bound allows: end of the journal minus what is released. Thread-safe.
/// </summary>
internal sealed class AppendQueue(long maxBytes, long end, long released)
{
    // One flush for so much at most: beyond it, waiting longer gains no throughput.
    private const long MaxGroupBytes = 4 << 20;

    private readonly object _gate = new();
    private readonly LinkedList<PendingAppend> _waiting = new();
    private long _end = end;
    private long _released = released;
    private bool _closed;

    /// <summary>Position behind the last record.</summary>
    public long End => Volatile.Read(ref _end);

    /// <summary>Everything before it is processed for good.</summary>
    public long Released => Volatile.Read(ref _released);

    /// <summary>Appends that wait, for the flush or for room.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Whether another append would wait for room.</summary>
    public bool IsFull
    {
        get
        {
            lock (_gate)
            {
                return !Fits(_waiting.First?.Value.FrameBytes ?? JournalFrame.HeaderBytes, 0);
            }
        }
    }

    /// <summary>Waits in the queue; what is cancelled before the writer takes it leaves the queue at once.</summary>
    public async ValueTask AppendAsync(JournalEntries entries, CancellationToken cancellation)
    {
        var append = new PendingAppend(entries);
        LinkedListNode<PendingAppend> node;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(RecordJournal));
            node = _waiting.AddLast(append);
            Monitor.Pulse(_gate);
        }

        var registration = cancellation.UnsafeRegister((_, token) => Leave(node, token), null);
        await using (registration.ConfigureAwait(false))
        {
            await append.Done.Task.ConfigureAwait(false);
        }
    }

    /// <summary>Takes the next group, waiting for one; false when the queue is closed and nothing more can be taken.</summary>
    public bool Take(List<PendingAppend> group)
    {
        lock (_gate)
        {
            while (true)
            {
                var bytes = 0L;
                while (_waiting.First is { } first && Fits(first.Value.FrameBytes, bytes) && (bytes == 0 || bytes + first.Value.FrameBytes <= MaxGroupBytes))
                {
                    bytes += first.Value.FrameBytes;
                    group.Add(first.Value);
                    _waiting.RemoveFirst();
                }

                if (group.Count > 0 || _closed)
                {
                    return group.Count > 0;
                }

                Monitor.Wait(_gate);
            }
        }
    }

    /// <summary>The journal ends there now.</summary>
    public void Advance(long end)
    {
        lock (_gate)
        {
            Volatile.Write(ref _end, end);
        }
    }

    /// <summary>Everything before a position is processed for good; going back is ignored.</summary>
    public void Release(long position)
    {
        lock (_gate)
        {
            Volatile.Write(ref _released, Math.Clamp(position, _released, Math.Max(_released, _end)));
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Takes no more appends; <see cref="Take"/> gives what still fits and then false.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>After <see cref="Close"/>: what found no room.</summary>
    public IReadOnlyList<PendingAppend> Rest()
    {
        lock (_gate)
        {
            var rest = _waiting.ToList();
            _waiting.Clear();
            return rest;
        }
    }

    // What alone is larger than the bound gets through when nothing else is there: it would wait for ever.
    private bool Fits(long bytes, long taken) => _end + taken == _released || _end + taken + bytes - _released <= maxBytes;

    private void Leave(LinkedListNode<PendingAppend> node, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (node.List is null)
            {
                return; // The writer has it: it will be durable, and the entries are in use until then.
            }

            _waiting.Remove(node);
            Monitor.Pulse(_gate);
        }

        node.Value.Done.TrySetCanceled(cancellation);
    }
}
