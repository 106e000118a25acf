using SecStream.Core.Queries;

namespace SecStream.Connectors.Segments;

/// <summary>
/// Finds events in segments, while the service writes them or another process does. Blocks are skipped by the span of their times and by filters of
/// ids and indexed fields; what is left is read and compared exactly. Thread-safe.
/// </summary>
public sealed class SegmentEventStore : IEventStore
{
    private const int MaxLimit = 10_000;
    private const int MaxAttempts = 5;
    private readonly SegmentCatalog _catalog;
    private readonly Action<string> _report;

    /// <summary>Reads the segments that another process writes, or that were written once.</summary>
    /// <param name="events">The folder of classes: <c>data/events</c>.</param>
    /// <param name="options">Sizes.</param>
    /// <param name="report">Told what is damaged and so can't be found. May come on any thread.</param>
    public SegmentEventStore(string events, SegmentOptions options, Action<string> report)
        : this(events, () => [], options, report)
    {
    }

    internal SegmentEventStore(string events, Func<IReadOnlyList<SegmentView>> live, SegmentOptions options, Action<string> report)
        : this(new SegmentCatalog(() => SegmentCatalog.Classes(events), live, options.BlockBytes, report), report)
    {
    }

    internal SegmentEventStore(SegmentCatalog catalog, Action<string> report) => (_catalog, _report) = (catalog, report);

    /// <summary>Blocks read since it was made: how well the index works.</summary>
    public long BlocksRead => Volatile.Read(ref _blocksRead);

    private long _blocksRead;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The limit is not 1–10 000, or <see cref="EventQuery.After"/> is no place.</exception>
    public Task<Page<ReadOnlyMemory<byte>>> FindAsync(EventQuery query, CancellationToken cancellation)
    {
        if (query.Limit is < 1 or > MaxLimit)
        {
            throw new ArgumentException($"limit {query.Limit}: use 1 to {MaxLimit}");
        }

        var selection = new EventSelection(query);
        return Task.Run(() => Find(query, selection, cancellation), cancellation);
    }

    internal SegmentCatalog Catalog => _catalog;

    private Page<ReadOnlyMemory<byte>> Find(EventQuery query, EventSelection selection, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return FindOnce(query, selection, cancellation);
            }
            catch (FileNotFoundException) when (attempt < MaxAttempts)
            {
                // A segment was compressed or removed between the look at the folder and the look into it. The second look sees what there is now.
            }
        }
    }

    private Page<ReadOnlyMemory<byte>> FindOnce(EventQuery query, EventSelection selection, CancellationToken cancellation)
    {
        var page = new EventPage(selection, query.Limit);
        var isWhole = query.After is null;
        var segments = _catalog.List().Where(segment => selection.Overlaps(segment.Times));
        foreach (var segment in query.Ascending ? segments.OrderBy(s => s.Times.Least) : segments.OrderByDescending(s => s.Times.Greatest))
        {
            if (page.IsBefore(segment.Times))
            {
                isWhole = false;
                break;
            }

            isWhole &= Read(segment, query, selection, page, cancellation);
        }

        return page.ToPage(isWhole);
    }

    /// <summary>Reads a segment; false when blocks were left out because they lie behind the page.</summary>
    private bool Read(SegmentInfo segment, EventQuery query, EventSelection selection, EventPage page, CancellationToken cancellation)
    {
        var blocks = _catalog.Blocks(segment).Where(selection.MayContain).ToList();
        if (blocks.Count == 0)
        {
            return true;
        }

        using var reader = SegmentReader.Open(segment.Folder, segment.First, segment.IsCompressed);
        foreach (var block in query.Ascending ? blocks.OrderBy(b => b.Times.Least) : blocks.OrderByDescending(b => b.Times.Greatest))
        {
            cancellation.ThrowIfCancellationRequested();
            if (page.IsBefore(block.Times))
            {
                return false;
            }

            if (TryReadBlock(reader, block) is { } content)
            {
                Collect(content, segment.Days, block.First, selection, page);
            }
        }

        return true;
    }

    private byte[]? TryReadBlock(SegmentReader reader, SegmentBlock block)
    {
        Interlocked.Increment(ref _blocksRead);
        try
        {
            return reader.ReadBlock(block);
        }
        catch (InvalidDataException fault)
        {
            // What is damaged must not hide the rest; it is said, and not passed over in silence.
            _report(fault.Message);
            return null;
        }
    }

    private static void Collect(byte[] content, int days, long first, EventSelection selection, EventPage page)
    {
        var number = first;
        for (var start = 0; start < content.Length; number++)
        {
            var length = content.AsSpan(start).IndexOf((byte)'\n');
            length = length < 0 ? content.Length - start : length;
            if (selection.Matches(content.AsMemory(start, length), days, number, out var place))
            {
                page.Add(content.AsSpan(start, length), place);
            }

            start += length + 1;
        }
    }
}
