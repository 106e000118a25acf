namespace SecStream.Connectors.Segments;

/// <summary>Documents of a segment that lie together: the unit that is skipped, read and compressed. Immutable.</summary>
/// <param name="Start">Offset in the uncompressed segment.</param>
/// <param name="Length">Bytes, uncompressed.</param>
/// <param name="First">Number of its first document in its class.</param>
/// <param name="Count">Documents.</param>
/// <param name="Times">Span of event times.</param>
/// <param name="Evaluated">Span of the times they were evaluated at.</param>
/// <param name="Filter">Hashes in it.</param>
internal sealed record SegmentBlock(long Start, int Length, long First, int Count, TimeSpread Times, TimeSpread Evaluated, BloomFilter Filter)
{
    /// <summary>Offset of its gzip member in a compressed segment.</summary>
    public long StoredStart { get; init; }

    /// <summary>Bytes of its gzip member.</summary>
    public int StoredLength { get; init; }
}

/// <summary>Least and greatest of some times, microseconds since 1970 UTC, both inclusive. Of none: <see cref="None"/>.</summary>
internal readonly record struct TimeSpread(long Least, long Greatest)
{
    /// <summary>Of no times; overlaps nothing.</summary>
    public static readonly TimeSpread None = new(long.MaxValue, long.MinValue);

    /// <summary>With one more.</summary>
    public TimeSpread With(long time) => new(Math.Min(Least, time), Math.Max(Greatest, time));

    /// <summary>With those of another.</summary>
    public TimeSpread With(TimeSpread other) => new(Math.Min(Least, other.Least), Math.Max(Greatest, other.Greatest));
}

/// <summary>The block at the end of a segment while it grows.</summary>
internal sealed class BlockBuilder
{
    private readonly HashSet<ulong> _hashes = [];
    private TimeSpread _times = TimeSpread.None;
    private TimeSpread _evaluated = TimeSpread.None;

    public long Start { get; private set; }

    public int Length { get; private set; }

    public long First { get; private set; }

    public int Count { get; private set; }

    /// <summary>Begins a block.</summary>
    public void Begin(long start, long first)
    {
        (Start, First, Length, Count) = (start, first, 0, 0);
        (_times, _evaluated) = (TimeSpread.None, TimeSpread.None);
        _hashes.Clear();
    }

    /// <summary>Adds a document.</summary>
    public void Add(int length, long time, long evaluated, ReadOnlySpan<ulong> hashes)
    {
        AddUnreadable(length);
        _times = _times.With(time);
        _evaluated = _evaluated.With(evaluated);
        foreach (var hash in hashes)
        {
            _hashes.Add(hash);
        }
    }

    /// <summary>Adds a line that is no document: it takes its place and is never found.</summary>
    public void AddUnreadable(int length)
    {
        Length += length;
        Count++;
    }

    /// <summary>The block as it stands; without a filter when the hashes of its documents were not given.</summary>
    public SegmentBlock Build(bool hasHashes) =>
        new(Start, Length, First, Count, _times, _evaluated, hasHashes ? new BloomFilter(_hashes) : BloomFilter.Anything);
}
