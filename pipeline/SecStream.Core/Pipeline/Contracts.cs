using SecStream.Core.Observations;
using SecStream.Core.Pipeline.State;

namespace SecStream.Core.Pipeline;

/// <summary>
/// The stateless work on records, one instance per worker: parse, normalise, enrich, match, write. What it keeps per partition (format, year,
/// clock, records held back) it saves and restores. Called by one thread at a time; a bug throws and stops the engine.
/// </summary>
public interface IIngestStage
{
    /// <summary>Works a batch off.</summary>
    void Process(RecordBatch batch, IngestOutput output);

    /// <summary>Writes the state of a partition.</summary>
    void Save(int partition, BinaryWriter writer);

    /// <summary>Reads the state of a partition, before its first batch.</summary>
    void Restore(int partition, BinaryReader reader);
}

/// <summary>The stateful work of one lane: the shards it hosts. Called by one thread at a time.</summary>
public interface ILaneStage
{
    /// <summary>Takes rows, in any order.</summary>
    void Accept(ReadOnlySpan<byte> rows);

    /// <summary>Advances the stages whose output is rows again; those go to the buffer of their shard's lane.</summary>
    void AdvanceSessions(long clock, RowBuffer[] rowsByShard);

    /// <summary>Advances the rules. All rows before the clock have been accepted.</summary>
    void AdvanceRules(long clock);

    /// <summary>Writes the state of a shard, or what has changed of it. While nothing else runs; different shards may be saved at once.</summary>
    void Save(int shard, IStateWriter writer, StateExtent extent);

    /// <summary>Takes an entry of the state of one of its shards, before the first row.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or was written under other rules.</exception>
    void Restore(StateReader entry);
}

/// <summary>Where event documents and dead letters go. One thread; exceptions stop the engine (nothing is lost: the source is not committed).</summary>
public interface IEventSink
{
    /// <summary>
    /// Writes the documents and dead letters of a batch, whole lines. Blocks while they can't be written (a full disk): that is the back-pressure
    /// which stops intake.
    /// </summary>
    void Write(IngestOutput output);

    /// <summary>
    /// Writes the state to resume from (lengths of files, for one). Called at a standstill, so it should be quick: what is slow about making it
    /// last belongs in <see cref="MakeDurableAsync"/>.
    /// </summary>
    void Save(BinaryWriter writer);

    /// <summary>
    /// Makes durable what was written before the last <see cref="Save"/>. Called on another thread while writing goes on; a snapshot counts only
    /// after it. Calls of the three follow each other: save, make durable, commit.
    /// </summary>
    Task MakeDurableAsync(CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>The state made durable last stands in a durable snapshot: no restart will go back behind it.</summary>
    void Committed()
    {
        // Only a sink that rewrites or removes what it has written needs to know.
    }

    /// <summary>Goes back to a saved state.</summary>
    void Restore(BinaryReader reader);
}

/// <summary>A source partition: records in order from a position on. One reader at a time.</summary>
public interface IRecordSource : IDisposable
{
    /// <summary>Name for people: the path.</summary>
    string Name { get; }

    /// <summary>
    /// Fills the batch with what is there, waiting for nothing. False: nothing more now (<see cref="HasEnded"/> says whether ever).
    /// </summary>
    bool TryRead(RecordBatch batch);

    /// <summary>Nothing more will come.</summary>
    bool HasEnded { get; }

    /// <summary>
    /// Whether what came last is known to be the end when <see cref="TryRead"/> has given nothing. False: more may be waiting where it can't be seen (a
    /// broker that is away, a partition that another member reads), so the wall clock must not move the source's watermark.
    /// </summary>
    bool IsLive => true;

    /// <summary>Identity of what is being read (<see cref="RecordBatch.SourceHash"/>); 0 before it is known.</summary>
    ulong SourceHash => 0;

    /// <summary>Position of the next record.</summary>
    long Position => 0;

    /// <summary>Reading stops here for now, so that a control entry made at this position takes effect at it again. Default: nowhere.</summary>
    long Limit
    {
        get => long.MaxValue;
        set
        {
            // A source that is never driven by a control log has no use for it.
        }
    }

    /// <summary>Writes the position.</summary>
    void Save(BinaryWriter writer);

    /// <summary>Goes to a saved position.</summary>
    void Restore(BinaryReader reader);
}
