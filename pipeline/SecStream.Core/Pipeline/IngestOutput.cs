using SecStream.Core.Observations;
using SecStream.Core.Text;

namespace SecStream.Core.Pipeline;

/// <summary>What became of a batch: rows by lane, documents of events, dead letters. Pooled.</summary>
public sealed class IngestOutput
{
    private const int EventBytes = 1 << 20;

    /// <summary>Makes an empty output for some lanes; shard s belongs to lane s % lanes.</summary>
    public IngestOutput(int lanes)
    {
        LaneRows = [.. Enumerable.Range(0, lanes).Select(_ => new RowBuffer())];
        ShardRows = [.. Enumerable.Range(0, Row.ShardCount).Select(shard => LaneRows[shard % lanes])];
    }

    /// <summary>Rows for each lane.</summary>
    public RowBuffer[] LaneRows { get; }

    /// <summary>The same buffers by shard.</summary>
    public RowBuffer[] ShardRows { get; }

    /// <summary>Event documents, one a line.</summary>
    public ByteWriter Events { get; } = new(EventBytes);

    /// <summary>What a store needs to know of each document, in their order; empty unless the ingest stage was told to mark them.</summary>
    public EventMarks Marks { get; } = new();

    /// <summary>Dead letters, one a line.</summary>
    public ByteWriter DeadLetters { get; } = new();

    /// <summary>Number of the partition.</summary>
    public int Partition { get; set; }

    /// <summary>The partition's watermark after the batch; <see cref="long.MaxValue"/> when it has ended.</summary>
    public long Watermark { get; set; }

    /// <summary>Position after the batch.</summary>
    public long EndPosition { get; set; }

    /// <summary>Consumers that have not finished with it; the last one gives it back.</summary>
    public int Pending;

    /// <summary>Makes it empty.</summary>
    public void Reset()
    {
        foreach (var rows in LaneRows)
        {
            rows.Clear();
        }

        Events.Reset();
        Marks.Clear();
        DeadLetters.Reset();
    }
}
