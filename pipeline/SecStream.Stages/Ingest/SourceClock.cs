using SecStream.Core.Events;

namespace SecStream.Stages.Ingest;

/// <summary>Bounds of a source's clock; times in microseconds.</summary>
public sealed record SourceClockOptions
{
    /// <summary>L: how far behind the highest time of its track an event may be without being late. Default 5 s.</summary>
    public long Lateness { get; init; } = 5 * EventClock.Second;

    /// <summary>H: later than this behind the watermark an event is not evaluated. Default 1 h.</summary>
    public long Horizon { get; init; } = EventClock.Hour;

    /// <summary>An event this far ahead of its arrival stamp is skewed. Default 5 min.</summary>
    public long MaxFutureSkew { get; init; } = 5 * EventClock.Minute;

    /// <summary>
    /// Without an arrival stamp a jump ahead further than this waits for the next record of its track to confirm it. H + L: after a smaller
    /// jump that proves wrong nothing is blind, because what follows is within H; and an event late by at most H never disproves a true one.
    /// </summary>
    public long MaxJump => Horizon + Lateness;

    /// <summary>A track silent for this many records of the partition no longer holds the watermark. Default 8 192.</summary>
    public int SilentRecords { get; init; } = 8192;

    /// <summary>
    /// Where records carry arrival stamps: a track of which nothing has arrived for longer than L no longer holds the watermark, or one host that
    /// speaks once a minute would hold up the alerts of all others. What it says later is late, and corrects.
    /// </summary>
    public long Silence => Lateness;
}

/// <summary>What a source's clock says of a record.</summary>
public enum Timing
{
    /// <summary>In time.</summary>
    OnTime,

    /// <summary>More than L behind its track: evaluated by correction.</summary>
    Late,

    /// <summary>More than H behind the watermark: kept, marked, not evaluated.</summary>
    Unevaluated,

    /// <summary>Ahead of its arrival: evaluated at its arrival time, moves no clock.</summary>
    Skewed,

    /// <summary>A jump ahead that the next record of the track has to confirm: hold it back until then.</summary>
    Held,
}

/// <summary>
/// Event time of one source partition. Every verdict is a function of the partition's records in their order, never of other partitions or the
/// wall clock, so lateness does not depend on interleaving. A <b>track</b> is a (data set, host): a host whose clock is hours ahead has a track
/// of its own, and the watermark is the minimum over the tracks that still speak, so neither host blinds the other.
/// </summary>
public sealed class SourceClock(SourceClockOptions options)
{
    private readonly Dictionary<ulong, int> _index = [];
    private Track[] _tracks = new Track[4];
    private int _count;
    private int _slowest = -1;
    private bool _slowestMoved;
    private long _nextSearch;
    private long _ordinal;
    private long _highest = long.MinValue;

    /// <summary>Every event before it that is still to come is late. <see cref="long.MinValue"/> before the first record.</summary>
    public long Watermark { get; private set; } = long.MinValue;

    /// <summary>Number of tracks that speak.</summary>
    public int TrackCount => _count;

    /// <summary>Judges the next record of the partition.</summary>
    /// <param name="track">Hash of data set and host.</param>
    /// <param name="time">Event time.</param>
    /// <param name="arrival">Arrival stamp the record carries, <see cref="long.MinValue"/> when there is none.</param>
    /// <param name="confirmed">It has been held and the next record confirmed it (or there is none).</param>
    /// <param name="evaluated">The time to evaluate it at.</param>
    public Timing Observe(ulong track, long time, long arrival, bool confirmed, out long evaluated)
    {
        evaluated = time;
        var hasArrival = arrival != long.MinValue;
        if (hasArrival && time > arrival + options.MaxFutureSkew)
        {
            evaluated = arrival;
            return Timing.Skewed;
        }

        if (!_index.TryGetValue(track, out var index))
        {
            if (!hasArrival && !confirmed && (_count == 0 || time > _highest + options.MaxJump))
            {
                return Timing.Held;
            }

            index = Add(track, time);
        }
        else if (!hasArrival && !confirmed && time > _tracks[index].Highest + options.MaxJump)
        {
            return Timing.Held;
        }

        return Place(index, time, arrival);
    }

    /// <summary>Whether a record would be taken as it is: neither skewed nor held.</summary>
    public bool Accepts(ulong track, long time, long arrival)
    {
        if (arrival != long.MinValue)
        {
            return time <= arrival + options.MaxFutureSkew;
        }

        return _index.TryGetValue(track, out var index) ? time <= _tracks[index].Highest + options.MaxJump : _count > 0 && time <= _highest + options.MaxJump;
    }

    /// <summary>Whether two records of different tracks agree closely enough to start a partition's clock.</summary>
    public bool Agree(long a, long b) => Math.Abs(a - b) <= options.MaxJump;

    /// <summary>
    /// A held record that the next one of its track did not confirm: it is skewed, and evaluated at the track's clock (or, when the track has
    /// none, at the time of the record that disproved it).
    /// </summary>
    public long TimeOfSkewed(ulong track, long disprovedBy) =>
        _index.TryGetValue(track, out var index) ? _tracks[index].Highest : disprovedBy;

