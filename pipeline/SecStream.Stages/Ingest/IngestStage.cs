using SecStream.Core.Events;
using SecStream.Core.Fields;
using SecStream.Core.Observations;
using SecStream.Core.Pipeline;
using SecStream.Core.Text;
using SecStream.Stages.Enrichment;
using SecStream.Stages.Json;
using SecStream.Stages.Parsing;
using SecStream.Stages.Profiles.Rows;
using SecStream.Stages.Rules;
using SecStream.Stages.Rules.Matching;
using SecStream.Stages.Rules.Routing;

namespace SecStream.Stages.Ingest;

/// <summary>
/// The stateless work on every event, fused into one loop over one field table: parse, judge its time, enrich, match selections, write the
/// document, emit rows. One per worker; allocates nothing per event in a steady state.
/// </summary>
public sealed class IngestStage : IIngestStage
{
    /// <summary>Records a partition holds back at most: the names of hosts come from the log, and so may be as many as somebody likes.</summary>
    private const int MaxHeld = 256;

    private readonly IngestPlan _plan;
    private readonly TimeProvider _time;
    private readonly EnrichmentTimeline _enrichment;
    private readonly EventEnricher _enricher;
    private readonly SelectionMatcher _matcher;
    private readonly RowEmitter _emitter;
    private readonly ProfileEmitter? _profiles;
    private readonly EventWriter _writer;
    private readonly EventMarking _marking;
    private readonly int[] _matched;
    private readonly ulong[] _seen;
    private readonly Dictionary<int, PartitionState> _partitions = [];
    private readonly ulong _tenantHash;
    private EventRecord _record;
    private long _ingested;

    /// <summary>Makes a worker's stage.</summary>
    /// <param name="plan">Rules and names.</param>
    /// <param name="enrichment">Lists and databases, each for its time.</param>
    /// <param name="time">For when documents were ingested.</param>
    /// <param name="marking">What to say of each document to a store (<see cref="IngestOutput.Marks"/>); if anything, then of dead letters when.</param>
    public IngestStage(IngestPlan plan, EnrichmentTimeline enrichment, TimeProvider time, EventMarking marking = EventMarking.None)
    {
        _marking = marking;
        _plan = plan;
        _time = time;
        _enrichment = enrichment;
        _enricher = new EventEnricher(enrichment.Latest);
        _matcher = new SelectionMatcher(plan.Index);
        _emitter = new RowEmitter(plan.Plan, plan.Rules, plan.Tenant);
        _profiles = plan.HasProfiles ? new ProfileEmitter(plan.Rules, plan.Tenant) : null;
        _writer = new EventWriter(plan.Fields);
        _matched = new int[plan.Index.DetectionCount];
        _record = new EventRecord(plan.Fields.Count);
        _seen = new ulong[(plan.Fields.Count + 63) / 64];
        _tenantHash = EventId.SourceHash(plan.Tenant, "");
    }

    /// <summary>Keeps records that made the program fail from being read again; null: none are known.</summary>
    public IRecordGuard? Guard { get; set; }

    /// <summary>Adds a partition this worker will get batches of.</summary>
    public void Add(int partition, string name, SourceOptions options, SourceClockOptions clock) =>
        _partitions.Add(partition, new PartitionState(name, new SourceParser(_plan.Fields, options), new SourceClock(clock)));

    /// <summary>Counts of a partition. Good to read while the engine stands still; else an approximation.</summary>
    public PartitionCounters Counters(int partition) => _partitions[partition].Counters;

    /// <summary>Format of a partition, as far as detected.</summary>
    public string Format(int partition) => _partitions[partition].Parser.Format;

    /// <summary>Whether some event had the field: a rule that reads fields nobody sends is blind.</summary>
    public bool HasSeen(int field) => field >> 6 < _seen.Length && (_seen[field >> 6] >> (field & 63) & 1) != 0;

    /// <summary>Highest time at which an event has been evaluated; <see cref="long.MinValue"/> before the first. A change comes into force after it.</summary>
    public long HighestEvaluated => _partitions.Values.Select(p => p.Counters.LastEvaluated).DefaultIfEmpty(long.MinValue).Max();

