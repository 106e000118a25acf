using SecStream.Core.Events;
using SecStream.Core.Observations;
using SecStream.Core.Text;
using SecStream.Stages.Profiles.Model;
using SecStream.Stages.Profiles.Panes;

namespace SecStream.Stages.Profiles.Windows;

/// <summary>
/// Recognises rows of events that were counted before. Rows of a source come in order of position and profile, so a mark per source is enough; events that were
/// held back, or that have a declared identity and so may come from anywhere, are kept as 64 bits each in sets by minute, for H. About 12 bytes each:
/// over a bound of bytes the oldest minutes are forgotten.
/// </summary>
internal sealed class SeenEvents(Stock<ulong> stock)
{
    private readonly Dictionary<ulong, Mark> _marks = [];
    private readonly SortedDictionary<long, Minute> _minutes = [];
    private readonly List<long> _goneMinutes = [];
    private readonly List<ulong> _goneMarks = [];
    private Mark? _last;
    private Minute? _lastMinute;

    /// <summary>Sets of the minutes, for snapshots.</summary>
    public IEnumerable<Minute> Minutes => _minutes.Values;

    /// <summary>Marks of the sources, for snapshots.</summary>
    public IEnumerable<Mark> Marks => _marks.Values.OrderBy(m => m.Source);

    /// <summary>Minutes that were let go of and are in the last snapshot.</summary>
    public List<long> Gone { get; } = [];

    /// <summary>Bytes of the sets.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether a row is the first of its event and profile.</summary>
    public bool IsNew(in RowHeader header)
    {
        if (header.Marks != RowMarks.None)
        {
            return AddIdentity(header);
        }

        var mark = _last?.Source == header.Source ? _last : MarkOf(header.Source);
        if (header.Position < mark.Position || (header.Position == mark.Position && header.Route <= mark.Route))
        {
            return false;
        }

        mark.Position = header.Position;
        mark.Route = header.Route;
        mark.Latest = Math.Max(mark.Latest, header.Time);
        return true;
    }

    /// <summary>Lets go of what only rows before a time would need.</summary>
    public void Forget(long before)
    {
        foreach (var (start, _) in _minutes)
        {
            if (start + EventClock.Minute > before)
            {
                break;
            }

            _goneMinutes.Add(start);
        }

        _goneMinutes.ForEach(Remove);
        _goneMinutes.Clear();
        foreach (var (source, mark) in _marks)
        {
            if (mark.Latest < before)
            {
                _goneMarks.Add(source);
            }
        }

        foreach (var source in _goneMarks)
        {
            _marks.Remove(source);
            _last = null;
        }

        _goneMarks.Clear();
    }

    /// <summary>Forgets the oldest minute; false when there is none.</summary>
    public bool ForgetOldest()
    {
        if (_minutes.Count == 0)
        {
            return false;
        }

        using var first = _minutes.Keys.GetEnumerator();
        first.MoveNext();
        Remove(first.Current);
        return true;
    }

    /// <summary>Puts a mark back.</summary>
    public void Restore(ulong source, long position, ushort route, long latest) =>
        _marks[source] = new Mark(source) { Position = position, Route = route, Latest = latest };

    /// <summary>The set of a minute.</summary>
    public Minute MinuteOf(long start)
    {
        if (_lastMinute?.Start == start)
        {
            return _lastMinute;
        }

        if (!_minutes.TryGetValue(start, out var minute))
        {
            minute = new Minute(start, stock.Rent(8));
            Bytes += minute.Bytes;
            _minutes.Add(start, minute);
        }

        return _lastMinute = minute;
    }

    /// <summary>Adds an identity to a minute; false when it is there.</summary>
    public bool Add(Minute minute, ulong identity)
    {
        Bytes -= minute.Bytes;
        var isNew = minute.Add(identity, stock);
        Bytes += minute.Bytes;
        return isNew;
    }

    private bool AddIdentity(in RowHeader header) =>
        Add(MinuteOf(WindowSpec.Floor(header.Time, EventClock.Minute)), StableHash.Combine(header.IdHigh ^ header.Route, header.IdLow) | 1);

    private Mark MarkOf(ulong source)
    {
        if (!_marks.TryGetValue(source, out var mark))
        {
            _marks.Add(source, mark = new Mark(source));
        }

        return _last = mark;
    }

    private void Remove(long start)
    {
        if (_minutes.Remove(start, out var minute))
        {
            Bytes -= minute.Bytes;
            minute.Release(stock);
            _lastMinute = null;
            if (minute.IsPersisted)
            {
                Gone.Add(start);
            }
        }
    }

    /// <summary>How far a source is.</summary>
    internal sealed class Mark(ulong source)
    {
        public ulong Source => source;

        public long Position { get; set; } = long.MinValue;

        public ushort Route { get; set; }

        /// <summary>Latest time of its rows.</summary>
        public long Latest { get; set; } = long.MinValue;
    }

    /// <summary>Identities of the events of a minute: open addressing, 0 is empty.</summary>
    internal sealed class Minute(long start, ulong[] slots)
    {
        private ulong[] _slots = slots;

        public long Start => start;

        public int Count { get; private set; }

        public bool IsChanged { get; set; }

        public bool IsPersisted { get; set; }

        public long Bytes => 64 + (8L * _slots.Length);

        public ReadOnlySpan<ulong> Slots => _slots;

        public bool Add(ulong identity, Stock<ulong> stock)
        {
            if (Count * 8 >= _slots.Length * 7)
            {
                var old = _slots;
                _slots = stock.Rent(old.Length * 2);
                foreach (var held in old)
                {
                    if (held != 0)
                    {
                        Place(held) = held;
                    }
                }

                stock.Return(old);
            }

            ref var slot = ref Place(identity);
            if (slot != 0)
            {
                return false;
            }

            slot = identity;
            Count++;
            IsChanged = true;
            return true;
        }

        public void Release(Stock<ulong> stock)
        {
            stock.Return(_slots);
            _slots = [];
        }

        private ref ulong Place(ulong identity)
        {
            var at = (int)(identity >> 20) & (_slots.Length - 1);
            while (_slots[at] != 0 && _slots[at] != identity)
            {
                at = (at + 1) & (_slots.Length - 1);
            }

            return ref _slots[at];
        }
    }
}
