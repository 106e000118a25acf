using SecStream.Core.Events;
using SecStream.Core.Observations;

namespace SecStream.Stages.Rules.History;

/// <summary>
/// Keeps the history of a busy key bounded: beyond twice <see cref="Entity.ExactItems"/> evaluated items, the oldest are merged into one item per
/// second and detection set (occurrences summed, identity and differing values gone), and beyond <see cref="MaxSeconds"/> of those the oldest
/// are dropped. A late event that falls among merged items is exact to the second.
/// </summary>
internal static class HistoryMerge
{
    /// <summary>Most merged items a key keeps.</summary>
    public const int MaxSeconds = 16_384;

    /// <summary>Merges when the history is long enough; returns the occurrences that had to be dropped altogether.</summary>
    public static long MergeIfLong(Entity entity, LaneMemory memory)
    {
        var exactFrom = entity.Evaluated - Entity.ExactItems;
        if (entity.Count < entity.Items.Length || exactFrom < Entity.ExactItems)
        {
            return 0;
        }

        int write = 0, folded = 0;
        for (var read = 0; read < exactFrom; read++)
        {
            folded = read == entity.Folded ? write : folded;
            if (write > 0 && read != entity.Folded && MayMerge(entity.Items[write - 1], entity.Items[read]))
            {
                Merge(ref entity.Items[write - 1], ref entity.Items[read], memory);
            }
            else
            {
                entity.Items[write++] = entity.Items[read];
            }
        }

        entity.Folded = entity.Folded >= exactFrom ? entity.Folded - (exactFrom - write) : folded;
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
        entity.Folded = Math.Max(0, entity.Folded - drop);
        entity.Epoch++;
        return lost;
    }

    private static bool MayMerge(in Item a, in Item b) => a.Set == b.Set && a.Time / EventClock.Second == b.Time / EventClock.Second;

    private static void Merge(ref Item into, ref Item from, LaneMemory memory)
    {
        into.Time = from.Time;
        into.Source = from.Source;
        into.Position = from.Position;
        into.IdHigh = into.IdLow = 0;
        into.Count += from.Count;
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
