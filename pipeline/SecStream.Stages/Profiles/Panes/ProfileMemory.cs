namespace SecStream.Stages.Profiles.Panes;

/// <summary>Memory of a shard's profiles: arrays of accumulators, texts of categories. One per shard, not thread-safe.</summary>
internal sealed class ProfileMemory
{
    private const int MaxFreeKeys = 1 << 12;

    private readonly Dictionary<int, Stack<byte[]>> _keys = [];
    private readonly HeldBytes _held = new();
    private int _freeKeys;

    public ProfileMemory()
    {
        Counts = new(_held);
        Hashes = new(_held);
        Registers = new(_held);
        Categories = new(_held);
        Entries = new(_held);
        Texts = new(_held);
        Entered = new(_held);
    }

    public Stock<CountSlot> Counts { get; }

    public Stock<ulong> Hashes { get; }

    public Stock<byte> Registers { get; }

    public Stock<CategorySlot> Categories { get; }

    public Stock<TimedEntry> Entries { get; }

    public TextPool Texts { get; }

    /// <summary>Events kept as they came.</summary>
    public Stock<byte> Entered { get; }

    /// <summary>Bytes of everything that is held.</summary>
    public long LiveBytes => _held.Sum;

    /// <summary>Counts bytes of panes and keys.</summary>
    public void Count(long bytes) => _held.Sum += bytes;

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
