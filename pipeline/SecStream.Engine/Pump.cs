using System.Collections.Concurrent;
using SecStream.Core.Pipeline;
using SecStream.Core.Pipeline.State;

namespace SecStream.Engine;

/// <summary>
/// Feeds batches of sources to their workers, on the caller's thread. It reads from the source whose event time is furthest behind, so that
/// sources advance together and histories stay short; results do not depend on that.
/// </summary>
public sealed class Pump
{
    private readonly StreamEngine _engine;
    private readonly IRecordSource[] _sources;
    private readonly long[] _watermarks;
    private readonly bool[] _ended;
    private readonly IngestWorker[] _workers;
    private readonly ConcurrentQueue<RecordBatch> _free;
    private readonly InFlight _inFlight;
    private readonly long[] _turn;
    private readonly bool[] _caughtUp;
    private readonly bool[] _live;
    private long _turns;
    private long _before;

    internal Pump(
        StreamEngine engine, IRecordSource[] sources, long[] watermarks, bool[] ended, IngestWorker[] workers, ConcurrentQueue<RecordBatch> free, InFlight inFlight)
    {
        _engine = engine;
        _sources = sources;
        _watermarks = watermarks;
        _ended = ended;
        _workers = workers;
        _free = free;
        _inFlight = inFlight;
        _turn = new long[sources.Length];
        _caughtUp = new bool[sources.Length];
        _live = new bool[sources.Length];
    }

    /// <summary>Whether every source has ended.</summary>
    public bool AllEnded => Array.TrueForAll(_ended, ended => ended);

    /// <summary>Whether a source had nothing more when it was asked last, and knew that this was the end (<see cref="IRecordSource.IsLive"/>).</summary>
    public bool IsCaughtUp(int partition) => _caughtUp[partition] && _live[partition];

    /// <summary>Watermark of a partition as far as the sink has seen it; <see cref="long.MinValue"/>: none yet.</summary>
    public long Watermark(int partition) => Volatile.Read(ref _watermarks[partition]);

    /// <summary>
    /// Whether a source was asked by the last <see cref="PumpAsync"/> and had nothing. One that is not asked, because others are further behind, may have
    /// something waiting, and one that is not live can't know: neither is quiet.
    /// </summary>
    public bool IsQuiet(int partition) => IsCaughtUp(partition) && _turn[partition] > _before;

    /// <summary>Reads one batch from the source furthest behind that has something; false when none has anything now.</summary>
    public async ValueTask<bool> PumpAsync(CancellationToken cancellation)
    {
        Span<bool> tried = stackalloc bool[Math.Min(_sources.Length, 1024)];
        _before = _turns;
        for (var attempt = 0; attempt < _sources.Length; attempt++)
        {
            var partition = Behind(tried);
            if (partition < 0)
            {
                return false;
            }

            if (partition < tried.Length)
            {
                tried[partition] = true;
            }

            var batch = NextBatch(partition);
            if (batch is not null)
            {
                return await SendAsync(batch, cancellation).ConfigureAwait(false);
            }
        }

        return false;
    }

    /// <summary>Tells a partition that it is caught up and quiet, and its watermark may move.</summary>
    public async ValueTask IdleAsync(int partition, long watermark, CancellationToken cancellation)
    {
        var batch = Rent(partition);
        batch.Kind = BatchKind.Idle;
        batch.IdleWatermark = watermark;
        await SendAsync(batch, cancellation).ConfigureAwait(false);
    }

    /// <summary>Waits until all that was read is worked off, and writes the state of everything. What counts as changed stays as it is.</summary>
    public async Task SaveAsync(BinaryWriter writer, CancellationToken cancellation)
    {
        await _inFlight.WaitAsync(cancellation).ConfigureAwait(false);
        using var state = _engine.Capture(StateExtent.Copy, []);
        using var entries = state.Sorted();
        StateStream.Write(writer, entries, withDeleted: false, cancellation);
    }

    /// <summary>
    /// Waits until all that was read is worked off, and takes what has changed since the last time, into memory; work may go on at once. The first
    /// time it is everything (<see cref="StateDelta.IsFull"/>). What was taken counts as saved from now on: it must not get lost.
    /// </summary>
    /// <param name="full">Everything is wanted.</param>
    /// <param name="parts">State beside the engine's that belongs to the same moment.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public async Task<StateDelta> CaptureAsync(bool full, IReadOnlyList<IStatePart> parts, CancellationToken cancellation)
    {
        await _inFlight.WaitAsync(cancellation).ConfigureAwait(false);
        return _engine.Capture(full ? StateExtent.Base : StateExtent.Changes, parts);
    }

    /// <summary>
    /// Waits until all that was read is worked off, and makes a change while everything stands still: other rules, other knowledge. What is read
    /// afterwards meets the change as a whole.
    /// </summary>
    public async Task<T> SwapAsync<T>(Func<T> change, CancellationToken cancellation)
    {
        await _inFlight.WaitAsync(cancellation).ConfigureAwait(false);
        return change();
    }

    private async ValueTask<bool> SendAsync(RecordBatch batch, CancellationToken cancellation)
    {
        _inFlight.Add();
        await _workers[batch.Partition % _workers.Length].Inbox.WriteAsync(batch, cancellation).ConfigureAwait(false);
        return true;
    }

    /// <summary>The open source not tried yet whose watermark is lowest; among equals the one served longest ago.</summary>
    private int Behind(ReadOnlySpan<bool> tried)
    {
        var best = -1;
        for (var p = 0; p < _sources.Length; p++)
        {
            if (_ended[p] || (p < tried.Length && tried[p]))
            {
                continue;
            }

            var mark = Volatile.Read(ref _watermarks[p]);
            if (best < 0 || mark < _watermarks[best] || (mark == _watermarks[best] && _turn[p] < _turn[best]))
            {
                best = p;
            }
        }

        return best;
    }

    private RecordBatch? NextBatch(int partition)
    {
        var source = _sources[partition];
        var batch = Rent(partition);
        _turn[partition] = ++_turns;
        _caughtUp[partition] = !source.TryRead(batch);
        _live[partition] = source.IsLive;
        if (!_caughtUp[partition])
        {
            return batch;
        }

        if (source.HasEnded)
        {
            batch.Reset(partition);
            batch.Kind = BatchKind.End;
            _ended[partition] = true;
            return batch;
        }

        _free.Enqueue(batch);
        return null;
    }

    private RecordBatch Rent(int partition)
    {
        var batch = _free.TryDequeue(out var reused) ? reused : new RecordBatch();
        batch.Reset(partition);
        return batch;
    }
}
