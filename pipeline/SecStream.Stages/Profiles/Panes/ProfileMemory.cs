namespace SecStream.Stages.Profiles.Panes;

/// <summary>Memory of a shard's profiles: arrays of accumulators, texts of categories. One per shard, not thread-safe.</summary>
internal sealed class ProfileMemory
{
    private const int MaxFreeKeys = 1 << 14;

    private readonly Dictionary<int, Stack<byte[]>> _keys = [];
    private int _freeKeys;

    public Stock<CountSlot> Counts { get; } = new();

    public Stock<ulong> Hashes { get; } = new();

    public Stock<byte> Registers { get; } = new();

    public Stock<CategorySlot> Categories { get; } = new();

    public Stock<TimedEntry> Entries { get; } = new();

    public TextPool Texts { get; } = new();

    /// <summary>Bytes of panes, keys and groups, as their owners count them.</summary>
    public long ObjectBytes { get; set; }

    /// <summary>Bytes of everything that is held.</summary>
    public long LiveBytes =>
        ObjectBytes + Counts.LiveBytes + Hashes.LiveBytes + Registers.LiveBytes + Categories.LiveBytes + Entries.LiveBytes + Texts.LiveBytes;

    /// <summary>A copy of a key, of exactly its length.</summary>
    public byte[] Keep(ReadOnlySpan<byte> key)
    {
        if (_keys.TryGetValue(key.Length, out var free) && free.TryPop(out var bytes))
        {
            _freeKeys--;
        }
        else
        {
            bytes = new byte[key.Length];
        }

        key.CopyTo(bytes);
        return bytes;
    }

    /// <summary>Takes a key's bytes back.</summary>
    public void Return(byte[] key)
    {
        if (_freeKeys < MaxFreeKeys)
        {
            _freeKeys++;
            if (!_keys.TryGetValue(key.Length, out var free))
            {
                _keys.Add(key.Length, free = new Stack<byte[]>());
            }

            free.Push(key);
        }
    }
}