    /// <summary>Takes over which fields events have had, from the stage this one takes the place of.</summary>
    public void TakeOver(IngestStage before)
    {
        for (var i = 0; i < before._seen.Length; i++)
        {
            _seen[i] |= before._seen[i];
        }
    }

    /// <inheritdoc/>
    public void Process(RecordBatch batch, IngestOutput output)
    {
        var partition = _partitions[batch.Partition];
        _ingested = EventClock.ToMicroseconds(_time.GetUtcNow());
        foreach (var buried in partition.Buried)
        {
            Bury(partition, buried.Position, ErrorClasses.Poison, buried.Record.Raw, output);
        }

        partition.Buried.Clear();
        foreach (var slice in batch.Records)
        {
            Take(partition, batch, slice, output);
        }

        if (batch.Kind != BatchKind.Records)
        {
            if (batch.Kind == BatchKind.Idle)
            {
                SkewHeld(partition, batch.IdleWatermark, output);
            }

            ReleaseHeld(partition, output);
            if (batch.Kind == BatchKind.Idle)
            {
                partition.Clock.AdvanceTo(batch.IdleWatermark);
            }
        }

        output.EndPosition = batch.EndPosition;
        output.Watermark = batch.Kind == BatchKind.End ? long.MaxValue : Watermark(partition);
    }

    /// <inheritdoc/>
    public void Save(int partition, BinaryWriter writer) => _partitions[partition].Save(writer);

    /// <inheritdoc/>
    public void Restore(int partition, BinaryReader reader)
    {
        var state = _partitions[partition];
        state.Restore(reader, _plan.Fields);
        state.Buried.AddRange(state.Held.Where(held => Guard?.Take(held.SourceHash, held.Position) == false));
        state.Held.RemoveAll(state.Buried.Contains);
        Guard?.Done();
    }

    /// <summary>A held record may be the slowest: nothing at or after its time may be evaluated before it.</summary>
    private static long Watermark(PartitionState partition)
    {
        var watermark = partition.Clock.Watermark;
        foreach (var held in partition.Held)
        {
            watermark = Math.Min(watermark, held.Record.Time);
        }

        return watermark;
    }

    private void Take(PartitionState partition, RecordBatch batch, RecordSlice slice, IngestOutput output)
    {
        if (Guard?.Take(batch.SourceHash, slice.Position) == false)
        {
            Bury(partition, slice.Position, ErrorClasses.Poison, batch.Buffer.AsSpan(slice.Start, slice.Length), output);
            return;
        }

        try
        {
            Parse(partition, batch, slice, output);
        }
        catch (Exception fault) when (fault is not RecordFaultException)
        {
            // A defect of this program, and the record that brings it out: whoever runs the engine decides whether to read it again.
            throw new RecordFaultException(partition.Name, batch.SourceHash, slice.Position, fault);
        }

        Guard?.Done();
    }

    private void Bury(PartitionState partition, long position, string errorClass, ReadOnlySpan<byte> raw, IngestOutput output)
    {
        partition.Counters.AddDeadLetter(errorClass);
        DeadLetter.Write(output.DeadLetters, partition.Name, position, errorClass, raw, _marking != EventMarking.None ? _ingested : null);
    }

    private void Parse(PartitionState partition, RecordBatch batch, RecordSlice slice, IngestOutput output)
    {
        _record.Reset(batch.Buffer, slice.Start, slice.Length);
        _record.ArrivalTime = slice.Arrival;
        _record.SentTime = slice.Sent;
        var result = partition.Parser.Parse(_record);
        if (result.Outcome == ParseOutcome.Event)
        {
            Judge(partition, slice.Position, batch.SourceHash, output);
        }
        else if (result.Outcome == ParseOutcome.Dead)
        {
            Bury(partition, slice.Position, result.ErrorClass, batch.Buffer.AsSpan(slice.Start, slice.Length), output);
        }
        else
        {
            partition.Counters.Skipped++;
        }
    }

