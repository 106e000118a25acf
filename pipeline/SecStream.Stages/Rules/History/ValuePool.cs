using SecStream.Core.Text;

namespace SecStream.Stages.Rules.History;

/// <summary>
/// Reference-counted byte strings: a user name that occurs in a thousand items is held once. One per lane, not thread-safe.
/// The arrays of released strings are reused, so a steady state allocates nothing.
/// </summary>
public sealed class ValuePool
{
    /// <summary>The reference that stands for "no value".</summary>
    public const int None = -1;

    private readonly ulong _seed;
    private readonly Stack<byte[]>[] _free = [new(), new(), new(), new(), new(), new(), new(), new(), new(), new()];
    private Entry[] _entries = new Entry[256];
    private int[] _buckets = new int[512];
    private int _used;
    private int _freeEntry = None;

    /// <summary>Makes a pool; the seed only decides the internal order (hash flooding).</summary>
    public ValuePool(ulong seed)
    {
        _seed = seed;
        Array.Fill(_buckets, None);
    }

    /// <summary>Memory held by live strings, in bytes.</summary>
    public long LiveBytes { get; private set; }

    /// <summary>The reference of a string, counted once more.</summary>
    public int Intern(ReadOnlySpan<byte> value)
    {
        var hash = StableHash.Compute(value, _seed);
        for (var i = _buckets[(int)(hash & (ulong)(_buckets.Length - 1))]; i != None; i = _entries[i].Next)
        {
            ref var entry = ref _entries[i];
            if (entry.Hash == hash && entry.Length == value.Length && value.SequenceEqual(entry.Bytes.AsSpan(0, entry.Length)))
            {
                entry.References++;
                return i;
            }
        }

        return Add(hash, value);
    }

    /// <summary>Counts a reference once more and returns it; <see cref="None"/> stays None.</summary>
    public int AddReference(int reference)
    {
        if (reference != None)
        {
            _entries[reference].References++;
        }

        return reference;
    }

    /// <summary>Gives a reference back.</summary>
    public void Release(int reference)
    {
        if (reference == None || --_entries[reference].References > 0)
        {
            return;
        }

        ref var entry = ref _entries[reference];
        ref var link = ref _buckets[(int)(entry.Hash & (ulong)(_buckets.Length - 1))];
        while (link != reference)
        {
            link = ref _entries[link].Next;
        }

        link = entry.Next;
        LiveBytes -= entry.Bytes.Length;
        _free[SizeClass(entry.Length)].Push(entry.Bytes);
        entry.Bytes = [];
        entry.Next = _freeEntry;
        _freeEntry = reference;
    }

    /// <summary>The bytes of a reference; empty for <see cref="None"/>.</summary>
    public ReadOnlySpan<byte> Get(int reference) =>
        reference == None ? default : _entries[reference].Bytes.AsSpan(0, _entries[reference].Length);

    /// <summary>Arrays of 16, 32, 64 … bytes. Texts have 512 at most, anomalies 8 KiB.</summary>
    private static int SizeClass(int length) => length <= 16 ? 0 : System.Numerics.BitOperations.Log2((uint)(length - 1)) - 3;

    private int Add(ulong hash, ReadOnlySpan<byte> value)
    {
        int at;
        if (_freeEntry != None)
        {
            at = _freeEntry;
            _freeEntry = _entries[at].Next;
        }
        else
        {
            if (_used == _entries.Length)
            {
                Grow();
            }

            at = _used++;
        }

        var size = SizeClass(value.Length);
        var bytes = _free[size].TryPop(out var reused) ? reused : new byte[16 << size];
        value.CopyTo(bytes);
        LiveBytes += bytes.Length;
        ref var bucket = ref _buckets[(int)(hash & (ulong)(_buckets.Length - 1))];
        _entries[at] = new Entry { Bytes = bytes, Length = value.Length, References = 1, Hash = hash, Next = bucket };
        bucket = at;
        return at;
    }

    private void Grow()
    {
        Array.Resize(ref _entries, _entries.Length * 2);
        _buckets = new int[_entries.Length * 2];
        Array.Fill(_buckets, None);
        for (var i = 0; i < _used; i++)
        {
            ref var bucket = ref _buckets[(int)(_entries[i].Hash & (ulong)(_buckets.Length - 1))];
            _entries[i].Next = bucket;
            bucket = i;
        }
    }

    private struct Entry
    {
        public byte[] Bytes;
        public ulong Hash;
        public int Length;
        public int References;
        public int Next;
    }
}
