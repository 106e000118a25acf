namespace SecStream.Engine;

/// <summary>
/// Counts work that has been handed on and not finished. Nothing in flight and nothing being read means that every stage stands still: the
/// moment at which state can be saved as one consistent whole.
/// </summary>
internal sealed class InFlight
{
    private readonly Lock _lock = new();
    private long _count;
    private TaskCompletionSource? _waiter;
    private Exception? _fault;

    /// <summary>Something is handed on.</summary>
    public void Add() => Interlocked.Increment(ref _count);

    /// <summary>It is finished.</summary>
    public void Done()
    {
        if (Interlocked.Decrement(ref _count) == 0)
        {
            lock (_lock)
            {
                _waiter?.TrySetResult();
            }
        }
    }

    /// <summary>A stage has failed: whoever waits fails too.</summary>
    public void Fail(Exception fault)
    {
        lock (_lock)
        {
            _fault ??= fault;
            _waiter?.TrySetException(_fault);
        }
    }

    /// <summary>Waits until nothing is in flight.</summary>
    public async Task WaitAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Task waiting;
            lock (_lock)
            {
                if (_fault is not null)
                {
                    throw new InvalidOperationException("a stage of the engine has failed", _fault);
                }

                if (Interlocked.Read(ref _count) == 0)
                {
                    return;
                }

                _waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                waiting = _waiter.Task;
                if (Interlocked.Read(ref _count) == 0)
                {
                    return;
                }
            }

            await waiting.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }
}