    private void Judge(PartitionState partition, long position, ulong source, IngestOutput output)
    {
        if (StoredTiming.TryRead(_record, out var stored, out var at))
        {
            Complete(partition, _record, partition.Parser.AddedFrom, position, source, stored, at, output);
            return;
        }

        var track = StableHash.Compute(_record.Text(Ecs.EventDataset), StableHash.Compute(_record.Text(Ecs.HostName)));
        if (partition.Held.Count > 0)
        {
            ResolveHeld(partition, track, _record.Time, output);
            ConfirmWithOthers(partition, track, output);
        }

        var timing = partition.Clock.Observe(track, _record.Time, _record.ArrivalTime, confirmed: false, out var evaluated);
        if (timing == Timing.Held)
        {
            _record.Own();
            if (partition.Held.Count == MaxHeld)
            {
                Confirm(partition, TakeEarliest(partition, long.MaxValue)!, output);
            }

            partition.Held.Add(new HeldRecord(track, position, source, _record, partition.Parser.AddedFrom));
            _record = new EventRecord(_plan.Fields.Count);
            return;
        }

        Complete(partition, _record, partition.Parser.AddedFrom, position, source, timing, evaluated, output);
    }

    private void ResolveHeld(PartitionState partition, ulong track, long next, IngestOutput output)
    {
        var at = partition.Held.FindIndex(h => h.Track == track);
        if (at < 0)
        {
            return;
        }

        var held = partition.Held[at];
        partition.Held.RemoveAt(at);
        if (partition.Clock.Confirms(held.Record.Time, next))
        {
            Confirm(partition, held, output);
        }
        else
        {
            var evaluated = partition.Clock.TimeOfSkewed(track, next);
            Complete(partition, held.Record, held.AddedFrom, held.Position, held.SourceHash, Timing.Skewed, evaluated, output);
        }
    }

    /// <summary>
    /// Records of other tracks can't disprove a held record, but they can confirm it: what the partition's time has reached is not ahead of
    /// it. Before any record has been taken, two tracks that agree are enough.
    /// </summary>
    private void ConfirmWithOthers(PartitionState partition, ulong track, IngestOutput output)
    {
        var time = _record.Time;
        if (partition.Clock.Accepts(track, time, _record.ArrivalTime))
        {
            ConfirmReached(partition, time, output);
        }
        else if (partition.Clock.TrackCount == 0 && partition.Held.Find(h => partition.Clock.Agree(h.Record.Time, time)) is { } agreeing)
        {
            partition.Held.Remove(agreeing);
            Confirm(partition, agreeing, output);
        }
    }

    /// <summary>A live source has gone quiet, so the wall clock (by way of the control log) is the arrival stamp that held records lacked.</summary>
    private void SkewHeld(PartitionState partition, long idleWatermark, IngestOutput output)
    {
        for (var i = partition.Held.Count - 1; i >= 0; i--)
        {
            var held = partition.Held[i];
            if (partition.Clock.IsAhead(held.Record.Time, idleWatermark, out var arrival))
            {
                partition.Held.RemoveAt(i);
                Complete(partition, held.Record, held.AddedFrom, held.Position, held.SourceHash, Timing.Skewed, arrival, output);
            }
        }
    }

    private void ReleaseHeld(PartitionState partition, IngestOutput output) => ConfirmReached(partition, long.MaxValue, output);

    /// <summary>Confirms what is held up to a time, earliest first: the later one would make the earlier one late.</summary>
    private void ConfirmReached(PartitionState partition, long time, IngestOutput output)
    {
        while (TakeEarliest(partition, time) is { } held)
        {
            Take(partition, held, output);
        }
    }

    private static HeldRecord? TakeEarliest(PartitionState partition, long time)
    {
        HeldRecord? earliest = null;
        foreach (var held in partition.Held)
        {
            earliest = held.Record.Time <= time && (earliest is null || held.Record.Time < earliest.Record.Time) ? held : earliest;
        }

        if (earliest is not null)
        {
            partition.Held.Remove(earliest);
        }

        return earliest;
    }

