namespace SecStream.Stages.Profiles.Panes;

/// <summary>A class of values and its occurrences, in 8 bytes. Keys are 1 to 65 535; 0 is an empty slot.</summary>
internal struct CountSlot(int key)
{
    /// <summary>Occurrences that are told from more: 2.8 · 10¹⁴.</summary>
    private const ulong MaxCount = ulong.MaxValue >> 16;

    private ulong _bits = (ulong)key;

    /// <summary>The class.</summary>
    public readonly int Key => (int)(_bits & 0xFFFF);

    /// <summary>Its occurrences.</summary>
    public readonly long Count => (long)(_bits >> 16);

    /// <summary>Counts some more.</summary>
    public void Add(long count) => _bits = (Math.Min((ulong)(Count + count), MaxCount) << 16) | (_bits & 0xFFFF);
}

/// <summary>Occurrences by class: histograms and entropies. Open addressing in a pooled array; empty until the first value.</summary>
internal struct CountTable
{
    /// <summary>Order of classes.</summary>
    public static readonly Comparison<CountSlot> ByKey = (a, b) => a.Key.CompareTo(b.Key);

    private CountSlot[]? _slots;

    /// <summary>Number of classes.</summary>
    public int Count { get; private set; }

    /// <summary>All slots; those with key 0 are empty.</summary>
    public readonly ReadOnlySpan<CountSlot> Slots => _slots;

    /// <summary>Adds occurrences to a class.</summary>
    public void Add(int key, long count, ProfileMemory memory)
    {
        if (_slots is null || Count * 4 >= _slots.Length * 3)
        {
            Grow(memory);
        }

        ref var slot = ref Find(_slots!, key);
        if (slot.Key == 0)
        {
            slot = new CountSlot(key);
            Count++;
        }

        slot.Add(count);
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

    /// <summary>Copies the slots that are not empty; their number.</summary>
    public readonly int CopyTo(Span<CountSlot> to)
    {
        var count = 0;
        foreach (ref readonly var slot in Slots)
        {
            if (slot.Key != 0)
            {
                to[count++] = slot;
            }
        }

        return count;
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

    private static ref CountSlot Find(CountSlot[] slots, int key)
    {
        var at = (int)(((uint)key * 0x9E3779B1) >> 12) & (slots.Length - 1);
        while (slots[at].Key != 0 && slots[at].Key != key)
        {
            at = (at + 1) & (slots.Length - 1);
        }

        return ref slots[at];
    }
}
