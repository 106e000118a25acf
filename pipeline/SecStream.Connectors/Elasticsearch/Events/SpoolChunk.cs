namespace SecStream.Connectors.Elasticsearch.Events;

/// <summary>A document of a chunk: where its lines lie in the chunk's memory.</summary>
internal readonly record struct ChunkItem(int Start, int Length, int ActionLength, long Since);

/// <summary>
/// Frames of the spool that lie behind each other and are sent as one request, in memory that is used again. Owned by the spool while it is filled, and
/// by one sender from <see cref="EventSpool.TakeAsync"/> to <see cref="EventSpool.Complete"/>.
/// </summary>
internal sealed class SpoolChunk
{
    private readonly int _capacity;
    private byte[] _bytes;
    private ChunkItem[] _items = new ChunkItem[256];

    public SpoolChunk(int capacity)
    {
        (_capacity, _bytes) = (capacity, new byte[capacity]);
        Pending = new PendingDocuments(this);
    }

    /// <summary>What its sender has still to send.</summary>
    public PendingDocuments Pending { get; }

    /// <summary>Place of its first byte in the spool.</summary>
    public long Start { get; private set; }

    /// <summary>Bytes.</summary>
    public int Length { get; private set; }

    /// <summary>Place behind its last byte.</summary>
    public long End => Start + Length;

    /// <summary>When its first document was written, microseconds since 1970 UTC.</summary>
    public long Written { get; private set; }

    /// <summary>Bytes from its start on that lie on disk too.</summary>
    public int OnDisk { get; set; }

    /// <summary>Documents in it.</summary>
    public int Count { get; private set; }

    /// <summary>Its memory; may be filled from outside up to its length, then <see cref="Load"/> reads it.</summary>
    public byte[] Bytes => _bytes;

    /// <summary>The documents, in order.</summary>
    public ReadOnlySpan<ChunkItem> Items => _items.AsSpan(0, Count);

    /// <summary>Makes it empty.</summary>
    public void Begin(long start)
    {
        (Start, Length, OnDisk, Count, Written) = (start, 0, 0, 0, 0);
    }

    /// <summary>Room for so many bytes, emptying it.</summary>
    public void Reserve(int bytes)
    {
        if (_bytes.Length < bytes)
        {
            _bytes = new byte[bytes];
        }
    }

    /// <summary>Gives back what one giant document needed.</summary>
    public void Shrink()
    {
        if (_bytes.Length > _capacity)
        {
            _bytes = new byte[_capacity];
        }
    }

    /// <summary>Whether a frame fits.</summary>
    public bool Fits(int bytes) => Length == 0 || Length + bytes <= _bytes.Length;

    /// <summary>Adds a frame.</summary>
    public void Add(ReadOnlySpan<byte> frame)
    {
        if (Length == 0)
        {
            Reserve(frame.Length);
        }

        frame.CopyTo(_bytes.AsSpan(Length));
        if (!TryIndex(Length, frame.Length))
        {
            throw new InvalidOperationException("a frame of the spool that was just made can't be read");
        }
    }

    /// <summary>Reads the frames in its memory, of which so many bytes were filled; stops before one that is not whole, or damaged.</summary>
    public void Load(int filled)
    {
        while (Length < filled && TryIndex(Length, filled - Length))
        {
        }
    }

    private bool TryIndex(int at, int available)
    {
        var bytes = _bytes.AsSpan(at, available);
        if (!SpoolFrame.TryReadHeader(bytes, Start + at, out var header)
            || header.Length > available
            || !SpoolFrame.TryReadItems(bytes, header, out var items))
        {
            return false;
        }

        if (Count + items.Length > _items.Length)
        {
            Array.Resize(ref _items, Math.Max(Count + items.Length, _items.Length * 2));
        }

        var start = at + SpoolFrame.HeaderBytes;
        foreach (ref readonly var item in items)
        {
            _items[Count++] = new ChunkItem(start, item.Length, item.ActionLength, item.Since);
            start += item.Length;
        }

        Written = Length == 0 ? header.Written : Written;
        Length = at + (int)header.Length;
        return true;
    }
}
