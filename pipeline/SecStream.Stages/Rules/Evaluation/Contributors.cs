using System.Globalization;
using SecStream.Core.Events;
using SecStream.Stages.Rules.History;
using SecStream.Stages.Rules.Model;
using SecStream.Stages.Rules.Routing;

namespace SecStream.Stages.Rules.Evaluation;

/// <summary>
/// Which events make up an alert. Counting kinds: every matching event from the first in the window of the opening to the last of the episode.
/// New value and impossible travel: the events at which the condition held (for travel with the login before). Anomaly: the windows.
/// </summary>
internal static class Contributors
{
    /// <summary>Half the circumference of the earth: nothing is further apart.</summary>
    public const double LongestDistanceKm = 20_038;

    private const int MaxKnownValues = 1024;

    /// <summary>The alert that opens at item <paramref name="at"/>.</summary>
    public static AlertDraft Open(Entity entity, RuleState state, RouteRule rule, int local, int at, DetectionSets sets, ValuePool pool)
    {
        var isTemporal = rule.Rule.Kind is RuleKind.Temporal or RuleKind.TemporalOrdered;
        var time = entity.Items[at].Time;
        var draft = new AlertDraft { Opened = time, LastMatch = time, InputTotals = new long[isTemporal ? rule.Rule.Inputs.Length : 0] };
        var start = rule.Rule.Kind is RuleKind.EventCount or RuleKind.ValueCount or RuleKind.Temporal or RuleKind.TemporalOrdered
            ? Conditions.WindowStart(entity, at, rule.Rule.Window)
            : at;
        if (rule.Rule.Kind == RuleKind.ImpossibleTravel)
        {
            AddPredecessor(entity, state, rule, local, at, draft, sets, pool);
        }

        if (rule.Rule.Kind == RuleKind.NewValue)
        {
            NoteKnownValues(entity, state, rule, local, at, draft, sets, pool);
        }

        for (var i = start; i <= at; i++)
        {
            Add(entity, rule, local, i, draft, sets, pool);
        }

        return draft;
    }

    /// <summary>Takes a further matching event into an open alert; false when it does not contribute.</summary>
    public static bool Extend(Entity entity, RuleState state, RouteRule rule, int local, int at, AlertDraft open, DetectionSets sets, ValuePool pool)
    {
        if (rule.Rule.Kind is RuleKind.NewValue or RuleKind.ImpossibleTravel or RuleKind.Anomaly)
        {
            if (!Conditions.Holds(entity, state, rule, local, at, sets, pool))
            {
                return false;
            }

            if (rule.Rule.Kind == RuleKind.ImpossibleTravel)
            {
                AddPredecessor(entity, state, rule, local, at, open, sets, pool);
            }
        }

        Add(entity, rule, local, at, open, sets, pool);
        return true;
    }

    /// <summary>Keeps of an item that is being folded what later conditions need: its value, its place.</summary>
    public static void Remember(Entity entity, RouteRule rule, int local, int at, LaneMemory memory)
    {
        if (rule.Rule.Kind is not (RuleKind.NewValue or RuleKind.ImpossibleTravel) || entity.Items[at].Values[rule.ValueSlot] == ValuePool.None)
        {
            return;
        }

        var state = entity.StateOf(local);
        if (rule.Rule.Kind == RuleKind.NewValue)
        {
            var known = state.KnownValues ??= [];
            if (known.Count < MaxKnownValues && !known.Contains(entity.Items[at].Values[rule.ValueSlot]))
            {
                known.Add(memory.Values.AddReference(entity.Items[at].Values[rule.ValueSlot]));
            }

            return;
        }

        if (state.HasCarry)
        {
            var old = state.Carry;
            memory.ReleaseValues(ref old);
        }

        var carry = entity.Items[at];
        for (var slot = 0; slot < Core.Observations.Row.Slots; slot++)
        {
            memory.Values.AddReference(carry.Values[slot]);
        }

        state.Carry = carry;
        state.HasCarry = true;
    }

    private static void Add(Entity entity, RouteRule rule, int local, int at, AlertDraft draft, DetectionSets sets, ValuePool pool)
    {
        var inputs = sets[entity.Items[at].Set].InputMasks[local];
        if (inputs != 0 && rule.Rule.Kind == RuleKind.Anomaly)
        {
            draft.AddAnomaly(entity.Items[at], rule.ValueSlot, pool);
        }
        else if (inputs != 0)
        {
            draft.Add(entity.Items[at], inputs, rule.ValueSlot, pool);
        }
    }

    private static void AddPredecessor(
        Entity entity, RuleState state, RouteRule rule, int local, int at, AlertDraft draft, DetectionSets sets, ValuePool pool)
    {
        Conditions.Predecessor(entity, state, rule, local, at, sets, out var previous);
        if (!draft.Lists(previous))
        {
            draft.Add(previous, 1, rule.ValueSlot, pool);
        }

        if (draft.Facts.Count > 0)
        {
            return;
        }

        Conditions.IsImpossible(rule.Rule, previous, entity.Items[at], rule.ValueSlot, pool, out var km, out var hours);
        var from = GeoPoint.Unpack(pool.Get(previous.Values[rule.ValueSlot]));
        var to = GeoPoint.Unpack(pool.Get(entity.Items[at].Values[rule.ValueSlot]));
        draft.Facts.Add(("from", from.Name));
        draft.Facts.Add(("to", to.Name));
        draft.Facts.Add(("distance_km", Math.Round(km).ToString(CultureInfo.InvariantCulture)));
        draft.Facts.Add(("elapsed_seconds", Math.Round(hours * 3600).ToString(CultureInfo.InvariantCulture)));
        if (hours > 0)
        {
            draft.Facts.Add(("speed_kmh", Math.Round(km / hours).ToString(CultureInfo.InvariantCulture)));
        }
    }

    private static void NoteKnownValues(
        Entity entity, RuleState state, RouteRule rule, int local, int at, AlertDraft draft, DetectionSets sets, ValuePool pool)
    {
        var known = new List<int>(state.KnownValues ?? []);
        for (var i = 0; i < at; i++)
        {
            var value = sets[entity.Items[i].Set].InputMasks[local] != 0 ? entity.Items[i].Values[rule.ValueSlot] : ValuePool.None;
            if (value != ValuePool.None && !known.Contains(value))
            {
                known.Add(value);
            }
        }

        var names = known.Select(value => System.Text.Encoding.UTF8.GetString(pool.Get(value))).ToArray();
        draft.Facts.Add(("new_value", System.Text.Encoding.UTF8.GetString(pool.Get(entity.Items[at].Values[rule.ValueSlot]))));
        draft.Facts.Add(("known_values", string.Join(", ", names.Take(10))));
        draft.Facts.Add(("known_count", names.Length.ToString(CultureInfo.InvariantCulture)));
    }
}
