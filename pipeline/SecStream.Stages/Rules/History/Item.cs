using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SecStream.Core.Observations;

namespace SecStream.Stages.Rules.History;

/// <summary>References (<see cref="ValuePool"/>) of an item's values, by row slot.</summary>
[InlineArray(Row.Slots)]
public struct ItemValues
{
    private int _first;
}

/// <summary>
/// One matching event in the history of a key, 84 bytes. Histories are ordered by (time, source, position). Beyond
/// <see cref="Entity.ExactItems"/> the oldest items of one second are merged into one without identity.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public struct Item
{
    /// <summary>Event time, microseconds since 1970 UTC.</summary>
    public long Time;

    /// <summary>Source of the event.</summary>
    public ulong Source;

    /// <summary>Position in the source.</summary>
    public long Position;

    /// <summary>Event id, high half; 0 for merged items.</summary>
    public ulong IdHigh;

    /// <summary>Event id, low half; the number of events for merged items.</summary>
    public ulong IdLow;

    /// <summary>Occurrences.</summary>
    public int Count;

    /// <summary>Which detections it matched (<see cref="DetectionSets"/>).</summary>
    public int Set;

    /// <summary>Its values.</summary>
    public ItemValues Values;

    /// <summary>Whether it stands for several events of one second.</summary>
    public readonly bool IsMerged => IdHigh == 0;

    /// <summary>Number of events it stands for.</summary>
    public readonly long Events => IsMerged ? (long)IdLow : 1;

    /// <summary>Order of events: time, then source, then position; the id only where two sources share a fingerprint.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int CompareOrder(long time, ulong source, long position, ulong idLow)
    {
        if (Time != time)
        {
            return Time < time ? -1 : 1;
        }

        if (Source != source)
        {
            return Source.CompareTo(source);
        }

        return Position != position ? Position.CompareTo(position) : IdLow.CompareTo(idLow);
    }
}
