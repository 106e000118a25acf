namespace SecStream.Stages.Profiles.Panes;

/// <summary>A value of a category.</summary>
internal struct CategorySlot
{
    public ulong Hash;
    public long Count;
    public int Text;
}

/// <summary>
/// Values of a category with their exact counts: all up to 64, beyond that the 64 with the smallest hashes. A value that is among those of all events was among
/// those of every part of them, so no order of events and no division into panes changes what is kept, or its counts.
/// </summary>
internal struct CategoryTable
{
    public const int MaxValues = 64;

    private CategorySlot[]? _slots;
    private int _count;

    /// <summary>The values in order of their hashes.</summary>
    public readonly ReadOnlySpan<CategorySlot> Slots => _slots.AsSpan(0, _count);

    /// <summary>Adds occurrences of a value.</summary>
    public void Add(ulong hash, ReadOnlySpan<byte> text, long count, ProfileMemory memory)
    {
        if (Find(hash, count, out var at))
        {
            Insert(at, new CategorySlot { Hash = hash, Count = count, Text = memory.Texts.Keep(hash, text) }, memory);
        }
    }

    /// <summary>Adds another table.</summary>
    public void Merge(in CategoryTable other, ProfileMemory memory)
    {
        foreach (ref readonly var slot in other.Slots)
        {
            if (Find(slot.Hash, slot.Count, out var at))
            {
                memory.Texts.Refer(slot.Text);
                Insert(at, slot, memory);
            }
        }
    }

    /// <summary>Makes it empty.</summary>
    public void Clear(ProfileMemory memory)
    {
        if (_slots is null)
        {
            return;
        }

        foreach (ref readonly var slot in Slots)
        {
            memory.Texts.Release(slot.Text);
        }

        memory.Categories.Return(_slots);
        this = default;
    }

    /// <summary>Counts a value that is there; true when it is not and belongs at a place.</summary>
    private readonly bool Find(ulong hash, long count, out int at)
    {
        var low = 0;
        var high = _count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_slots![middle].Hash < hash)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        at = low;
        if (low < _count && _slots![low].Hash == hash)
        {
            _slots[low].Count += count;
            return false;
        }

        return low < MaxValues;
    }

    private void Insert(int at, in CategorySlot slot, ProfileMemory memory)
    {
        if (_count == MaxValues)
        {
            memory.Texts.Release(_slots![--_count].Text);
        }
        else if (_count == (_slots?.Length ?? 0))
        {
            var larger = memory.Categories.Rent(_count == 0 ? 2 : _count * 2);
            Slots.CopyTo(larger);
            if (_slots is not null)
            {
                memory.Categories.Return(_slots);
            }

            _slots = larger;
        }

        _slots.AsSpan(at, _count - at).CopyTo(_slots.AsSpan(at + 1));
        _slots![at] = slot;
        _count++;
    }
}
