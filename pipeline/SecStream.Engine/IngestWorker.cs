using System.Threading.Channels;
using SecStream.Core.Pipeline;

namespace SecStream.Engine;

/// <summary>A thread of stateless work: batches of its partitions in, rows to the lanes and documents to the sink.</summary>
internal sealed class IngestWorker
{
    private readonly Lane[] _lanes;
    private readonly ChannelWriter<IngestOutput> _sink;
    private readonly OutputPool _outputs;
    private readonly InFlight _inFlight;
    private readonly Action<RecordBatch> _release;
    private readonly Channel<RecordBatch> _inbox;

    public IngestWorker(
        int queue, IIngestStage stage, Lane[] lanes, ChannelWriter<IngestOutput> sink, OutputPool outputs, InFlight inFlight, Action<RecordBatch> release)
    {
        Stage = stage;
        _lanes = lanes;
        _sink = sink;
        _outputs = outputs;
        _inFlight = inFlight;
        _release = release;
        _inbox = Channel.CreateBounded<RecordBatch>(new BoundedChannelOptions(queue) { SingleReader = true, SingleWriter = true });
    }

    /// <summary>The stage; saved, restored and replaced while everything stands still.</summary>
    public IIngestStage Stage { get; set; }

    /// <summary>Where batches go in.</summary>
    public ChannelWriter<RecordBatch> Inbox => _inbox.Writer;

    /// <summary>Works until the inbox is completed.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            await foreach (var batch in _inbox.Reader.ReadAllAsync(cancellation).ConfigureAwait(false))
            {
                var output = _outputs.Rent(_lanes.Length + 1);
                output.Partition = batch.Partition;
                Stage.Process(batch, output);
                _release(batch);
                foreach (var lane in _lanes)
                {
                    _inFlight.Add();
                    await lane.PostAsync(output, cancellation).ConfigureAwait(false);
                }

                _inFlight.Add();
                await _sink.WriteAsync(output, cancellation).ConfigureAwait(false);
                _inFlight.Done();
            }
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // See Lane: a bug stops the engine.
            _inFlight.Fail(fault);
            throw;
        }
    }
}
