using SecStream.Core.Events;
using SecStream.Core.Pipeline;

namespace SecStream.Host.Serve;

/// <summary>
/// Decides when a quiet source's watermark moves by the wall clock, writes every such decision to the control log before it takes effect, and
/// after a restart (or in a replay) obeys the decisions made before, at the positions where they were made.
/// </summary>
internal sealed class IdleControl
{
    private static readonly TimeSpan s_step = TimeSpan.FromSeconds(1);

    /// <summary>When nothing has come from anywhere for a while, no alert waits for a clock; decisions need not be as many.</summary>
    private static readonly TimeSpan s_quietStep = TimeSpan.FromSeconds(10);

    private readonly IRecordSource[] _sources;
    private readonly IControlLog? _log;
    private readonly TimeProvider _time;
    private readonly TimeSpan _lateness;
    private readonly Queue<ControlEntry>[] _obeyed;
    private readonly TimeSpan[] _lastRecord;
    private readonly long[] _lastPosition;
    private readonly TimeSpan[] _decided;
    private readonly List<(int Partition, ControlEntry Entry)> _due = [];
    private readonly long _start;
    private TimeSpan _next;
    private DateTimeOffset _asked;
    private TimeSpan _askedElapsed;

    /// <summary>Obeys the decisions of <paramref name="made"/>, then takes its own.</summary>
    /// <param name="sources">The partitions.</param>
    /// <param name="made">Decisions taken since the state that the sources stand at.</param>
    /// <param name="log">Where decisions go; null: none are taken.</param>
    /// <param name="time">The clock.</param>
    /// <param name="lateness">L.</param>
    public IdleControl(IRecordSource[] sources, IEnumerable<ControlEntry> made, IControlLog? log, TimeProvider time, TimeSpan lateness)
    {
        _sources = sources;
        _log = log;
        _time = time;
        _lateness = lateness;
        _obeyed = [.. sources.Select(_ => new Queue<ControlEntry>())];
        _start = time.GetTimestamp();
        _asked = time.GetUtcNow();
        _lastRecord = new TimeSpan[sources.Length];
        _decided = new TimeSpan[sources.Length];
        _lastPosition = [.. sources.Select(s => s.Position)];
        foreach (var entry in made.Where(e => e.Kind == ControlKinds.Idle))
        {
            // A replay may find the source under another name: then what it holds tells.
            var p = Array.FindIndex(sources, s => s.Name == entry.Subject || (Path.IsPathRooted(entry.Subject) && Path.GetFullPath(s.Name) == entry.Subject));
            p = p >= 0 ? p : Array.FindIndex(sources, s => s.SourceHash == entry.Source && entry.Source != 0);
            if (p >= 0)
            {
                _obeyed[p].Enqueue(entry);
            }
        }

        for (var p = 0; p < sources.Length; p++)
        {
            SetLimit(p);
        }
    }

    /// <summary>Why no decision can be taken at present: the log can't be written. Null when all is well.</summary>
    public string? Fault { get; private set; }

    /// <summary>Decisions of before that are still to be obeyed.</summary>
    public bool IsObeying => Array.Exists(_obeyed, queue => queue.Count > 0);

    /// <summary>Decisions of before that are still to be obeyed, in their order: they belong to the state of this moment.</summary>
    public IReadOnlyList<ControlEntry> Pending => [.. _obeyed.SelectMany(queue => queue)];

    /// <summary>
    /// Takes the decisions that are due. A source is quiet when it was just asked and had nothing for as long as an event may be late. To be called
    /// after each <see cref="Engine.Pump.PumpAsync"/>.
    /// </summary>
    public async ValueTask TakeAsync(Engine.Pump pump, CancellationToken cancellation)
    {
        await TakeNowAsync(pump, cancellation).ConfigureAwait(false);

        // What has arrived up to now will be seen by the next read, so the next decision is made as of now: the reading may be held up in between
        // (a full disk), and what arrives meanwhile must not be late for that.
        (_asked, _askedElapsed) = (_time.GetUtcNow(), _time.GetElapsedTime(_start));
    }

