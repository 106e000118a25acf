namespace SecStream.Stages.Profiles.Panes;

/// <summary>An event's time and id with a number: its occurrences, or the hash of its action.</summary>
internal struct TimedEntry
{
    public long Time;
    public ulong IdHigh;
    public ulong IdLow;
    public ulong Value;

    /// <summary>Order of events: time, then id.</summary>
    public readonly bool IsBefore(in TimedEntry other) =>
        Time != other.Time ? Time < other.Time : IdHigh != other.IdHigh ? IdHigh < other.IdHigh : IdLow < other.IdLow;
}

/// <summary>The first events of a pane or window, in order, whatever order they come in.</summary>
internal struct FirstEntries
{
    private TimedEntry[]? _entries;
    private int _count;
    private long _last;

    /// <summary>The entries in order.</summary>
    public readonly ReadOnlySpan<TimedEntry> Entries => _entries.AsSpan(0, _count);

    /// <summary>Adds an entry, if it is among the first <paramref name="most"/>; false when it is behind all of them.</summary>
    public bool Add(in TimedEntry entry, int most, ProfileMemory memory)
    {
        var at = _count;
        if (at == most && entry.Time > _last)
        {
            // By far the most usual: the entries themselves are not looked at.
            return false;
        }

        if (at > 0 && entry.IsBefore(_entries![at - 1]))
        {
            at = Place(entry);
        }
        else if (at == most)
        {
            return false;
        }

        if (_count == most)
        {
            _count--;
        }
        else if (_count == (_entries?.Length ?? 0))
        {
            Grow(memory);
        }

        _entries.AsSpan(at, _count - at).CopyTo(_entries.AsSpan(at + 1));
        _entries![at] = entry;
        _last = _entries[_count++].Time;
        return true;
    }

    /// <summary>Adds others.</summary>
    public void Merge(in FirstEntries other, int most, ProfileMemory memory)
    {
        foreach (ref readonly var entry in other.Entries)
        {
            if (!Add(entry, most, memory))
            {
                return;
            }
        }
    }

    /// <summary>Makes it empty.</summary>
    public void Clear(ProfileMemory memory)
    {
        if (_entries is not null)
        {
            memory.Entries.Return(_entries);
            this = default;
        }
    }

    private readonly int Place(in TimedEntry entry)
    {
        var low = 0;
        var high = _count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (entry.IsBefore(_entries![middle]))
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }

    private void Grow(ProfileMemory memory)
    {
        var larger = memory.Entries.Rent(_count == 0 ? 1 : _count * 2);
        Entries.CopyTo(larger);
        if (_entries is not null)
        {
            memory.Entries.Return(_entries);
        }

        _entries = larger;
    }
}
