namespace SecStream.Core.Pipeline;

/// <summary>A record of a batch: where it lies in the buffer and where it came from.</summary>
/// <param name="Start">First byte in the buffer.</param>
/// <param name="Length">Bytes, without the line end.</param>
/// <param name="Position">Position in the source: for files the uncompressed offset of its first byte.</param>
/// <param name="Arrival">Arrival stamp (µs) where the source keeps one that a replay sees again (a journal), else <see cref="long.MinValue"/>.</param>
/// <param name="Sent">
/// When its sender says it was sent (µs), kept with the record; else <see cref="long.MinValue"/>. A claim: it judges nobody's clock, it only tells the
/// year of a line that has none.
/// </param>
public readonly record struct RecordSlice(int Start, int Length, long Position, long Arrival = long.MinValue, long Sent = long.MinValue);

/// <summary>What a batch asks of the ingest stage besides its records.</summary>
public enum BatchKind
{
    /// <summary>Nothing.</summary>
    Records,

    /// <summary>The source is caught up and quiet: records held back go on, and the watermark moves to <see cref="RecordBatch.IdleWatermark"/>.</summary>
    Idle,

    /// <summary>The source has ended: nothing more can come.</summary>
    End,
}

/// <summary>Some hundred records of one source partition, in order. Pooled: filled by a source, read by one ingest worker.</summary>
public sealed class RecordBatch
{
    /// <summary>Number of the partition.</summary>
    public int Partition { get; set; }

    /// <summary>64 bits that identify the source (<see cref="Observations.EventId.SourceHash"/>).</summary>
    public ulong SourceHash { get; set; }

    /// <summary>The bytes.</summary>
    public byte[] Buffer { get; set; } = [];

    /// <summary>The records.</summary>
    public List<RecordSlice> Records { get; } = [];

    /// <summary>Position after the last record: where reading goes on.</summary>
    public long EndPosition { get; set; }

    /// <summary>What is asked besides.</summary>
    public BatchKind Kind { get; set; }

    /// <summary>For <see cref="BatchKind.Idle"/>.</summary>
    public long IdleWatermark { get; set; }

    /// <summary>Makes it empty; keeps its memory.</summary>
    public void Reset(int partition)
    {
        Partition = partition;
        Records.Clear();
        Kind = BatchKind.Records;
        IdleWatermark = long.MinValue;
    }
}
