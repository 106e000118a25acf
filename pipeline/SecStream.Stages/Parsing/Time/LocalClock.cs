using SecStream.Core.Events;

namespace SecStream.Stages.Parsing.Time;

/// <summary>
/// Local times of one zone to UTC, for the lines of one source in order. A local time that occurs twice (end of summer time) is its first
/// occurrence unless that would step back from the line before by more than a minute; a local time that does not occur is shifted forward
/// by the length of the gap. Not thread-safe; nothing is allocated per call.
/// </summary>
internal sealed class LocalClock(TimeZoneInfo zone)
{
    private const long Quarter = 15 * EventClock.Minute;

    // Lines of several processes interleave by seconds; only a larger step back means the second pass.
    private const long Disorder = EventClock.Minute;

    private readonly bool _isUtc = zone.BaseUtcOffset == TimeSpan.Zero && !zone.SupportsDaylightSavingTime;
    private long _quarter = long.MinValue;
    private long _quarterOffset;
    private bool _quarterIsPlain;
    private long _last = long.MinValue;

    /// <summary>UTC of a local time.</summary>
    public long ToUtc(long local)
    {
        if (_isUtc)
        {
            return local;
        }

        var quarter = local / Quarter;
        if (quarter != _quarter)
        {
            Enter(quarter);
        }

        return _last = _quarterIsPlain ? local - _quarterOffset : Resolve(local);
    }

    public void Save(BinaryWriter writer) => writer.Write(_last);

    public void Restore(BinaryReader reader)
    {
        _last = reader.ReadInt64();
        _quarter = long.MinValue;
    }

    /// <summary>Asks the zone once per quarter of an hour; quarters near a transition are resolved time by time.</summary>
    private void Enter(long quarter)
    {
        _quarter = quarter;
        var start = quarter * Quarter;
        var before = Offset(start - (3 * EventClock.Hour));
        _quarterOffset = Offset(start);
        _quarterIsPlain = before == _quarterOffset && Offset(start + Quarter) == before && Offset(start + (3 * EventClock.Hour)) == before;
    }

    private long Resolve(long local)
    {
        var instant = Instant(local);
        if (zone.IsInvalidTime(instant))
        {
            return local - Offset(local - (3 * EventClock.Hour));
        }

        if (!zone.IsAmbiguousTime(instant))
        {
            return local - Offset(local);
        }

        long before = Offset(local - (3 * EventClock.Hour)), after = Offset(local + (3 * EventClock.Hour));
        var first = local - Math.Max(before, after);
        return _last != long.MinValue && first < _last - Disorder ? local - Math.Min(before, after) : first;
    }

    private long Offset(long local) => EventClock.ToMicroseconds(zone.GetUtcOffset(Instant(local)));

    /// <summary>Clamped to the years a <see cref="DateTime"/> can hold with room for any offset.</summary>
    private static DateTime Instant(long local)
    {
        var ticks = DateTime.UnixEpoch.Ticks + (local * TimeSpan.TicksPerMicrosecond);
        return new DateTime(Math.Clamp(ticks, TimeSpan.TicksPerDay * 2, DateTime.MaxValue.Ticks - (TimeSpan.TicksPerDay * 2)), DateTimeKind.Unspecified);
    }
}
