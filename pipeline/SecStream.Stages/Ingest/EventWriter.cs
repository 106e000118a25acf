using SecStream.Core.Events;
using SecStream.Core.Fields;
using SecStream.Core.Text;
using SecStream.Stages.Json;
using SecStream.Stages.Rules.Routing;

namespace SecStream.Stages.Ingest;

/// <summary>
/// Writes the outgoing document of an event: what came in, normalised and enriched, with its identity, and with what a later reading of the
/// document needs to evaluate it the same way (login line, repetition, lateness). One per worker; allocates nothing per event.
/// </summary>
internal sealed class EventWriter(FieldCatalog fields)
{
    private readonly EcsDocumentWriter _document = new(fields);

    /// <summary>Writes one line. For ECS input the fields of the record from <paramref name="addedFrom"/> on are ours, the others its own.</summary>
    public void Write(EventRecord record, int addedFrom, in RowStamp stamp, Timing timing, long ingested, ByteWriter output)
    {
        if (!stamp.HasOwnId)
        {
            Span<byte> id = stackalloc byte[Core.Observations.EventId.TextLength];
            stamp.Id.Format(id);
            record.SetText(Ecs.EventId, id);
        }

        Mark(record, timing, stamp.Time);
        Span<byte> time = stackalloc byte[IsoTimestamp.Length];
        IsoTimestamp.Write(ingested, time);
        record.SetText(Ecs.EventIngested, time);
        _document.Write(record, record.Present[addedFrom..], output);
        output.WriteByte((byte)'\n');
    }

    private static void Mark(EventRecord record, Timing timing, long evaluated)
    {
        if (timing is Timing.Late or Timing.Unevaluated)
        {
            record.SetText(Ecs.SecstreamLate, timing == Timing.Late ? "corrected"u8 : "unevaluated"u8);
        }

        if (timing == Timing.Skewed)
        {
            record.SetBool(Ecs.SecstreamClockSkew, true);
            Span<byte> time = stackalloc byte[IsoTimestamp.Length];
            IsoTimestamp.Write(evaluated, time);
            record.SetText(Ecs.SecstreamEvaluatedAt, time);
        }

        if (record.Count != 1)
        {
            record.SetInteger(Ecs.SecstreamRepeatCount, record.Count);
        }

        if (record.LoginLine != LoginLine.None)
        {
            record.SetText(Ecs.SecstreamLoginLine, LoginLines.Name(record.LoginLine));
        }
    }
}
