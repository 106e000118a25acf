using SecStream.Core.Observations;
using SecStream.Core.Pipeline;
using SecStream.Core.Pipeline.State;
using SecStream.Engine;

namespace SecStream.Host.Tests.Serve;

/// <summary>An engine whose stages only note what they are given: "NAME POSITION" for records, "NAME idle WATERMARK" for decisions.</summary>
internal sealed class BareEngine : IDisposable
{
    private readonly StreamEngine _engine;
    private readonly Stage _stage;

    public BareEngine(params IRecordSource[] sources)
    {
        _stage = new Stage(sources);
        _engine = new StreamEngine(new EngineOptions { Lanes = 1, Workers = 1 }, sources, [_stage], [new NoLane()], new NoSink());
    }

    public IReadOnlyList<string> Seen => _stage.Seen;

    /// <summary>Told of each batch before it is worked off; may throw.</summary>
    public Action<RecordBatch>? Working
    {
        get => _stage.Working;
        set => _stage.Working = value;
    }

    public Task RunAsync(Func<Pump, CancellationToken, Task> drive) => _engine.RunAsync(drive, CancellationToken.None);

    public void Dispose() => _engine.Dispose();

    private sealed class Stage(IRecordSource[] sources) : IIngestStage
    {
        public List<string> Seen { get; } = [];

        public Action<RecordBatch>? Working { get; set; }

        public void Process(RecordBatch batch, IngestOutput output)
        {
            Working?.Invoke(batch);
            var name = Path.GetFileName(sources[batch.Partition].Name);
            Seen.AddRange(batch.Kind == BatchKind.Idle
                ? [$"{name} idle {batch.IdleWatermark}"]
                : batch.Records.Select(record => $"{name} {record.Position}"));

            // Records are of long ago: a source that has some is further behind than one that is quiet.
            output.Watermark = batch.Kind == BatchKind.Idle ? batch.IdleWatermark : batch.Kind == BatchKind.End ? long.MaxValue : batch.EndPosition;
        }

        public void Save(int partition, BinaryWriter writer)
        {
            // Nothing is kept.
        }

        public void Restore(int partition, BinaryReader reader)
        {
            // Nothing was kept.
        }
    }

    private sealed class NoLane : ILaneStage
    {
        public void Accept(ReadOnlySpan<byte> rows)
        {
            // There are none.
        }

        public void AdvanceSessions(long clock, RowBuffer[] rowsByShard)
        {
            // There are none.
        }

        public void AdvanceRules(long clock)
        {
            // There are none.
        }

        public void Save(int shard, IStateWriter writer, StateExtent extent)
        {
            // Nothing is kept.
        }

        public void Restore(StateReader entry)
        {
            // Nothing was kept.
        }
    }

    private sealed class NoSink : IEventSink
    {
        public void Write(IngestOutput output)
        {
            // Documents are of no interest here.
        }

        public void Save(BinaryWriter writer)
        {
            // Nothing is kept.
        }

        public void Restore(BinaryReader reader)
        {
            // Nothing was kept.
        }
    }
}