    private void Confirm(PartitionState partition, HeldRecord held, IngestOutput output)
    {
        ConfirmReached(partition, held.Record.Time, output);
        Take(partition, held, output);
    }

    private void Take(PartitionState partition, HeldRecord held, IngestOutput output)
    {
        var timing = partition.Clock.Observe(held.Track, held.Record.Time, long.MinValue, confirmed: true, out var evaluated);
        Complete(partition, held.Record, held.AddedFrom, held.Position, held.SourceHash, timing, evaluated, output);
    }

    private void Complete(
        PartitionState partition, EventRecord record, int addedFrom, long position, ulong source, Timing timing, long evaluated, IngestOutput output)
    {
        try
        {
            CompleteNow(partition, record, addedFrom, position, source, timing, evaluated, output);
        }
        catch (Exception fault) when (fault is not RecordFaultException)
        {
            // See Take; a record held back fails while another one is in hand.
            throw new RecordFaultException(partition.Name, source, position, fault);
        }
    }

    private void CompleteNow(
        PartitionState partition, EventRecord record, int addedFrom, long position, ulong source, Timing timing, long evaluated, IngestOutput output)
    {
        var stamp = Identify(record, position, source, evaluated);
        Count(partition.Counters, record.Time, timing);
        partition.Counters.LastEvaluated = Math.Max(partition.Counters.LastEvaluated, evaluated);
        _enricher.Sources = _enrichment.At(evaluated);
        _enricher.Enrich(record);
        foreach (var field in record.Present)
        {
            _seen[field >> 6] |= 1UL << (field & 63);
        }

        if (timing != Timing.Unevaluated)
        {
            var matches = _matcher.Match(record, _matched);
            _emitter.Emit(record, _matched.AsSpan(0, matches), stamp, output.ShardRows);
            _profiles?.Emit(record, _matched.AsSpan(0, matches), stamp, output.ShardRows);
        }

        var start = output.Events.Length;
        _writer.Write(record, addedFrom, stamp, timing, _ingested, output.Events);
        if (_marking != EventMarking.None)
        {
            EventMarker.Mark(record, addedFrom, evaluated, start, _marking == EventMarking.Indexed, output);
        }
    }

    /// <summary>
    /// Identity and place in the order of events. By position, unless the parser declares an identity: then both follow from that, so that a
    /// copy that comes another way takes the same place. An <c>event.id</c> in the form of ours is taken as it is: its first half stands for the
    /// source and its second begins with the position, so stored events that are read again stand in the order they stood in.
    /// </summary>
    private RowStamp Identify(EventRecord record, long position, ulong source, long evaluated)
    {
        var given = record.GivenId;
        if (given.IsEmpty)
        {
            // A record that was held back has been replaced as the one in hand.
            var marks = ReferenceEquals(record, _record) ? RowMarks.None : RowMarks.Held;
            return new RowStamp(evaluated, source, position, EventId.FromPosition(source, position, record.Raw), false, marks);
        }

        var own = record.Text(Ecs.EventId);
        var id = EventId.TryParse(own, out var parsed) ? parsed : EventId.FromIdentity(_tenantHash, given);

        // Without the lowest bit the half is positive, and keeps the order of positions.
        return Envelope.TryReadPlace(record, _tenantHash, out var file, out var offset)
            ? new RowStamp(evaluated, file, offset, id, !own.IsEmpty, RowMarks.Given)
            : new RowStamp(evaluated, id.High, (long)(id.Low >> 1), id, !own.IsEmpty, RowMarks.Given);
    }

    private static void Count(PartitionCounters counters, long time, Timing timing)
    {
        counters.Events++;
        counters.FirstTime = Math.Min(counters.FirstTime, time);
        counters.LastTime = Math.Max(counters.LastTime, time);
        switch (timing)
        {
            case Timing.Late:
                counters.Late++;
                break;
            case Timing.Unevaluated:
                counters.Unevaluated++;
                break;
            case Timing.Skewed:
                counters.Skewed++;
                break;
        }
    }
}
