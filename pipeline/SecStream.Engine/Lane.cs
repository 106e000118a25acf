using System.Threading.Channels;
using SecStream.Core.Observations;
using SecStream.Core.Pipeline;

namespace SecStream.Engine;

/// <summary>Rows of attempts that a lane sends another, and how far its sessions have come. Pooled by nobody: they are rare.</summary>
internal sealed record DerivedRows(int FromLane, RowBuffer? Rows, long Clock);

/// <summary>
/// A thread of state: takes the rows of its shards from all workers, and the derived rows of all lanes. Its inbox is bounded by credits that
/// workers acquire (back-pressure); derived rows need none, or lanes could wait for each other in a circle. They are bounded by what caused them.
/// </summary>
internal sealed class Lane : IDisposable
{
    private readonly int _index;
    private readonly ILaneStage _stage;
    private readonly InFlight _inFlight;
    private readonly Action<IngestOutput> _release;
    private readonly Channel<object> _inbox = Channel.CreateUnbounded<object>(new UnboundedChannelOptions { SingleReader = true });
    private readonly SemaphoreSlim _credits;
    private readonly long[] _sessionClocks;
    private readonly RowBuffer[] _derivedByLane;
    private readonly RowBuffer[] _derivedByShard;
    private long[] _watermarks;
    private long _ingestClock = long.MinValue;
    private long _ruleClock = long.MinValue;
    private Lane[] _lanes = [];

    public Lane(int index, int lanes, int partitions, int queue, ILaneStage stage, InFlight inFlight, Action<IngestOutput> release)
    {
        _index = index;
        _stage = stage;
        _inFlight = inFlight;
        _release = release;
        _credits = new SemaphoreSlim(queue, queue);
        _sessionClocks = new long[lanes];
        Array.Fill(_sessionClocks, long.MinValue);
        _watermarks = new long[partitions];
        Array.Fill(_watermarks, long.MinValue);
        _derivedByLane = [.. Enumerable.Range(0, lanes).Select(_ => new RowBuffer())];
        _derivedByShard = [.. Enumerable.Range(0, Row.ShardCount).Select(shard => _derivedByLane[shard % lanes])];
    }

    /// <summary>The rules' clock.</summary>
    public long Clock => Volatile.Read(ref _ruleClock);

    /// <summary>Makes the lanes known to each other.</summary>
    public void Connect(Lane[] lanes) => _lanes = lanes;

    /// <summary>Waits for room, then hands the lane its part of an output.</summary>
    public ValueTask PostAsync(IngestOutput output, CancellationToken cancellation)
    {
        if (_credits.Wait(0, cancellation))
        {
            _inbox.Writer.TryWrite(output);
            return ValueTask.CompletedTask;
        }

        return WaitAndPost(output, cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => _credits.Dispose();

    /// <summary>No more work will come.</summary>
    public void Complete() => _inbox.Writer.TryComplete();

    /// <summary>Works until completed.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            while (await _inbox.Reader.WaitToReadAsync(cancellation).ConfigureAwait(false))
            {
                while (_inbox.Reader.TryRead(out var work))
                {
                    if (work is IngestOutput output)
                    {
                        Handle(output);
                    }
                    else
                    {
                        Handle((DerivedRows)work);
                    }
                }
            }
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // A bug in stateful code must stop the engine: going on would give other alerts than a replay.
            _inFlight.Fail(fault);
            throw;
        }
    }

    /// <summary>Sets the clocks after a restore.</summary>
    public void RestoreClocks(long[] watermarks)
    {
        _watermarks = watermarks;
        _ingestClock = watermarks.Length == 0 ? long.MinValue : watermarks.Min();
        Array.Fill(_sessionClocks, _ingestClock);
        _ruleClock = _ingestClock;
    }

    private async ValueTask WaitAndPost(IngestOutput output, CancellationToken cancellation)
    {
        await _credits.WaitAsync(cancellation).ConfigureAwait(false);
        _inbox.Writer.TryWrite(output);
    }

    private void Handle(IngestOutput output)
    {
        _stage.Accept(output.LaneRows[_index].Bytes);
        _watermarks[output.Partition] = Math.Max(_watermarks[output.Partition], output.Watermark);
        _credits.Release();
        _release(output);
        Advance();
        _inFlight.Done();
    }

    private void Handle(DerivedRows derived)
    {
        if (derived.Rows is not null)
        {
            _stage.Accept(derived.Rows.Bytes);
        }

        _sessionClocks[derived.FromLane] = Math.Max(_sessionClocks[derived.FromLane], derived.Clock);
        AdvanceRules();
        _inFlight.Done();
    }

    private void Advance()
    {
        var clock = _watermarks[0];
        foreach (var watermark in _watermarks)
        {
            clock = Math.Min(clock, watermark);
        }

        if (clock > _ingestClock)
        {
            _ingestClock = clock;
            _stage.AdvanceSessions(clock, _derivedByShard);
            SendDerived(clock);
        }

        AdvanceRules();
    }

    private void SendDerived(long clock)
    {
        for (var lane = 0; lane < _lanes.Length; lane++)
        {
            var rows = _derivedByLane[lane];
            if (lane == _index)
            {
                _stage.Accept(rows.Bytes);
                rows.Clear();
                _sessionClocks[lane] = clock;
                continue;
            }

            RowBuffer? copy = null;
            if (rows.Length > 0)
            {
                copy = new RowBuffer();
                copy.Append(rows.Bytes);
                rows.Clear();
            }

            _inFlight.Add();
            _lanes[lane]._inbox.Writer.TryWrite(new DerivedRows(_index, copy, clock));
        }
    }

    private void AdvanceRules()
    {
        var clock = _ingestClock;
        foreach (var other in _sessionClocks)
        {
            clock = Math.Min(clock, other);
        }

        if (clock > _ruleClock)
        {
            Volatile.Write(ref _ruleClock, clock);
            _stage.AdvanceRules(clock);
        }
    }
}
