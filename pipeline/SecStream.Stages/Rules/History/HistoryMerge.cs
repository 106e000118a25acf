using SecStream.Core.Events;
using SecStream.Core.Observations;

namespace SecStream.Stages.Rules.History;

/// <summary>
/// Keeps the history of a busy key bounded: folded items are merged into one item per second and detection set (occurrences and events summed,
/// identity and differing values gone), and beyond <see cref="MaxSeconds"/> of those the oldest are dropped. What windows see of them is exact
/// to the second.
/// </summary>
internal static class HistoryMerge
{
    /// <summary>Most merged items a key keeps.</summary>
    public const int MaxSeconds = 16_384;

    /// <summary>Merges the items before <paramref name="exactFrom"/>, all folded; returns the occurrences that had to be dropped altogether.</summary>
    public static long Merge(Entity entity, int exactFrom, LaneMemory memory)
    {
        entity.ExactAfter = Math.Max(entity.ExactAfter, entity.Items[exactFrom - 1].Time);
        var write = 0;
        for (var read = 0; read < exactFrom; read++)
        {
            if (write > 0 && MayMerge(entity.Items[write - 1], entity.Items[read]))
            {
                Merge(ref entity.Items[write - 1], ref entity.Items[read], memory);
            }
            else
            {
                entity.Items[write++] = entity.Items[read];
            }
        }

        return Close(entity, memory, exactFrom, write);
    }

    private static long Close(Entity entity, LaneMemory memory, int exactFrom, int write)
    {
        long lost = 0;
        var drop = Math.Max(0, write - MaxSeconds);
        for (var i = 0; i < drop; i++)
        {
            lost += entity.Items[i].Count;
            memory.ReleaseValues(ref entity.Items[i]);
        }

        entity.Items.AsSpan(drop, write - drop).CopyTo(entity.Items);
        write -= drop;
        entity.Items.AsSpan(exactFrom, entity.Count - exactFrom).CopyTo(entity.Items.AsSpan(write));
        var gone = exactFrom - write;
        entity.Count -= gone;
        entity.Evaluated -= gone;
        entity.Folded -= gone;
        entity.Epoch++;
        return lost;
    }

    private static bool MayMerge(in Item a, in Item b) => a.Set == b.Set && a.Time / EventClock.Second == b.Time / EventClock.Second;

    private static void Merge(ref Item into, ref Item from, LaneMemory memory)
    {
        into.Time = from.Time;
        into.Source = from.Source;
        into.Position = from.Position;
        (into.IdHigh, into.IdLow) = (0, (ulong)(into.Events + from.Events));
        into.Count = (int)Math.Min(int.MaxValue, (long)into.Count + from.Count);
        for (var slot = 0; slot < Row.Slots; slot++)
        {
            if (into.Values[slot] != from.Values[slot] || slot == Row.GivenIdSlot)
            {
                memory.Values.Release(into.Values[slot]);
                into.Values[slot] = ValuePool.None;
            }

            memory.Values.Release(from.Values[slot]);
        }
    }
}
