using System.Runtime.InteropServices;
using SecStream.Core.Events;
using SecStream.Core.Observations;

namespace SecStream.Stages.Rules.Routing;

/// <content>
/// Observations of anomalies. A window may be judged again, so what it means to a key may change: each time every key that a rule about anomalies
/// could know it by is told what holds now, in a row that replaces the one before, of no occurrences where nothing matches (any more).
/// </content>
public sealed partial class RowEmitter
{
    private readonly int[] _anomalyDetections;
    private readonly List<Told> _told = [];

    /// <summary>Appends the rows of an observation of an anomaly. Rare, so it may allocate.</summary>
    /// <param name="record">The observation.</param>
    /// <param name="matched">Detections of anomalies it matched, ascending; none: it is taken back.</param>
    /// <param name="stamp">Time, order and identity, the same each time.</param>
    /// <param name="anomaly">The anomaly.</param>
    /// <param name="buffers">Where rows go, by shard.</param>
    public void EmitAnomaly(EventRecord record, ReadOnlySpan<int> matched, in RowStamp stamp, ReadOnlyMemory<byte> anomaly, RowBuffer[] buffers)
    {
        _told.Clear();
        var entriesOf = _plan.EntriesAt(stamp.Time);
        foreach (var detection in _anomalyDetections)
        {
            foreach (var entry in entriesOf[detection])
            {
                if (_key.Write(record, _plan.Entries[entry].Key))
                {
                    var told = ToldOf(entry);
                    if (matched.BinarySearch(detection) >= 0)
                    {
                        told.Detections.Add((ushort)detection);
                    }
                }
            }
        }

        _values.Read(record, hasOwnId: false, anomaly);
        foreach (var told in _told)
        {
            Tell(record, told, stamp, buffers);
        }
    }

    /// <summary>Two ways onto one route (aliases) may lead to the same key: that is one row, for a row replaces what was there.</summary>
    private Told ToldOf(int entry)
    {
        var route = _plan.Entries[entry].Route.Index;
        foreach (var told in _told)
        {
            if (_plan.Entries[told.Entry].Route.Index == route && _key.Bytes.SequenceEqual(told.Key))
            {
                return told;
            }
        }

        _told.Add(new Told(entry, _key.Bytes.ToArray()));
        return _told[^1];
    }

    private void Tell(EventRecord record, Told told, in RowStamp stamp, RowBuffer[] buffers)
    {
        _key.Write(record, _plan.Entries[told.Entry].Key);
        var shard = ShardOf(_routeHashes[_plan.Entries[told.Entry].Route.Index]);
        var start = buffers[shard].Length;
        Write(buffers[shard], record, told.Entry, CollectionsMarshal.AsSpan(told.Detections), stamp, shard);
        ref var header = ref buffers[shard].HeaderAt(start);
        header.Count = told.Detections.Count > 0 ? 1 : 0;
        header.IsCorrection = RowHeader.Replaces;
    }

    /// <param name="Entry">A way to the key.</param>
    /// <param name="Key">The key.</param>
    private sealed record Told(int Entry, byte[] Key)
    {
        /// <summary>What the observation matches for it, ascending.</summary>
        public List<ushort> Detections { get; } = [];
    }
}
