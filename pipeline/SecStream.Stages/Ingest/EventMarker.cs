using System.Text.Unicode;
using SecStream.Core.Events;
using SecStream.Core.Fields;
using SecStream.Core.Pipeline;
using SecStream.Core.Queries;
using SecStream.Stages.Parsing.Taxonomy;

namespace SecStream.Stages.Ingest;

/// <summary>
/// Notes of each document what a store needs for its index: times, retention class, hashes of the id and of the indexed fields as the document has
/// them. Allocates nothing per event.
/// </summary>
internal static class EventMarker
{
    private static readonly int[] s_indexed = [.. EventQuery.IndexedFields.Select(FieldNumber)];

    /// <summary>Marks the document that was just written; with hashes only where an index is kept.</summary>
    public static void Mark(EventRecord record, int addedFrom, long evaluated, int start, bool isIndexed, IngestOutput output)
    {
        var marks = output.Marks;
        var first = marks.HashCount;
        var (id, dataset) = (record.Get(Ecs.EventId), record.Get(Ecs.EventDataset));
        var name = marks.AddNames(record.Text(in id), record.Text(in dataset));
        if (isIndexed)
        {
            marks.AddHash(EventHash.OfId(record.Text(in id)));
            AddHashes(record, addedFrom, marks);
        }

        marks.Add(new EventMark(
            start, output.Events.Length - start, record.Time, evaluated, EventTaxonomy.RetentionDays(record), first, marks.HashCount - first)
        {
            FirstName = name, IdLength = record.Text(in id).Length, DatasetLength = record.Text(in dataset).Length,
        });
    }

    private static void AddHashes(EventRecord record, int addedFrom, EventMarks marks)
    {
        for (var i = 0; i < s_indexed.Length; i++)
        {
            if (record.Has(s_indexed[i]))
            {
                AddHash(record, addedFrom, i, marks);
            }
            else if (s_indexed[i] == Ecs.SourceIp && record.IsEcsJson && MayHaveHadIp(record.Raw))
            {
                marks.AddHash(EventHash.OfAnyValue(i));
            }
        }
    }

    private static void AddHash(EventRecord record, int addedFrom, int indexed, EventMarks marks)
    {
        var field = s_indexed[indexed];
        var value = record.Get(field);
        var text = record.Text(in value);
        var isPlain = value.Kind is FieldKind.Text or FieldKind.Integer or FieldKind.Bool && Utf8.IsValid(text);
        if (!isPlain || (record.IsEcsJson && record.Present[..addedFrom].Contains(field) && !IsAsItCame(record, field, value)))
        {
            marks.AddHash(EventHash.OfAnyValue(indexed));
        }

        if (isPlain)
        {
            marks.AddHash(EventHash.OfValue(indexed, text));
        }
    }

    /// <summary>
    /// A field of ECS input goes out as it came in, also when its value in the table was replaced by a normalised one. Only a string that still
    /// lies in the raw bytes is certainly the same; one that was unescaped for its backslash or quote is too, for nothing of ours has any.
    /// </summary>
    private static bool IsAsItCame(EventRecord record, int field, in FieldValue value)
    {
        if (value.Kind == FieldKind.Text && value.InScratch)
        {
            return record.Text(in value).ContainsAny((byte)'\\', (byte)'"');
        }

        var before = value.Offset - 1;
        var ip = record.Get(Ecs.SourceIp);
        var isCopyOfIp = field == Ecs.SourceAddress && ip.Kind == FieldKind.Text && !ip.InScratch && ip.Offset == value.Offset;
        return !isCopyOfIp
            && before >= record.RawStart
            && record.RawBuffer[before] == (byte)'"'
            && record.RawBuffer[value.Offset + value.Length] == (byte)'"';
    }

    /// <summary>A <c>source.ip</c> that is no address is taken out of the table, but not out of the document.</summary>
    private static bool MayHaveHadIp(ReadOnlySpan<byte> raw) => raw.IndexOf("source"u8) >= 0 && raw.IndexOf("ip\""u8) >= 0;

    private static int FieldNumber(string name)
    {
        var number = Array.IndexOf(Ecs.Names, name);
        return number >= 0 ? number : throw new InvalidOperationException($"{name} is indexed and not a field of Ecs");
    }
}
