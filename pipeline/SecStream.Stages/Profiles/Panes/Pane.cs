using System.Runtime.InteropServices;

namespace SecStream.Stages.Profiles.Panes;

/// <summary>An event as a pane keeps it.</summary>
/// <param name="Time">Its time, µs.</param>
/// <param name="IdHigh">Id, high half.</param>
/// <param name="IdLow">Id, low half.</param>
/// <param name="Count">Occurrences.</param>
/// <param name="Values">What its row says behind the key (<see cref="Rows.ProfileRow"/>).</param>
internal readonly ref struct PaneEntry(long Time, ulong IdHigh, ulong IdLow, int Count, ReadOnlySpan<byte> Values)
{
    public long Time { get; } = Time;

    public ulong IdHigh { get; } = IdHigh;

    public ulong IdLow { get; } = IdLow;

    public int Count { get; } = Count;

    public ReadOnlySpan<byte> Values { get; } = Values;
}

/// <summary>
/// What a profile knows of a key between two times: a pane, or a block of panes that nothing can change any more. The first events are kept as they came
/// (most keys have no more); beyond them there are <see cref="Parts"/>. Either way it says the same.
/// </summary>
internal sealed class Pane
{
    /// <summary>Events kept as they came.</summary>
    public const int MaxEntries = 4;

    /// <summary>Bytes of a pane without entries and parts.</summary>
    public const int Bytes = 96;

    private const int HeadBytes = 30;

    private byte[]? _entries;
    private int _length;
    private int _count;

    /// <summary>Start, µs.</summary>
    public long Start { get; set; }

    /// <summary>Occurrences.</summary>
    public long Events { get; set; }

    /// <summary>Added to the blocks of the longer windows; kept for the windows that are made of panes.</summary>
    public bool IsFolded { get; set; }

    /// <summary>It has changed since the last snapshot.</summary>
    public bool IsChanged { get; set; }

    /// <summary>The last snapshot has it.</summary>
    public bool IsPersisted { get; set; }

    /// <summary>The next older one of the key.</summary>
    public Pane? Older { get; set; }

    /// <summary>What it knows of many events; null: its entries are all.</summary>
    public PaneParts? Parts { get; set; }

    /// <summary>The events kept as they came; good until the next change.</summary>
    public Reader Entries => new(_entries.AsSpan(0, _length));

    /// <summary>Keeps an event as it came; false when there is no room for more.</summary>
    public bool TryKeep(in PaneEntry entry, ProfileMemory memory)
    {
        if (_count == MaxEntries)
        {
            return false;
        }

        var bytes = HeadBytes + entry.Values.Length;
        if (_entries is null || _length + bytes > _entries.Length)
        {
            var larger = memory.Entered.Rent(Math.Max(128, _length + bytes));
            if (_entries is not null)
            {
                _entries.AsSpan(0, _length).CopyTo(larger);
                memory.Entered.Return(_entries);
            }

            _entries = larger;
        }

        var to = _entries.AsSpan(_length, bytes);
        MemoryMarshal.Write(to, (ushort)bytes);
        MemoryMarshal.Write(to[2..], entry.Count);
        MemoryMarshal.Write(to[6..], entry.Time);
        MemoryMarshal.Write(to[14..], entry.IdHigh);
        MemoryMarshal.Write(to[22..], entry.IdLow);
        entry.Values.CopyTo(to[HeadBytes..]);
        _length += bytes;
        _count++;
        return true;
    }

    /// <summary>Lets go of the entries.</summary>
    public void ClearEntries(ProfileMemory memory)
    {
        if (_entries is not null)
        {
            memory.Entered.Return(_entries);
        }

        (_entries, _length, _count) = (null, 0, 0);
    }

    /// <summary>Makes it empty; it has no parts any more.</summary>
    public void Clear(ProfileMemory memory)
    {
        ClearEntries(memory);
        Events = 0;
        IsFolded = IsChanged = IsPersisted = false;
        Older = null;
    }

    /// <summary>Goes through entries.</summary>
    public ref struct Reader(ReadOnlySpan<byte> rest)
    {
        private ReadOnlySpan<byte> _rest = rest;

        /// <summary>The entry gone to.</summary>
        public PaneEntry Current { get; private set; }

        /// <summary>Goes to the next; false at the end.</summary>
        public bool MoveNext()
        {
            if (_rest.IsEmpty)
            {
                return false;
            }

            var bytes = MemoryMarshal.Read<ushort>(_rest);
            Current = new PaneEntry(
                MemoryMarshal.Read<long>(_rest[6..]), MemoryMarshal.Read<ulong>(_rest[14..]), MemoryMarshal.Read<ulong>(_rest[22..]), MemoryMarshal.Read<int>(_rest[2..]),
                _rest[HeadBytes..bytes]);
            _rest = _rest[bytes..];
            return true;
        }

        /// <summary>For foreach.</summary>
        public readonly Reader GetEnumerator() => this;
    }
}
