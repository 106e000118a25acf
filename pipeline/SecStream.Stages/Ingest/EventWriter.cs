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
    private readonly int[] _added = new int[64];

    public void Write(EventRecord record, ReadOnlySpan<int> enriched, in RowStamp stamp, Timing timing, long ingested, ByteWriter output)
    {
        enriched.CopyTo(_added);
        var count = enriched.Length;
        if (!stamp.HasOwnId)
        {
            Span<byte> id = stackalloc byte[Core.Observations.EventId.TextLength];
            stamp.Id.Format(id);
            record.SetText(Ecs.EventId, id);
            _added[count++] = Ecs.EventId;
        }

        count = Mark(record, timing, count);
        Span<byte> time = stackalloc byte[IsoTimestamp.Length];
        IsoTimestamp.Write(ingested, time);
        record.SetText(Ecs.EventIngested, time);
        _added[count++] = Ecs.EventIngested;
        _document.Write(record, _added.AsSpan(0, count), output);
        output.WriteByte((byte)'\n');
    }

    private int Mark(EventRecord record, Timing timing, int count)
    {
        if (timing is Timing.Late or Timing.Unevaluated)
        {
            record.SetText(Ecs.SecstreamLate, timing == Timing.Late ? "corrected"u8 : "unevaluated"u8);
            _added[count++] = Ecs.SecstreamLate;
        }

        if (timing == Timing.Skewed)
        {
            record.SetBool(Ecs.SecstreamClockSkew, true);
            _added[count++] = Ecs.SecstreamClockSkew;
        }

        if (record.Count != 1)
        {
            record.SetInteger(Ecs.SecstreamRepeatCount, record.Count);
            _added[count++] = Ecs.SecstreamRepeatCount;
        }

        if (record.LoginLine != LoginLine.None)
        {
            record.SetText(Ecs.SecstreamLoginLine, LoginLines.Name(record.LoginLine));
            _added[count++] = Ecs.SecstreamLoginLine;
        }

        return count;
    }
}
