using SecStream.Core.Events;
using SecStream.Core.Pipeline;

namespace SecStream.Host.Serve;

/// <summary>
/// Decides when a quiet source's watermark moves by the wall clock, writes every such decision to the control log before it takes effect, and
/// after a restart obeys the decisions made since the snapshot, at the positions where they were made.
/// </summary>
internal sealed class IdleControl
{
    private readonly IRecordSource[] _sources;
    private readonly IControlLog _log;
    private readonly TimeProvider _time;
    private readonly long _lateness;
    private readonly Queue<ControlEntry>[] _obeyed;
    private readonly DateTimeOffset[] _lastRecord;
    private readonly long[] _lastPosition;

    /// <summary>Reads the decisions made from entry <paramref name="from"/> on.</summary>
    public IdleControl(IRecordSource[] sources, IControlLog log, long from, TimeProvider time, TimeSpan lateness)
    {
        _sources = sources;
        _log = log;
        _time = time;
        _lateness = EventClock.ToMicroseconds(lateness);
        _obeyed = [.. sources.Select(_ => new Queue<ControlEntry>())];
        _lastRecord = [.. sources.Select(_ => time.GetUtcNow())];
        _lastPosition = [.. sources.Select(s => s.Position)];
        foreach (var entry in log.Read(from).Where(e => e.Kind == "idle"))
        {
            var p = Array.FindIndex(sources, s => s.Name == entry.Subject);
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

    /// <summary>
    /// Takes the decisions that are due. A source is quiet when it is caught up and had nothing for as long as an event may be late.
    /// </summary>
    public async ValueTask TakeAsync(Engine.Pump pump, CancellationToken cancellation)
    {
        var now = _time.GetUtcNow();
        for (var p = 0; p < _sources.Length; p++)
        {
            if (_sources[p].Position != _lastPosition[p])
            {
                _lastPosition[p] = _sources[p].Position;
                _lastRecord[p] = now;
            }

            if (_obeyed[p].Count > 0)
            {
                await ObeyAsync(p, pump, cancellation).ConfigureAwait(false);
            }
            else if (pump.IsCaughtUp(p) && now - _lastRecord[p] >= TimeSpan.FromMicroseconds(_lateness))
            {
                var watermark = EventClock.ToMicroseconds(now) - _lateness;
                _log.Append(new ControlEntry("idle", _sources[p].SourceHash, _sources[p].Position, watermark, _sources[p].Name, ""));
                await pump.IdleAsync(p, watermark, cancellation).ConfigureAwait(false);
            }
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
    /// names the present one), else when nothing more can be read: the file it was made in may be gone.
    /// </summary>
    private bool IsDue(in ControlEntry entry, int p, IRecordSource source, Engine.Pump pump) =>
        entry.Source == source.SourceHash
            ? entry.Position <= source.Position
            : pump.IsCaughtUp(p) || _obeyed[p].Any(later => later.Source == source.SourceHash);

    private void SetLimit(int p) =>
        _sources[p].Limit = _obeyed[p].TryPeek(out var next) && next.Source == _sources[p].SourceHash ? next.Position : long.MaxValue;
}
