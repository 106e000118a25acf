using SecStream.Core.Events;
using SecStream.Stages.Rules.History;
using SecStream.Stages.Rules.Model;
using SecStream.Stages.Rules.Routing;

namespace SecStream.Stages.Rules.Evaluation;

/// <summary>
/// Whether a rule's condition holds at one item of a history: pure functions of the items up to it (and of what folded items left behind).
/// "Sliding window (t − W, t]" throughout. Scans go backwards and stop as soon as the answer is known, so a key below its threshold costs at
/// most threshold steps.
/// </summary>
internal static class Conditions
{
    /// <summary>Thresholds above this keep a running window instead of scanning.</summary>
    public const int MaxScannedThreshold = 64;

    [ThreadStatic]
    private static HashSet<int>? s_seen;

    /// <summary>Whether the condition holds at item <paramref name="at"/>.</summary>
    public static bool Holds(Entity entity, RuleState? state, RouteRule rule, int local, int at, DetectionSets sets, ValuePool pool) => rule.Rule.Kind switch
    {
        RuleKind.Event => true,
        RuleKind.EventCount => CountHolds(entity, rule.Rule, local, at, sets),
        RuleKind.ValueCount => DistinctHolds(entity, rule, local, at, sets),
        RuleKind.Temporal => AllPresent(entity, rule.Rule, local, at, sets),
        RuleKind.TemporalOrdered => InOrder(entity, rule.Rule, local, at, sets),
        RuleKind.NewValue => IsNewValue(entity, state, rule, local, at, sets),
        RuleKind.ImpossibleTravel => Predecessor(entity, state, rule, local, at, sets, out var previous)
            && IsImpossible(rule.Rule, previous, entity.Items[at], rule.ValueSlot, pool, out _, out _),
        RuleKind.Anomaly => entity.Items[at].Values[rule.ValueSlot] != ValuePool.None,
        _ => false,
    };

