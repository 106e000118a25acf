namespace SecStream.Models.Series;

/// <summary>
/// The last values of a series, also in order of size: rank and k-th smallest of a sliding window. Values lie in sorted chunks of at most
/// <see cref="ChunkCapacity"/>; the counts of the chunks are in a Fenwick tree. A point costs a search, two moves within a chunk and the tree:
/// O(log n). 16 bytes a value and at most as much again for room in the chunks. All values are finite. Not thread-safe.
/// </summary>
internal sealed class SortedWindow
{
#if DEBUG
    /// <summary>Most values of a chunk: small in debug builds, so that ordinary tests come to split and drop chunks.</summary>
    private const int ChunkCapacity = 8;
#else
    /// <summary>Most values of a chunk: a move within it is one short copy.</summary>
    private const int ChunkCapacity = 512;
#endif
    private readonly double[] _ring;
    private readonly int _chunkCapacity;
    private readonly List<Chunk> _chunks = [];
    private int[] _tree = [];
    private int _next;

    /// <summary>Makes an empty window.</summary>
    /// <param name="capacity">Values it holds, 1 or more.</param>
    public SortedWindow(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _ring = new double[capacity];

        // A small window is one chunk that never fills.
        _chunkCapacity = Math.Min(ChunkCapacity, capacity + 1);
    }

    /// <summary>Values held.</summary>
    public int Count { get; private set; }

    /// <summary>Values it can hold.</summary>
    public int Capacity => _ring.Length;

    /// <summary>Bytes of state.</summary>
    public long StateBytes => (8L * _ring.Length) + (_chunks.Count * ((8L * _chunkCapacity) + 48)) + (4L * _tree.Length) + 64;