    private async ValueTask TakeNowAsync(Engine.Pump pump, CancellationToken cancellation)
    {
        // How long nothing has come is measured by a clock that nobody sets back.
        var now = _time.GetElapsedTime(_start);
        _due.Clear();
        for (var p = 0; p < _sources.Length; p++)
        {
            // One that is not live starts to be quiet when it is again: what waited for it has yet to come.
            if (_sources[p].Position != _lastPosition[p] || !_sources[p].IsLive)
            {
                _lastPosition[p] = _sources[p].Position;
                _lastRecord[p] = now;
            }

            if (_obeyed[p].Count > 0)
            {
                await ObeyAsync(p, pump, cancellation).ConfigureAwait(false);
            }
            else if (_log is not null && now >= _next && pump.IsQuiet(p) && _askedElapsed - _lastRecord[p] >= _lateness)
            {
                _due.Add((p, new ControlEntry(ControlKinds.Idle, _sources[p].SourceHash, _sources[p].Position, WatermarkOf(p, pump), _sources[p].Name, "")));
            }
        }

        if (_due.Count > 0)
        {
            _next = now + (_lastRecord.Max() + _lateness + (5 * s_step) >= now ? s_step : s_quietStep);
            await DecideAsync(pump, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// The wall clock less the lateness. When somebody has set the clock back, the watermark is ahead of that: it goes on at half the speed of time then,
    /// so that late events are evaluated all the same, and the clock catches up.
    /// </summary>
    private long WatermarkOf(int p, Engine.Pump pump)
    {
        var wall = EventClock.ToMicroseconds(_asked - _lateness);
        var mark = pump.Watermark(p);
        var since = _decided[p] > _lastRecord[p] ? _decided[p] : _lastRecord[p];
        _decided[p] = _askedElapsed;
        return mark > wall && _askedElapsed > since && mark != long.MaxValue ? mark + EventClock.ToMicroseconds((_askedElapsed - since) / 2) : wall;
    }

    private async ValueTask DecideAsync(Engine.Pump pump, CancellationToken cancellation)
    {
        try
        {
            _log!.Append([.. _due.Select(d => d.Entry)]);
            Fault = null;
        }
        catch (IOException fault)
        {
            // What is not durable must not take effect. Most likely the disk is full: quiet sources' clocks stand still until it has room again.
            Fault = $"decisions on quiet sources can't be written: {fault.Message}; make room, it goes on by itself";
            return;
        }

        foreach (var (partition, entry) in _due)
        {
            await pump.IdleAsync(partition, entry.Value, cancellation).ConfigureAwait(false);
        }
    }

    private async ValueTask ObeyAsync(int p, Engine.Pump pump, CancellationToken cancellation)
    {
        var source = _sources[p];
        while (_obeyed[p].TryPeek(out var entry) && IsDue(entry, p, source, pump))
        {
            _obeyed[p].Dequeue();
            await pump.IdleAsync(p, entry.Value, cancellation).ConfigureAwait(false);
        }

        SetLimit(p);
    }

    /// <summary>
    /// A decision made in the file being read is due at its position. One made in another file is due when that file lies behind (a later decision
    /// names the present one), else when nothing more can be read: the file it was made in may be gone. One made before a file had a first line is due
    /// before that is read.
    /// </summary>
    private bool IsDue(in ControlEntry entry, int p, IRecordSource source, Engine.Pump pump) =>
        entry.Source == source.SourceHash
            ? entry.Position <= source.Position
            : IsBeforeFirstLine(entry, source) || pump.IsCaughtUp(p) || _obeyed[p].Any(later => later.Source == source.SourceHash);

    private void SetLimit(int p) =>
        _sources[p].Limit = !_obeyed[p].TryPeek(out var next) ? long.MaxValue
            : next.Source == _sources[p].SourceHash ? next.Position
            : IsBeforeFirstLine(next, _sources[p]) ? 0
            : long.MaxValue;

    private static bool IsBeforeFirstLine(in ControlEntry entry, IRecordSource source) => entry.Source == 0 && source.Position == 0;
}
