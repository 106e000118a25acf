using System.Globalization;
using System.Text;
using System.Text.Json;
using SecStream.Core.Queries;

namespace SecStream.Connectors.Segments;

/// <summary>Place of an event in the order of results: its time, and among equals its class and number.</summary>
internal readonly record struct EventPosition(long Time, int Days, long Number) : IComparable<EventPosition>
{
    public int CompareTo(EventPosition other) =>
        Time != other.Time ? Time.CompareTo(other.Time) : Days != other.Days ? Days.CompareTo(other.Days) : Number.CompareTo(other.Number);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Time}:{Days}:{Number}");

    public static EventPosition Parse(string text)
    {
        var parts = text.Split(':');
        return parts.Length == 3
            && long.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var time)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var days)
            && long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? new EventPosition(time, days, number)
                : throw new ArgumentException($"after: {text} is no place in a list of events; use the one that came with the page before");
    }
}

/// <summary>What a query asks, made ready to judge blocks and documents by. Immutable.</summary>
internal sealed class EventSelection
{
    /// <summary>Times in documents may be written with more digits than are kept: spans of blocks are taken a little wider.</summary>
    private const long Slack = 1_000;

    private readonly EventQuery _query;
    private readonly HashSet<string> _ids;
    private readonly ulong[] _idHashes;
    private readonly (ulong Value, ulong Any)[] _fieldHashes;
    private readonly byte[][] _needles;
    private readonly EventPosition? _after;

    public EventSelection(EventQuery query)
    {
        _query = query;
        _ids = query.Ids.ToHashSet(StringComparer.Ordinal);
        _idHashes = [.. _ids.Select(id => EventHash.OfId(Encoding.UTF8.GetBytes(id)))];
        _fieldHashes = [.. query.Where.Select(w => (Number: IndexNumber(w.Field), w.Value)).Where(w => w.Number >= 0).Select(w =>
            (EventHash.OfValue(w.Number, Encoding.UTF8.GetBytes(w.Value)), EventHash.OfAnyValue(w.Number)))];
        _needles = [.. query.Where.Select(w => Encoding.UTF8.GetBytes(w.Value)).Concat(_ids.Count == 1 ? [Encoding.UTF8.GetBytes(_ids.First())] : [])];
        _after = query.After is { } after ? EventPosition.Parse(after) : null;
    }

    /// <summary>Whether events of such times may be asked for.</summary>
    public bool Overlaps(TimeSpread times) =>
        times.Least <= times.Greatest
        && (_query.From is not { } from || times.Greatest + Slack >= from)
        && (_query.Until is not { } until || times.Least - Slack < until)
        && (_after is not { } after || (_query.Ascending ? times.Greatest + Slack >= after.Time : times.Least - Slack <= after.Time));

    /// <summary>Whether a block may hold what is asked for.</summary>
    public bool MayContain(SegmentBlock block) =>
        Overlaps(block.Times)
        && (_idHashes.Length == 0 || Array.Exists(_idHashes, block.Filter.MayContain))
        && Array.TrueForAll(_fieldHashes, hash => block.Filter.MayContain(hash.Value) || block.Filter.MayContain(hash.Any));

    /// <summary>Whether none of such times can be nearer to the first result than a place.</summary>
    public bool AreBehind(TimeSpread times, EventPosition place) =>
        _query.Ascending ? times.Least - Slack > place.Time : times.Greatest + Slack < place.Time;

    /// <summary>Order of results.</summary>
    public int Compare(EventPosition a, EventPosition b) => _query.Ascending ? a.CompareTo(b) : b.CompareTo(a);

    /// <summary>Whether a document is asked for; its exact values decide, whatever the index said.</summary>
    public bool Matches(ReadOnlyMemory<byte> line, int days, long number, out EventPosition place)
    {
        place = default;
        if (!MayMatch(line.Span))
        {
            return false;
        }

        using var document = StoredDocument.Parse(line);
        if (document is null)
        {
            return false;
        }

        var root = document.RootElement;
        place = new EventPosition(StoredDocument.Time(root), days, number);
        return place.Time >= (_query.From ?? long.MinValue)
            && (_query.Until is not { } until || place.Time < until)
            && (_after is not { } after || Compare(place, after) > 0)
            && (_ids.Count == 0 || (StoredDocument.Id(root) is { } id && _ids.Contains(id)))
            && HasValues(root);
    }

    private static int IndexNumber(string field)
    {
        for (var i = 0; i < EventQuery.IndexedFields.Count; i++)
        {
            if (EventQuery.IndexedFields[i] == field)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>A document without escapes has every value as it stands: most are told by a search of bytes.</summary>
    private bool MayMatch(ReadOnlySpan<byte> line)
    {
        foreach (var needle in _needles)
        {
            if (line.IndexOf(needle) < 0 && !line.Contains((byte)'\\'))
            {
                return false;
            }
        }

        return true;
    }

    private bool HasValues(JsonElement root)
    {
        foreach (var (field, value) in _query.Where)
        {
            if (!StoredDocument.Texts(root, field).Contains(value, StringComparer.Ordinal))
            {
                return false;
            }
        }

        return true;
    }
}