    /// <summary>First item of the window that ends at <paramref name="at"/>.</summary>
    public static int WindowStart(Entity entity, int at, TimeSpan window)
    {
        var after = entity.Items[at].Time - EventClock.ToMicroseconds(window);
        int low = 0, high = at;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (entity.Items[middle].Time <= after)
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

    /// <summary>The item with a location before <paramref name="at"/>: in the history, or carried over from folded items (which may be merged).</summary>
    public static bool Predecessor(Entity entity, RuleState? state, RouteRule rule, int local, int at, DetectionSets sets, out Item previous)
    {
        previous = default;
        if (entity.Items[at].Values[rule.ValueSlot] == ValuePool.None)
        {
            return false;
        }

        for (var i = at - 1; i >= entity.Folded; i--)
        {
            if (sets[entity.Items[i].Set].InputMasks[local] != 0 && entity.Items[i].Values[rule.ValueSlot] != ValuePool.None)
            {
                previous = entity.Items[i];
                return true;
            }
        }

        if (state is { HasCarry: true })
        {
            previous = state.Carry;
        }

        return state is { HasCarry: true };
    }

    /// <summary>Whether nobody can have gone from one item's place to the other's in the time between.</summary>
    public static bool IsImpossible(AlertRule rule, in Item from, in Item to, int slot, ValuePool pool, out double km, out double hours)
    {
        km = from.Values[slot] == to.Values[slot] ? 0 : GeoPoint.DistanceKm(pool.Get(from.Values[slot]), pool.Get(to.Values[slot]));
        hours = (to.Time - from.Time) / (double)EventClock.Hour;
        return km > rule.MinDistanceKm && km > rule.MaxSpeedKmh * hours;
    }

    private static bool CountHolds(Entity entity, AlertRule rule, int local, int at, DetectionSets sets)
    {
        if (rule.Threshold.Operator is ThresholdOperator.GreaterOrEqual or ThresholdOperator.Greater)
        {
            var needed = rule.Threshold.Value + (rule.Threshold.Operator == ThresholdOperator.Greater ? 1 : 0);
            return needed > MaxScannedThreshold
                ? AdvanceCursor(entity, rule, local, at, sets) >= needed
                : Occurrences(entity, rule, local, at, sets, needed) >= needed;
        }

        return rule.Threshold.Holds(Occurrences(entity, rule, local, at, sets, long.MaxValue));
    }

    private static long Occurrences(Entity entity, AlertRule rule, int local, int at, DetectionSets sets, long enough)
    {
        var after = entity.Items[at].Time - EventClock.ToMicroseconds(rule.Window);
        long sum = 0;
        for (var i = at; i >= 0 && entity.Items[i].Time > after && sum < enough; i--)
        {
            sum += sets[entity.Items[i].Set].InputMasks[local] != 0 ? entity.Items[i].Count : 0;
        }

        return sum;
    }

    /// <summary>The running window of a rule with a high threshold; made again by a scan when items have moved or it lags.</summary>
    private static long AdvanceCursor(Entity entity, AlertRule rule, int local, int at, DetectionSets sets)
    {
        if (entity.Count <= MaxScannedThreshold)
        {
            return Occurrences(entity, rule, local, at, sets, long.MaxValue);
        }

        ref var cursor = ref entity.StateOf(local).Cursor;
        if (!cursor.IsSet || cursor.Epoch != entity.Epoch || cursor.End > at)
        {
            var start = WindowStart(entity, at, rule.Window);
            cursor = new WindowCursor { IsSet = true, Epoch = entity.Epoch, Start = start, End = start };
        }

        for (; cursor.End <= at; cursor.End++)
        {
            cursor.Sum += sets[entity.Items[cursor.End].Set].InputMasks[local] != 0 ? entity.Items[cursor.End].Count : 0;
        }

        var after = entity.Items[at].Time - EventClock.ToMicroseconds(rule.Window);
        for (; entity.Items[cursor.Start].Time <= after; cursor.Start++)
        {
            cursor.Sum -= sets[entity.Items[cursor.Start].Set].InputMasks[local] != 0 ? entity.Items[cursor.Start].Count : 0;
        }

        return cursor.Sum;
    }

    private static bool DistinctHolds(Entity entity, RouteRule rule, int local, int at, DetectionSets sets)
    {
        var after = entity.Items[at].Time - EventClock.ToMicroseconds(rule.Rule.Window);
        var seen = s_seen ??= [];
        seen.Clear();
        for (var i = at; i >= 0 && entity.Items[i].Time > after; i--)
        {
            if (sets[entity.Items[i].Set].InputMasks[local] != 0 && entity.Items[i].Values[rule.ValueSlot] != ValuePool.None)
            {
                seen.Add(entity.Items[i].Values[rule.ValueSlot]);
                if (rule.Rule.Threshold.Operator == ThresholdOperator.GreaterOrEqual && seen.Count >= rule.Rule.Threshold.Value)
                {
                    return true;
                }
            }
        }

        return rule.Rule.Threshold.Holds(seen.Count);
    }

    private static bool AllPresent(Entity entity, AlertRule rule, int local, int at, DetectionSets sets)
    {
        var after = entity.Items[at].Time - EventClock.ToMicroseconds(rule.Window);
        Span<long> missing = stackalloc long[rule.Inputs.Length];
        for (var k = 0; k < missing.Length; k++)
        {
            missing[k] = rule.Inputs[k].MinCount;
        }

        var open = missing.Length;
        for (var i = at; i >= 0 && open > 0 && entity.Items[i].Time > after; i--)
        {
            var mask = sets[entity.Items[i].Set].InputMasks[local];
            for (var k = 0; mask != 0 && k < missing.Length; k++)
            {
                if ((mask >> k & 1) != 0 && missing[k] > 0)
                {
                    missing[k] -= entity.Items[i].Count;
                    open -= missing[k] <= 0 ? 1 : 0;
                }
            }
        }

        return open == 0;
    }

    /// <summary>
    /// The last input occurs at the item's very time and the inputs before it at earlier or equal times, each taken as late as possible, which
    /// finds an order whenever there is one. Non-strict on time, so lines of one second need no order among sources.
    /// </summary>
    private static bool InOrder(Entity entity, AlertRule rule, int local, int at, DetectionSets sets)
    {
        var time = entity.Items[at].Time;
        var after = time - EventClock.ToMicroseconds(rule.Window);
        var bound = time;
        for (var k = rule.Inputs.Length - 1; k >= 0; k--)
        {
            if (!TakeLatest(entity, local, at, sets, k, rule.Inputs[k].MinCount, bound, after, out bound, out var latest)
                || (k == rule.Inputs.Length - 1 && latest != time))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TakeLatest(
        Entity entity, int local, int from, DetectionSets sets, int input, long needed, long bound, long after, out long earliest, out long latest)
    {
        earliest = latest = long.MinValue;
        for (var i = from; i >= 0 && entity.Items[i].Time > after && needed > 0; i--)
        {
            if (entity.Items[i].Time <= bound && (sets[entity.Items[i].Set].InputMasks[local] >> input & 1) != 0)
            {
                latest = latest == long.MinValue ? entity.Items[i].Time : latest;
                earliest = entity.Items[i].Time;
                needed -= entity.Items[i].Count;
            }
        }

        return needed <= 0;
    }

    private static bool IsNewValue(Entity entity, RuleState? state, RouteRule rule, int local, int at, DetectionSets sets)
    {
        var value = entity.Items[at].Values[rule.ValueSlot];
        if (value == ValuePool.None || state?.KnownValues?.Contains(value) == true)
        {
            return false;
        }

        var others = state?.KnownValues?.Count > 0;
        for (var i = at - 1; i >= 0; i--)
        {
            var seen = sets[entity.Items[i].Set].InputMasks[local] != 0 ? entity.Items[i].Values[rule.ValueSlot] : ValuePool.None;
            if (seen == value)
            {
                return false;
            }

            others |= seen != ValuePool.None;
        }

        return others;
    }
}
