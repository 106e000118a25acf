using SecStream.Stages.Alerting;

namespace SecStream.Host.Ledger;

/// <summary>
/// Notices that somebody has set the machine's clock, by comparing it with one that nobody can set, and with the last heartbeat. What was set is told
/// for some minutes; spans and arrival times of that while are as wrong as the clock was.
/// </summary>
internal sealed class ClockWatch
{
    private static readonly TimeSpan s_tolerance = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_shown = TimeSpan.FromMinutes(5);

    private readonly TimeProvider _time;
    private readonly List<(long At, string Kind, string Detail)> _jumps = [];
    private long _mark;
    private DateTimeOffset _wall;
    private long _counted;

    /// <summary>Begins to watch.</summary>
    /// <param name="time">Both clocks.</param>
    /// <param name="lastAlive">When the service was alive last, by the clock of then; null: not known.</param>
    public ClockWatch(TimeProvider time, DateTimeOffset? lastAlive)
    {
        (_time, _mark, _wall) = (time, time.GetTimestamp(), time.GetUtcNow());
        if (lastAlive is { } alive && alive - _wall > s_tolerance)
        {
            Add(BlindSpotKinds.ClockSetBack, $"by {SourceWatch.Round(alive - _wall)} or more while the service did not run", _wall);
        }
    }

    /// <summary>A probe for <see cref="LedgerCollector.Add"/>.</summary>
    public IReadOnlyList<Observation> Observe()
    {
        var (mark, wall) = (_time.GetTimestamp(), _time.GetUtcNow());
        var jump = wall - _wall - _time.GetElapsedTime(_mark, mark);
        (_mark, _wall) = (mark, wall);
        if (jump < -s_tolerance)
        {
            Add(BlindSpotKinds.ClockSetBack, $"by {SourceWatch.Round(-jump)}", wall);
        }
        else if (jump > s_tolerance)
        {
            Add(BlindSpotKinds.ClockSetForward, $"by {SourceWatch.Round(jump)}, or the machine was asleep for so long", wall);
        }

        _jumps.RemoveAll(j => _time.GetElapsedTime(j.At, mark) > s_shown);
        var fresh = _jumps.Count(j => j.At >= _counted);
        _counted = mark + 1;
        return [.. _jumps.GroupBy(j => j.Kind).Select(kind => new Observation(kind.Key, "clock", kind.Last().Detail, Math.Min(fresh, kind.Count())))];
    }

    private void Add(string kind, string how, DateTimeOffset now) =>
        _jumps.Add((_time.GetTimestamp(), kind, $"the machine's clock was set {(kind == BlindSpotKinds.ClockSetBack ? "back" : "forward")} {how}; it said {now.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z then"));
}
