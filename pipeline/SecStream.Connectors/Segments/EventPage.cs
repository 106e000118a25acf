using SecStream.Core.Queries;

namespace SecStream.Connectors.Segments;

/// <summary>
/// The first results of a query while it is read, in whatever order they are found: at most so many, and at most 64 MiB of documents. What falls
/// out takes all behind it along, so that the next page begins where this one ends. Not thread-safe.
/// </summary>
internal sealed class EventPage(EventSelection selection, int limit)
{
    private const long MaxBytes = 64 << 20;

    // The one furthest behind is first out.
    private readonly PriorityQueue<byte[], EventPosition> _found = new(Comparer<EventPosition>.Create((a, b) => selection.Compare(b, a)));
    private EventPosition? _end;
    private long _bytes;
    private long _total;

    /// <summary>Whether all of such times lie behind the page.</summary>
    public bool IsBefore(TimeSpread times) => _end is { } end && selection.AreBehind(times, end);

    /// <summary>Adds a result.</summary>
    public void Add(ReadOnlySpan<byte> document, EventPosition place)
    {
        _total++;
        if (_end is { } end && selection.Compare(place, end) >= 0)
        {
            return;
        }

        _found.Enqueue(document.ToArray(), place);
        _bytes += document.Length;
        while (_found.Count > limit || (_bytes > MaxBytes && _found.Count > 1))
        {
            _found.TryDequeue(out var dropped, out var at);
            _end = at;
            _bytes -= dropped!.Length;
        }
    }

    /// <summary>The page; its total is told when everything was read.</summary>
    public Page<ReadOnlyMemory<byte>> ToPage(bool isWhole)
    {
        var items = new List<ReadOnlyMemory<byte>>(_found.Count);
        string? next = null;
        while (_found.TryDequeue(out var document, out var at))
        {
            next ??= at.ToString();
            items.Add(document);
        }

        items.Reverse();
        return new Page<ReadOnlyMemory<byte>>(items, _end is null ? null : next, isWhole ? _total : -1);
    }
}
