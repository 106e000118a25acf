using System.Collections.Concurrent;
using System.Threading.Channels;
using SecStream.Core.Observations;
using SecStream.Core.Pipeline;

namespace SecStream.Engine;

/// <summary>
/// Joins sources, ingest workers, lanes and the event sink by bounded channels and runs them. Results do not depend on the number of workers
/// or lanes, nor on how records are cut into batches.
/// <code>
/// sources ─▶ pump ─▶ workers (ingest) ─▶ lanes (64 shards) ─▶ alerts (the stage's own sink)
///                        └─────────────▶ event sink
/// </code>
/// </summary>
public sealed partial class StreamEngine : IDisposable
{
    private readonly IRecordSource[] _sources;
    private readonly ILaneStage[] _laneStages;
    private readonly IEventSink _sink;
    private readonly InFlight _inFlight = new();
    private readonly ConcurrentQueue<RecordBatch> _freeBatches = new();
    private readonly OutputPool _outputs;
    private readonly Channel<IngestOutput> _sinkInbox;
    private readonly Lane[] _lanes;
    private readonly IngestWorker[] _workers;
    private readonly long[] _watermarks;
    private readonly bool[] _ended;
    private readonly List<string> _gone = [];

    /// <summary>Joins the parts. One ingest stage per worker, one lane stage per lane; partition p belongs to worker p % workers.</summary>
    public StreamEngine(EngineOptions options, IRecordSource[] sources, IIngestStage[] ingest, ILaneStage[] lanes, IEventSink sink)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(lanes.Length, options.Lanes);
        ArgumentOutOfRangeException.ThrowIfNotEqual(ingest.Length, options.Workers);
        _sources = sources;
        _laneStages = lanes;
        _sink = sink;
        _outputs = new OutputPool(lanes.Length, options.LaneQueue + options.SinkQueue + options.Workers + 2);
        _sinkInbox = Channel.CreateBounded<IngestOutput>(new BoundedChannelOptions(options.SinkQueue) { SingleReader = true });
        _lanes = [.. lanes.Select((stage, i) => new Lane(i, lanes.Length, sources.Length, options.LaneQueue, stage, _inFlight, _outputs.Release))];
        Array.ForEach(_lanes, lane => lane.Connect(_lanes));
        _workers =
        [
            .. ingest.Select(stage => new IngestWorker(
                options.WorkerQueue, stage, _lanes, _sinkInbox.Writer, _outputs, _inFlight, _freeBatches.Enqueue)),
        ];
        _watermarks = new long[sources.Length];
        Array.Fill(_watermarks, long.MinValue);
        _ended = new bool[sources.Length];
    }

    /// <summary>Watermark of each partition as far as the sink has seen it.</summary>
    public ReadOnlySpan<long> Watermarks => _watermarks;

    /// <summary>Sources of the restored state that are not read any more.</summary>
    public IReadOnlyList<string> GoneSources => _gone;

    /// <summary>The clock of the slowest lane.</summary>
    public long Clock => _lanes.Min(lane => lane.Clock);

    /// <summary>
    /// Runs the stages while <paramref name="drive"/> feeds them through the pump it is given; ends when that has returned and all is worked off.
    /// </summary>
    public async Task RunAsync(Func<Pump, CancellationToken, Task> drive, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task[] stages =
        [
            .. _workers.Select(worker => Task.Run(() => worker.RunAsync(stop.Token), stop.Token)),
            .. _lanes.Select(lane => Task.Run(() => lane.RunAsync(stop.Token), stop.Token)),
            Task.Run(() => DrainSinkAsync(stop.Token), stop.Token),
        ];
        var driving = DriveAsync(drive, stop.Token);
        for (List<Task> running = [driving, .. stages]; running.Count > 0;)
        {
            // A stage that ends well has seen the end of its input, maybe before the driver itself is seen to have ended: no reason to stop others.
            var ended = await Task.WhenAny(running).ConfigureAwait(false);
            running.Remove(ended);
            if (!ended.IsCompletedSuccessfully)
            {
                await stop.CancelAsync().ConfigureAwait(false);
            }
        }

        // What stopped the engine is told before what the driver met for it: a record that can't be worked off has to be known as such.
        await Task.WhenAll([.. stages, driving]).ConfigureAwait(false);
    }

    /// <summary>
    /// Exchanges the ingest stages, one for one, at a moment when everything stands still (<see cref="Pump.SwapAsync{T}"/>) or before
    /// <see cref="RunAsync"/>. The new ones know their partitions and go on with the state of the old ones, records held back included.
    /// </summary>
    public void Replace(IReadOnlyList<IIngestStage> stages)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(stages.Count, _workers.Length);
        using var state = new MemoryStream();
        using var writer = new BinaryWriter(state);
        using var reader = new BinaryReader(state);
        for (var p = 0; p < _sources.Length; p++)
        {
            state.SetLength(0);
            _workers[p % _workers.Length].Stage.Save(p, writer);
            writer.Flush();
            state.Position = 0;
            stages[p % _workers.Length].Restore(p, reader);
        }

        for (var w = 0; w < _workers.Length; w++)
        {
            _workers[w].Stage = stages[w];
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_lanes, lane => lane.Dispose());

    private async Task DriveAsync(Func<Pump, CancellationToken, Task> drive, CancellationToken cancellation)
    {
        var pump = new Pump(this, _sources, _watermarks, _ended, _workers, _freeBatches, _inFlight);
        try
        {
            await drive(pump, cancellation).ConfigureAwait(false);
            await _inFlight.WaitAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            Array.ForEach(_workers, worker => worker.Inbox.TryComplete());
            Array.ForEach(_lanes, lane => lane.Complete());
            _sinkInbox.Writer.TryComplete();
        }
    }

    private async Task DrainSinkAsync(CancellationToken cancellation)
    {
        try
        {
            await foreach (var output in _sinkInbox.Reader.ReadAllAsync(cancellation).ConfigureAwait(false))
            {
                _sink.Write(output);
                Volatile.Write(ref _watermarks[output.Partition], Math.Max(_watermarks[output.Partition], output.Watermark));
                _outputs.Release(output);
                _inFlight.Done();
            }
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // What could not be written must not count as done: the engine stops, and a restart reads it again.
            _inFlight.Fail(fault);
            throw;
        }
    }
}
