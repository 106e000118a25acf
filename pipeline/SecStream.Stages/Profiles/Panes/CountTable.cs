namespace SecStream.Stages.Profiles.Panes;

/// <summary>A class of values and its occurrences. Keys are 1 or more; 0 is an empty slot.</summary>
internal struct CountSlot
{
    public ulong Key;
    public long Count;
}

/// <summary>Occurrences by class: histograms and entropies. Open addressing in a pooled array; empty until the first value.</summary>
internal struct CountTable
{
    private CountSlot[]? _slots;

    /// <summary>Number of classes.</summary>
    public int Count { get; private set; }

    /// <summary>All slots; those with key 0 are empty.</summary>
    public readonly ReadOnlySpan<CountSlot> Slots => _slots;

    /// <summary>Adds occurrences to a class.</summary>
    public void Add(ulong key, long count, ProfileMemory memory)
    {
        if (_slots is null || Count * 4 >= _slots.Length * 3)
        {
            Grow(memory);
        }

        ref var slot = ref Find(_slots!, key);
        if (slot.Key == 0)
        {
            slot.Key = key;
            Count++;
        }

        slot.Count += count;
    }

    /// <summary>Adds another table.</summary>
    public void Merge(in CountTable other, ProfileMemory memory)
    {
        foreach (ref readonly var slot in other.Slots)
        {
            if (slot.Key != 0)
            {
                Add(slot.Key, slot.Count, memory);
            }
        }
    }

    /// <summary>Makes it empty.</summary>
    public void Clear(ProfileMemory memory)
    {
        if (_slots is not null)
        {
            memory.Counts.Return(_slots);
            this = default;
        }
    }

    private void Grow(ProfileMemory memory)
    {
        var old = _slots;
        _slots = memory.Counts.Rent(old is null ? 4 : old.Length * 2);
        if (old is not null)
        {
            foreach (ref readonly var slot in old.AsSpan())
            {
                if (slot.Key != 0)
                {
                    Find(_slots, slot.Key) = slot;
                }
            }

            memory.Counts.Return(old);
        }
    }

    private static ref CountSlot Find(CountSlot[] slots, ulong key)
    {
        var at = (int)((key * 0x9E3779B97F4A7C15) >> 40) & (slots.Length - 1);
        while (slots[at].Key != 0 && slots[at].Key != key)
        {
            at = (at + 1) & (slots.Length - 1);
        }

        return ref slots[at];
    }
}
