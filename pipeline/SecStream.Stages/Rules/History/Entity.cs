using System.Runtime.CompilerServices;

namespace SecStream.Stages.Rules.History;

/// <summary>
/// A key of a route and its history: everything its rules need, and nothing else. Alerts are a function of it (<c>Evaluation/</c>).
/// <code>
/// Items: [ folded, kept for look-back | evaluated, may still be corrected | not yet evaluated ]
///        0                     Folded                            Evaluated                 Count
/// </code>
/// Recycled through <see cref="EntityTable"/>. Memory: about 120 bytes + 84 bytes per item (capacities 4, 8, 16 …).
/// </summary>
public sealed class Entity
{
    /// <summary>Evaluated items that are kept exact per key, at least; older ones are folded, and merged per second and set.</summary>
    public const int ExactItems = 4096;

    internal byte[] KeyBytes = [];
    internal int KeyLength;
    internal ulong Hash;
    internal Entity? NextInBucket;

    /// <summary>The history in order; <see cref="Count"/> items in use.</summary>
    public Item[] Items { get; internal set; } = [];

    /// <summary>Items in use.</summary>
    public int Count { get; internal set; }

    /// <summary>Items evaluated: their time lies behind the clock.</summary>
    public int Evaluated { get; internal set; }

    /// <summary>Items folded: older than any event that may still be accepted.</summary>
    public int Folded { get; internal set; }

    /// <summary>Rises when items move other than by appending; positions remembered from an older epoch are void.</summary>
    public int Epoch { get; internal set; }

    /// <summary>Items evaluated since the key is known, those that are gone included: histories are shortened at fixed counts.</summary>
    public long EvaluatedTotal { get; internal set; }

    /// <summary>Items up to this time may have been merged: an event that old can no longer be told from one seen before.</summary>
    public long ExactAfter { get; internal set; } = long.MinValue;

    /// <summary>An item before <see cref="Evaluated"/> was inserted, changed or taken away.</summary>
    public bool IsDirty { get; internal set; }

    /// <summary>Time of the earliest item it is scheduled for, <see cref="long.MaxValue"/> when it is not.</summary>
    public long ScheduledTime { get; internal set; } = long.MaxValue;

    /// <summary>Entries of the schedule that name it; it is not recycled before there are none.</summary>
    public int QueueEntries { get; internal set; }

    /// <summary>A fold at or before this time finds nothing to do, unless some rule has a state for the key.</summary>
    public long NextFold { get; internal set; } = long.MinValue;

    /// <summary>Place in the shard's list of changed keys, from 1; 0: not changed since it was saved.</summary>
    public int ChangedAt { get; internal set; }

    /// <summary>A snapshot has it: when it goes, that must be written down too.</summary>
    public bool IsPersisted { get; internal set; }

    /// <summary>Number of the route.</summary>
    public int Route { get; internal set; }

    /// <summary>State of the rules that have any for this key.</summary>
    public RuleState? States { get; internal set; }

    /// <summary>The canonical key.</summary>
    public ReadOnlySpan<byte> Key => KeyBytes.AsSpan(0, KeyLength);

    /// <summary>The state of a rule (its index in the route), or null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RuleState? FindState(int rule)
    {
        var state = States;
        while (state is not null && state.Rule != rule)
        {
            state = state.Next;
        }

        return state;
    }

    /// <summary>The state of a rule, made when there is none.</summary>
    public RuleState StateOf(int rule)
    {
        var state = FindState(rule);
        if (state is null)
        {
            state = new RuleState(rule) { Next = States };
            States = state;
        }

        return state;
    }

    /// <summary>Takes a state out. Whoever stands at it may still go on to the next.</summary>
    public void Remove(RuleState state)
    {
        if (States == state)
        {
            States = state.Next;
            return;
        }

        for (var before = States; before is not null; before = before.Next)
        {
            if (before.Next == state)
            {
                before.Next = state.Next;
                return;
            }
        }
    }

    /// <summary>First index whose item is not before the given place in the order of events.</summary>
    public int LowerBound(long time, ulong source, long position, ulong idLow)
    {
        if (Count == 0 || Items[Count - 1].CompareOrder(time, source, position, idLow) < 0)
        {
            return Count;
        }

        int low = 0, high = Count - 1;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (Items[middle].CompareOrder(time, source, position, idLow) < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
