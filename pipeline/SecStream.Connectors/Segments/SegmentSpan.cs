namespace SecStream.Connectors.Segments;

/// <summary>Where an event of a span stands.</summary>
/// <param name="Evaluated">Time it was evaluated at, microseconds since 1970 UTC.</param>
/// <param name="Block">Number of its block in the span.</param>
/// <param name="Offset">Offset in the block.</param>
/// <param name="Length">Bytes, without the line end.</param>
public readonly record struct SpanPlace(long Evaluated, int Block, int Offset, int Length);

/// <summary>
/// The events that were evaluated in a span of time, in that order: places only, 24 bytes an event; documents are read when asked for, through the
/// blocks read last. Reads beside a service that writes. Not thread-safe.
/// </summary>
public sealed class SegmentSpan : IDisposable
{
    private const int CachedBlocks = 32;
    private const int MaxAttempts = 5;
    private readonly List<(SegmentInfo Segment, SegmentBlock Block)> _blocks = [];
    private readonly Dictionary<(string Folder, long First), SegmentReader> _plain = [];
    private readonly Dictionary<int, (byte[] Content, long Used)> _cache = [];
    private readonly List<SpanPlace> _places = [];
    private long _use;

    private SegmentSpan()
    {
    }

    /// <summary>The events in order of the time they were evaluated at; among equals of class and number.</summary>
    public IReadOnlyList<SpanPlace> Places => _places;

    /// <summary>Reads the segments of a folder of classes (<c>data/events</c>).</summary>
    /// <param name="events">The folder.</param>
    /// <param name="options">Sizes.</param>
    /// <param name="from">Evaluated at or after, microseconds since 1970 UTC.</param>
    /// <param name="to">Evaluated at or before.</param>
    /// <param name="report">Told what is damaged and left out.</param>
    /// <param name="cancellation">Ends it.</param>
    public static SegmentSpan Open(string events, SegmentOptions options, long from, long to, Action<string> report, CancellationToken cancellation)
    {
        var catalog = new SegmentCatalog(() => SegmentCatalog.Classes(events), () => [], options.BlockBytes, report);
        for (var attempt = 1; ; attempt++)
        {
            var span = new SegmentSpan();
            try
            {
                span.Read(catalog, from, to, report, cancellation);
                return span;
            }
            catch (FileNotFoundException) when (attempt < MaxAttempts)
            {
                // A segment was compressed or removed meanwhile: another look sees what there is now.
                span.Dispose();
            }
        }
    }

    /// <summary>The document at a place; good for as long as it is held.</summary>
    public ReadOnlyMemory<byte> Document(SpanPlace place) => Content(place.Block).AsMemory(place.Offset, place.Length);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var reader in _plain.Values)
        {
            reader.Dispose();
        }
    }

    private void Read(SegmentCatalog catalog, long from, long to, Action<string> report, CancellationToken cancellation)
    {
        foreach (var segment in catalog.List().Where(s => s.Evaluated.Least <= to && s.Evaluated.Greatest >= from))
        {
            if (!segment.IsCompressed)
            {
                // Held open: it is still read when it has been compressed and removed.
                _plain[(segment.Folder, segment.First)] = SegmentReader.Open(segment.Folder, segment.First, isCompressed: false);
            }

            foreach (var block in catalog.Blocks(segment).Where(b => b.Evaluated.Least <= to && b.Evaluated.Greatest >= from))
            {
                cancellation.ThrowIfCancellationRequested();
                _blocks.Add((segment, block));
                try
                {
                    AddPlaces(Content(_blocks.Count - 1), from, to);
                }
                catch (InvalidDataException fault)
                {
                    // Said to whoever asked; the other blocks may hold what is needed.
                    report(fault.Message);
                }
            }
        }

        var sorted = _places.OrderBy(place => place.Evaluated).ToList();
        _places.Clear();
        _places.AddRange(sorted);
    }

    private void AddPlaces(byte[] content, long from, long to)
    {
        for (var start = 0; start < content.Length;)
        {
            var length = content.AsSpan(start).IndexOf((byte)'\n');
            length = length < 0 ? content.Length - start : length;
            using var document = StoredDocument.Parse(content.AsMemory(start, length));
            if (document is not null && StoredDocument.Evaluated(document.RootElement) is var evaluated && evaluated >= from && evaluated <= to)
            {
                _places.Add(new SpanPlace(evaluated, _blocks.Count - 1, start, length));
            }

            start += length + 1;
        }
    }

    private byte[] Content(int number)
    {
        if (_cache.TryGetValue(number, out var cached))
        {
            _cache[number] = (cached.Content, ++_use);
            return cached.Content;
        }

        var (segment, block) = _blocks[number];
        byte[] content;
        if (_plain.TryGetValue((segment.Folder, segment.First), out var plain))
        {
            content = plain.ReadBlock(block);
        }
        else
        {
            using var reader = SegmentReader.Open(segment.Folder, segment.First, isCompressed: true);
            content = reader.ReadBlock(block);
        }

        if (_cache.Count == CachedBlocks)
        {
            _cache.Remove(_cache.MinBy(entry => entry.Value.Used).Key);
        }

        _cache[number] = (content, ++_use);
        return content;
    }
}
