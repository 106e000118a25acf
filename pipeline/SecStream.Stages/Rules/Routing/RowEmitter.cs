using SecStream.Core.Events;
using SecStream.Core.Fields;
using SecStream.Core.Observations;
using SecStream.Core.Text;

namespace SecStream.Stages.Rules.Routing;

/// <summary>
/// Turns the detections an event matched into rows, one per key it concerns. One per worker; allocates nothing.
/// Login lines (<see cref="EventRecord.LoginLine"/>) become one session row; what they mean as an attempt goes along as followers.
/// </summary>
public sealed partial class RowEmitter
{
    private readonly RoutePlan _plan;
    private readonly bool[] _countsAttempts;
    private readonly ulong[] _routeHashes;
    private readonly int[] _touched;
    private readonly ushort[][] _direct;
    private readonly ushort[][] _attempt;
    private readonly int[] _directCount;
    private readonly int[] _attemptCount;
    private readonly KeyWriter _key = new();
    private readonly RowValues _values = new();
    private readonly ulong _tenantHash;

    /// <summary>Makes an emitter for a plan and a tenant.</summary>
    public RowEmitter(RoutePlan plan, RuleSet rules, string tenant)
    {
        _plan = plan;
        _countsAttempts = [.. rules.Detections.Select(d => d.CountsAttempts)];
        _anomalyDetections = [.. rules.Detections.Where(d => d.IsOfAnomalies).Select(d => d.Index)];
        _tenantHash = StableHash.Compute(System.Text.Encoding.UTF8.GetBytes(tenant));
        _routeHashes = [.. plan.Routes.Select(r => StableHash.Compute(System.Text.Encoding.UTF8.GetBytes(r.Name), _tenantHash))];
        _touched = new int[plan.Entries.Length];
        _direct = [.. plan.Entries.Select(e => new ushort[e.Detections.Length])];
        _attempt = [.. plan.Entries.Select(e => new ushort[e.Detections.Length])];
        _directCount = new int[plan.Entries.Length];
        _attemptCount = new int[plan.Entries.Length];
    }

    /// <summary>Appends the event's rows to the buffer of each row's shard (an array of <see cref="Row.ShardCount"/>, entries may be shared).</summary>
    /// <param name="record">The event, enriched.</param>
    /// <param name="matched">Detections it matched, ascending.</param>
    /// <param name="stamp">Time, order and identity for the rows.</param>
    /// <param name="buffers">Where rows go, by shard.</param>
    /// <returns>Number of rows written.</returns>
    public int Emit(EventRecord record, ReadOnlySpan<int> matched, in RowStamp stamp, RowBuffer[] buffers)
    {
        if (matched.IsEmpty && record.LoginLine == LoginLine.None)
        {
            return 0;
        }

        var touched = Distribute(record, matched, stamp.Time);
        _values.Read(record, stamp.HasOwnId);
        var rows = 0;
        for (var i = 0; i < touched; i++)
        {
            var entry = _touched[i];
            if (_directCount[entry] > 0 && _key.Write(record, _plan.Entries[entry].Key))
            {
                var shard = ShardOf(_routeHashes[_plan.Entries[entry].Route.Index]);
                Write(buffers[shard], record, entry, _direct[entry].AsSpan(0, _directCount[entry]), stamp, shard);
                rows++;
            }
        }

        if (record.LoginLine != LoginLine.None)
        {
            WriteSession(record, touched, stamp, buffers);
            rows++;
        }

        for (var i = 0; i < touched; i++)
        {
            _directCount[_touched[i]] = 0;
            _attemptCount[_touched[i]] = 0;
        }

        return rows;
    }

    private int Distribute(EventRecord record, ReadOnlySpan<int> matched, long time)
    {
        var entriesOf = _plan.EntriesAt(time);
        var touched = 0;
        foreach (var detection in matched)
        {
            var asAttempt = record.LoginLine != LoginLine.None && _countsAttempts[detection];
            foreach (var entry in entriesOf[detection])
            {
                if (_directCount[entry] == 0 && _attemptCount[entry] == 0)
                {
                    _touched[touched++] = entry;
                }

                if (asAttempt)
                {
                    _attempt[entry][_attemptCount[entry]++] = (ushort)detection;
                }
                else
                {
                    _direct[entry][_directCount[entry]++] = (ushort)detection;
                }
            }
        }

        return touched;
    }

    private int ShardOf(ulong routeHash) => (int)(StableHash.Compute(_key.Bytes, routeHash) % Row.ShardCount);

    private void Write(RowBuffer buffer, EventRecord record, int entry, ReadOnlySpan<ushort> detections, in RowStamp stamp, int shard)
    {
        var route = _plan.Entries[entry].Route;
        var start = buffer.Length;
        buffer.Reserve(RowHeader.Size);
        buffer.Append(_key.Bytes);
        buffer.Append(System.Runtime.InteropServices.MemoryMarshal.AsBytes(detections));
        _values.Write(buffer, record, route.ValueFields);
        FillHeader(buffer, start, record, stamp, shard, (ushort)route.Index, (ushort)detections.Length, 0);
    }

    private void WriteSession(EventRecord record, int touched, in RowStamp stamp, RowBuffer[] buffers)
    {
        _key.WriteSession(record);
        var shard = ShardOf(_tenantHash);
        var buffer = buffers[shard];
        var start = buffer.Length;
        buffer.Reserve(RowHeader.Size);
        buffer.Append(_key.Bytes);
        RowValues.WriteNone(buffer);
        var keyLength = _key.Bytes.Length;
        var followers = buffer.Length;
        for (var i = 0; i < touched; i++)
        {
            var entry = _touched[i];
            if (_attemptCount[entry] > 0 && _key.Write(record, _plan.Entries[entry].Key))
            {
                var row = buffer.Length;
                Write(buffer, record, entry, _attempt[entry].AsSpan(0, _attemptCount[entry]), stamp, ShardOf(_routeHashes[_plan.Entries[entry].Route.Index]));
                buffer.HeaderAt(row).IsAttempt = 1;
            }
        }

        FillHeader(buffer, start, record, stamp, shard, Row.SessionRoute, 0, buffer.Length - followers);
        buffer.HeaderAt(start).KeyLength = (ushort)keyLength;
        buffer.HeaderAt(start).LoginLine = record.LoginLine;
    }

    private void FillHeader(
        RowBuffer buffer, int start, EventRecord record, in RowStamp stamp, int shard, ushort route, ushort detections, int followersLength)
    {
        ref var header = ref buffer.HeaderAt(start);
        header = default;
        header.Length = buffer.Length - start;
        header.FollowersLength = followersLength;
        header.Route = route;
        header.Shard = (byte)shard;
        header.KeyLength = (ushort)_key.Bytes.Length;
        header.DetectionCount = detections;
        header.Count = record.Count;
        header.Time = stamp.Time;
        header.Source = stamp.Source;
        header.Position = stamp.Position;
        header.IdHigh = stamp.Id.High;
        header.IdLow = stamp.Id.Low;
    }
}

/// <summary>What all rows of an event share: evaluated event time, place in the order of events, identity.</summary>
/// <param name="Time">Time it is evaluated at, µs.</param>
/// <param name="Source">Second key of the order of events.</param>
/// <param name="Position">Third key of the order of events.</param>
/// <param name="Id">Identity.</param>
/// <param name="HasOwnId">The event brought its <c>event.id</c>.</param>
/// <param name="Marks">How it is recognised when it comes again.</param>
public readonly record struct RowStamp(long Time, ulong Source, long Position, EventId Id, bool HasOwnId, RowMarks Marks = RowMarks.None);