    /// <summary>Whether a record confirms one held before it.</summary>
    public bool Confirms(long held, long next) => next >= held - options.MaxJump;

    /// <summary>Whether a time is ahead of the wall clock that an idle watermark was made from (the watermark plus L).</summary>
    public bool IsAhead(long time, long idleWatermark, out long arrival)
    {
        arrival = idleWatermark + options.Lateness;
        return time > arrival + options.MaxFutureSkew;
    }

    /// <summary>Moves the watermark by the wall clock, when the source is caught up and quiet; the decision is in the control log.</summary>
    public void AdvanceTo(long watermark) => Watermark = Math.Max(Watermark, watermark);

    /// <summary>Writes the state.</summary>
    public void Save(BinaryWriter writer)
    {
        writer.Write(Watermark);
        writer.Write(_ordinal);
        writer.Write(_highest);
        writer.Write(_slowest);
        writer.Write(_slowestMoved);
        writer.Write(_nextSearch);
        writer.Write(_count);
        foreach (var track in _tracks.AsSpan(0, _count))
        {
            writer.Write(track.Key);
            writer.Write(track.Highest);
            writer.Write(track.LastOrdinal);
            writer.Write(track.LastArrival);
        }
    }

    /// <summary>Reads the state into a new instance.</summary>
    public void Restore(BinaryReader reader)
    {
        Watermark = reader.ReadInt64();
        _ordinal = reader.ReadInt64();
        _highest = reader.ReadInt64();
        _slowest = reader.ReadInt32();
        _slowestMoved = reader.ReadBoolean();
        _nextSearch = reader.ReadInt64();
        _count = reader.ReadInt32();
        _tracks = new Track[Math.Max(4, _count)];
        for (var i = 0; i < _count; i++)
        {
            _tracks[i] = new Track { Key = reader.ReadUInt64(), Highest = reader.ReadInt64(), LastOrdinal = reader.ReadInt64(), LastArrival = reader.ReadInt64() };
            _index.Add(_tracks[i].Key, i);
        }
    }

    private Timing Place(int index, long time, long arrival)
    {
        ref var track = ref _tracks[index];
        track.LastOrdinal = ++_ordinal;
        track.LastArrival = arrival;
        var timing = Timing.OnTime;
        if (Watermark != long.MinValue && time < Watermark - options.Horizon)
        {
            timing = Timing.Unevaluated;
        }
        else if (time < track.Highest - options.Lateness || time < Watermark)
        {
            timing = Timing.Late;
        }

        if (time > track.Highest)
        {
            track.Highest = time;
            _highest = Math.Max(_highest, time);
            _slowestMoved |= index == _slowest;
        }

        if ((_ordinal & 1023) == 0 || (_slowest != index && IsSilent(_slowest, arrival)))
        {
            DropSilent(arrival);
        }
        else if (_slowestMoved && _ordinal >= _nextSearch)
        {
            FindSlowest();
        }

        if (!_slowestMoved)
        {
            Watermark = Math.Max(Watermark, _tracks[_slowest].Highest - options.Lateness);
        }

        return timing;
    }

    private int Add(ulong key, long time)
    {
        if (_count == _tracks.Length)
        {
            Array.Resize(ref _tracks, _count * 2);
        }

        _tracks[_count] = new Track { Key = key, Highest = time, LastOrdinal = _ordinal };
        _index.Add(key, _count++);
        _highest = Math.Max(_highest, time);
        if (_count == 1 || (!_slowestMoved && time < _tracks[_slowest].Highest))
        {
            _slowest = _count - 1;
            _slowestMoved = false;
        }

        return _count - 1;
    }

    private bool IsSilent(int index, long arrival) =>
        arrival != long.MinValue && _tracks[index].LastArrival != long.MinValue && arrival - _tracks[index].LastArrival > options.Silence;

    private void DropSilent(long arrival)
    {
        for (var i = _count - 1; i >= 0; i--)
        {
            if (_ordinal - _tracks[i].LastOrdinal > options.SilentRecords || IsSilent(i, arrival))
            {
                _index.Remove(_tracks[i].Key);
                _tracks[i] = _tracks[--_count];
                if (i < _count)
                {
                    _index[_tracks[i].Key] = i;
                }
            }
        }

        FindSlowest();
    }

    /// <summary>
    /// Looks for the slowest track. With many tracks not at every record: the watermark rests for as many records as there are tracks over 16,
    /// which makes the search cost a constant number of steps per record.
    /// </summary>
    private void FindSlowest()
    {
        _slowestMoved = false;
        _nextSearch = _ordinal + (_count / 16);
        _slowest = 0;
        for (var i = 1; i < _count; i++)
        {
            _slowest = _tracks[i].Highest < _tracks[_slowest].Highest ? i : _slowest;
        }
    }

    private struct Track
    {
        public ulong Key;
        public long Highest;
        public long LastOrdinal;
        public long LastArrival;
    }
}