    /// <summary>The value that was added <paramref name="back"/> values ago; 0 is the newest.</summary>
    public double Newest(int back)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)back, (uint)Count);
        var at = _next - 1 - back;
        return _ring[at < 0 ? at + _ring.Length : at];
    }

    /// <summary>Adds a value; the oldest goes when the window is full.</summary>
    public void Add(double value)
    {
        if (Count == _ring.Length)
        {
            Remove(_ring[_next]);
        }

        _ring[_next] = value;
        _next = _next + 1 == _ring.Length ? 0 : _next + 1;
        Insert(value);
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _chunks.Clear();
        _tree = [];
        _next = 0;
        Count = 0;
    }

    /// <summary>How many values are smaller.</summary>
    public int CountBelow(double value)
    {
        if (Count == 0)
        {
            return 0;
        }

        var chunk = FirstNotBelow(value);
        return chunk == _chunks.Count ? Count : CountBefore(chunk) + LowerBound(_chunks[chunk], value);
    }

    /// <summary>How many values are smaller or equal.</summary>
    public int CountUpTo(double value) => CountBelow(Math.BitIncrement(value));

    /// <summary>The value with <paramref name="rank"/> values before it in order of size.</summary>
    public double Select(int rank)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)rank, (uint)Count);
        if (_chunks.Count == 1)
        {
            return _chunks[0].Values[rank];
        }

        var at = 0;
        for (var step = HighestPower(_chunks.Count); step > 0; step >>= 1)
        {
            if (at + step <= _chunks.Count && _tree[at + step] <= rank)
            {
                at += step;
                rank -= _tree[at];
            }
        }

        return _chunks[at].Values[rank];
    }

    /// <summary>A quantile, interpolated between neighbours (Hyndman and Fan 1996, type 7). The window must not be empty.</summary>
    public double Quantile(double q)
    {
        var position = q * (Count - 1);
        var low = (int)position;
        var value = Select(low);
        return low + 1 < Count && position > low ? value + ((position - low) * (Select(low + 1) - value)) : value;
    }

    /// <summary>The middle value. The window must not be empty.</summary>
    public double Median() =>
        (Count & 1) == 1 ? Select(Count / 2) : Middle(Select((Count / 2) - 1), Select(Count / 2));

    /// <summary>
    /// Median absolute deviation from a centre. The values nearest to the centre are neighbours in order of size: the first of them is found by bisection,
    /// O(log n) selections.
    /// </summary>
    public double MedianDeviation(double centre)
    {
        var wanted = Count / 2;
        var upper = NearestRadius(centre, wanted + 1);
        return (Count & 1) == 1 ? upper : Middle(NearestRadius(centre, wanted), upper);
    }

    /// <summary>Writes the values, oldest first.</summary>
    public void Save(BinaryWriter writer)
    {
        writer.Write(Count);
        for (var back = Count - 1; back >= 0; back--)
        {
            writer.Write(Newest(back));
        }
    }

    /// <summary>Reads what <see cref="Save"/> wrote for a window of the same capacity.</summary>
    public void Restore(BinaryReader reader)
    {
        var count = reader.ReadInt32();
        if (count < 0 || count > _ring.Length)
        {
            throw new InvalidDataException($"State of a window: {count} values where at most {_ring.Length} fit; restore with the options it was saved with.");
        }

        Clear();
        for (var i = 0; i < count; i++)
        {
            Add(StateFormat.ReadFinite(reader));
        }
    }

    private static double Middle(double low, double high) => low + ((high - low) / 2);

    private static int HighestPower(int count) => count == 0 ? 0 : 1 << System.Numerics.BitOperations.Log2((uint)count);

    private static int LowerBound(Chunk chunk, double value)
    {
        var low = 0;
        var length = chunk.Count;
        var values = chunk.Values;
        while (length > 1)
        {
            var half = length >> 1;
            low += values[low + half - 1] < value ? half : 0;
            length -= half;
        }

        return length == 1 && values[low] < value ? low + 1 : low;
    }

    /// <summary>Distance of the <paramref name="count"/>-th nearest value.</summary>
    private double NearestRadius(double centre, int count)
    {
        var low = 0;
        var high = Count - count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (centre - Select(middle) > Select(middle + count) - centre)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return Math.Max(Math.Abs(centre - Select(low)), Math.Abs(Select(low + count - 1) - centre));
    }

    private int FirstNotBelow(double value)
    {
        var low = 0;
        var high = _chunks.Count;
        while (low < high)
        {
            var middle = (low + high) >> 1;
            if (_chunks[middle].Last < value)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private int CountBefore(int chunk)
    {
        var sum = 0;
        for (var i = chunk; i > 0; i &= i - 1)
        {
            sum += _tree[i];
        }

        return sum;
    }

    private void Change(int chunk, int by)
    {
        for (var i = chunk + 1; i < _tree.Length; i += i & -i)
        {
            _tree[i] += by;
        }
    }

    private void Insert(double value)
    {
        if (_chunks.Count == 0)
        {
            var first = new Chunk(_chunkCapacity);
            first.Insert(0, value);
            _chunks.Add(first);
            Count++;
            BuildTree();
            return;
        }

        var at = Math.Min(FirstNotBelow(value), _chunks.Count - 1);
        var chunk = _chunks[at];
        chunk.Insert(LowerBound(chunk, value), value);
        Count++;
        if (chunk.Count == _chunkCapacity)
        {
            _chunks.Insert(at + 1, chunk.Split());
            BuildTree();
        }
        else
        {
            Change(at, 1);
        }
    }

    private void Remove(double value)
    {
        var at = FirstNotBelow(value);
        var chunk = _chunks[at];
        chunk.RemoveAt(LowerBound(chunk, value));
        Count--;
        if (chunk.Count == 0 || Mergeable(at))
        {
            Drop(at);
        }
        else
        {
            Change(at, -1);
        }
    }

    /// <summary>Whether a chunk and the one after it fill half a chunk at most: they become one, so that there are never more than 4 n / capacity chunks.</summary>
    private bool Mergeable(int at) => at + 1 < _chunks.Count && _chunks[at].Count + _chunks[at + 1].Count <= _chunkCapacity / 2;

    private void Drop(int at)
    {
        if (_chunks[at].Count > 0)
        {
            _chunks[at + 1].Prepend(_chunks[at]);
        }

        _chunks.RemoveAt(at);
        BuildTree();
    }

    /// <summary>Happens once in a quarter of a chunk's capacity of points at most.</summary>
    private void BuildTree()
    {
        if (_tree.Length != _chunks.Count + 1)
        {
            _tree = new int[_chunks.Count + 1];
        }

        Array.Clear(_tree);
        for (var i = 0; i < _chunks.Count; i++)
        {
            Change(i, _chunks[i].Count);
        }
    }

    private sealed class Chunk(int capacity)
    {
        public double[] Values { get; } = new double[capacity];

        public int Count { get; private set; }

        public double Last => Values[Count - 1];

        public void Insert(int at, double value)
        {
            Array.Copy(Values, at, Values, at + 1, Count - at);
            Values[at] = value;
            Count++;
        }

        public void RemoveAt(int at)
        {
            Count--;
            Array.Copy(Values, at + 1, Values, at, Count - at);
        }

        public Chunk Split()
        {
            var upper = new Chunk(Values.Length);
            var kept = Count / 2;
            upper.Count = Count - kept;
            Array.Copy(Values, kept, upper.Values, 0, upper.Count);
            Count = kept;
            return upper;
        }

        public void Prepend(Chunk lower)
        {
            Array.Copy(Values, 0, Values, lower.Count, Count);
            Array.Copy(lower.Values, Values, lower.Count);
            Count += lower.Count;
        }
    }
}
