using SecStream.Core.Events;
using SecStream.Stages.Rules.History;
using SecStream.Stages.Rules.Model;
using SecStream.Stages.Rules.Routing;

namespace SecStream.Stages.Rules.Evaluation;

/// <summary>What an evaluation reports about alerts. Called by the thread that evaluates.</summary>
internal interface IDraftObserver
{
    /// <summary>A draft was opened or grew.</summary>
    void Changed(Entity entity, RuleState state);

    /// <summary>A draft can't change any more. It is released after the call.</summary>
    void Settled(Entity entity, RouteRule rule, AlertDraft draft);

    /// <summary>A draft that was there before a correction is not there after it.</summary>
    void Vanished(Entity entity, RouteRule rule, AlertDraft before, AlertDraft? instead);
}

/// <summary>
/// Alerts as a function of a key's history. <see cref="EvaluateUpTo"/> is the in-order case: one step per item. <see cref="Rebuild"/> computes
/// the same function again from the fold when history has changed behind the clock. <see cref="Fold"/> moves the point from which it starts.
/// One per lane, not thread-safe.
/// </summary>
internal sealed class HistoryEvaluator(RoutePlan plan, DetectionSets sets, LaneMemory memory, IDraftObserver observer)
{
    private readonly long[] _lookBack = new long[plan.Routes.Length];
    private readonly long[] _lookBackUntil = [.. plan.Routes.Select(_ => long.MinValue)];

    /// <summary>
    /// Evaluates the items before <paramref name="clock"/> that have not been yet. A long history is shortened on the way, at counts of items
    /// rather than at calls, so that it does not depend on how often it is called. Returns the occurrences that had to be dropped altogether.
    /// </summary>
    public long EvaluateUpTo(Entity entity, long clock)
    {
        long lost = 0;
        var rules = plan.Routes[entity.Route].Rules;
        while (entity.Evaluated < entity.Count && entity.Items[entity.Evaluated].Time < clock)
        {
            var at = entity.Evaluated++;
            foreach (var local in sets[entity.Items[at].Set].Rules)
            {
                Step(entity, rules[local], local, at, folding: false);
            }

            lost += ++entity.EvaluatedTotal % Entity.ExactItems == 0 ? Shorten(entity, rules) : 0;
        }

        return lost;
    }

    /// <summary>
    /// Folds all but the last <see cref="Entity.ExactItems"/> evaluated items before their time, so that alerts keep what they know of them, and
    /// merges what windows may still reach back to.
    /// </summary>
    private long Shorten(Entity entity, RouteRule[] rules)
    {
        var end = entity.Evaluated - Entity.ExactItems;
        if (end <= 0)
        {
            return 0;
        }

        if (entity.IsDirty)
        {
            Rebuild(entity);
        }

        for (var at = entity.Folded; at < end; at++)
        {
            FoldItem(entity, rules, at);
        }

        entity.Folded = Math.Max(entity.Folded, end);
        return HistoryMerge.Merge(entity, end, memory);
    }

    /// <summary>Evaluates again from the fold on, and reports how the alerts differ from before.</summary>
    public void Rebuild(Entity entity)
    {
        entity.IsDirty = false;
        var rules = plan.Routes[entity.Route].Rules;
        var before = new List<(int Rule, AlertDraft Draft)>();
        for (var state = entity.States; state is not null; state = state.Next)
        {
            before.AddRange(state.Alerts.Select(draft => (state.Rule, draft)));
            state.Alerts.Clear();
            if (state.FoldedOpen is not null)
            {
                state.Alerts.Add(state.FoldedOpen.Clone(memory.Values));
            }
        }

        for (var at = entity.Folded; at < entity.Evaluated; at++)
        {
            foreach (var local in sets[entity.Items[at].Set].Rules)
            {
                Step(entity, rules[local], local, at, folding: false);
            }
        }

        foreach (var (rule, draft) in before)
        {
            Reconcile(entity, rules[rule], entity.FindState(rule)!, draft);
        }
    }

    /// <summary>Whether <see cref="Fold"/> may find something to do.</summary>
    public static bool MayFold(Entity entity, long fold) => entity.States is not null || fold > entity.NextFold;

    /// <summary>
    /// Folds the items before <paramref name="fold"/> (no event that old is accepted any more) and drops those no window reaches back to.
    /// False when nothing is left of the entity.
    /// </summary>
    public bool Fold(Entity entity, long fold)
    {
        if (!MayFold(entity, fold))
        {
            return true;
        }

        var rules = plan.Routes[entity.Route].Rules;
        var end = entity.Folded;
        while (end < entity.Evaluated && entity.Items[end].Time < fold)
        {
            FoldItem(entity, rules, end);
            end++;
        }

        entity.Folded = end;
        var empty = true;
        for (var state = entity.States; state is not null; state = state.Next)
        {
            SettleEnded(entity, rules[state.Rule], state, fold);
            DropStaleCarry(rules[state.Rule], state, fold);
            ForgetEnded(entity, rules[state.Rule], state, fold);
            empty &= state.IsEmpty;
        }

        Drop(entity, fold);
        NoteNextFold(entity, fold);
        return entity.Count > 0 || !empty;
    }

    /// <summary>Most keys have nothing to fold at most sweeps: this says so without looking at their items.</summary>
    private void NoteNextFold(Entity entity, long fold)
    {
        entity.NextFold = entity.Count == 0 ? long.MinValue : entity.Items[0].Time + LookBack(entity.Route, fold);
        if (entity.Folded < entity.Count)
        {
            entity.NextFold = Math.Min(entity.NextFold, entity.Items[entity.Folded].Time);
        }
    }

    /// <summary>The rule being evaluated, and at which time; null between rules. After an exception it tells whose it is.</summary>
    public AlertRule? Evaluating { get; private set; }

    /// <summary>Time of the item it is evaluated at.</summary>
    public long EvaluatingAt { get; private set; }

    private void Step(Entity entity, RouteRule rule, int local, int at, bool folding)
    {
        Evaluating = rule.Rule;
        EvaluatingAt = entity.Items[at].Time;
        Decide(entity, rule, local, at, folding);
        Evaluating = null;
    }

    private void Decide(Entity entity, RouteRule rule, int local, int at, bool folding)
    {
        ref readonly var item = ref entity.Items[at];
        var state = entity.FindState(local);
        var open = folding ? state?.FoldedOpen : OpenAlert(state);
        if (open is not null)
        {
            if (!EpisodeEnds(rule, open.LastMatch, item.Time))
            {
                open.LastMatch = item.Time;
                Extend(entity, state!, rule, local, at, open, folding);
                return;
            }

            open.IsClosed = true;
            if (folding)
            {
                Settle(entity, rule, state!);
            }
        }

        if (Conditions.Holds(entity, state, rule, local, at, sets, memory.Values))
        {
            Open(entity, entity.StateOf(local), rule, local, at, folding);
        }
    }

    private static AlertDraft? OpenAlert(RuleState? state) => state is { HasAlerts: true, Alerts: [.., { IsClosed: false } last] } ? last : null;

    /// <summary>An episode ends when the next matching event comes a gap later, and is cut at UTC midnight.</summary>
    private static bool EpisodeEnds(RouteRule rule, long last, long next) =>
        next >= last + EventClock.ToMicroseconds(rule.Rule.Gap) || EventClock.DayNumber(next) != EventClock.DayNumber(last);

    private void Open(Entity entity, RuleState state, RouteRule rule, int local, int at, bool folding)
    {
        var draft = Contributors.Open(entity, state, rule, local, at, sets, memory.Values);
        if (folding)
        {
            state.FoldedOpen = draft;
        }
        else
        {
            state.Alerts.Add(draft);
            observer.Changed(entity, state);
        }
    }

    private void Extend(Entity entity, RuleState state, RouteRule rule, int local, int at, AlertDraft open, bool folding)
    {
        if (Contributors.Extend(entity, state, rule, local, at, open, sets, memory.Values) && !folding)
        {
            observer.Changed(entity, state);
        }
    }

    private void Reconcile(Entity entity, RouteRule rule, RuleState state, AlertDraft before)
    {
        var same = state.Alerts.Find(draft => draft.Opened == before.Opened);
        if (same is not null)
        {
            // A changed content must go out even when its totals are equal, hence the end is left unsaid.
            same.SentTotal = before.SentTotal < 0 ? -1 : 0;
            same.SentAt = before.SentAt;
            observer.Changed(entity, state);
        }
        else
        {
            var instead = state.Alerts.Find(draft => draft.Start <= before.LastMatch && draft.LastMatch >= before.Start);
            observer.Vanished(entity, rule, before, instead);
        }

        before.Release(memory.Values);
    }

    private void FoldItem(Entity entity, RouteRule[] rules, int at)
    {
        foreach (var local in sets[entity.Items[at].Set].Rules)
        {
            var state = entity.FindState(local);
            if (state is not null && (state.HasAlerts || state.FoldedOpen is not null))
            {
                Step(entity, rules[local], local, at, folding: true);
            }

            Contributors.Remember(entity, rules[local], local, at, memory);
        }
    }

    private void SettleEnded(Entity entity, RouteRule rule, RuleState state, long fold)
    {
        if (state.FoldedOpen is { } open && EpisodeEnds(rule, open.LastMatch, fold) && fold > open.LastMatch)
        {
            Settle(entity, rule, state);
        }
    }

    private void Settle(Entity entity, RouteRule rule, RuleState state)
    {
        var settled = state.FoldedOpen!;
        state.FoldedOpen = null;
        var live = state.Alerts.FindIndex(draft => draft.Opened == settled.Opened);
        if (live >= 0)
        {
            settled.SentTotal = state.Alerts[live].SentTotal;
            settled.SentEnd = state.Alerts[live].SentEnd;
            state.Alerts[live].Release(memory.Values);
            state.Alerts.RemoveAt(live);
        }

        observer.Settled(entity, rule, settled);
        settled.Release(memory.Values);
    }

    private void DropStaleCarry(RouteRule rule, RuleState state, long fold)
    {
        if (state.HasCarry && (fold - state.Carry.Time) / (double)EventClock.Hour * rule.Rule.MaxSpeedKmh > Contributors.LongestDistanceKm)
        {
            var carry = state.Carry;
            memory.ReleaseValues(ref carry);
            state.HasCarry = false;
        }
    }

    /// <summary>What a rule remembers of folded items is of no use to it once no event can come that it looks at; then its state goes, too.</summary>
    private void ForgetEnded(Entity entity, RouteRule rule, RuleState state, long fold)
    {
        if (rule.Rule.Until > fold || rule.Rule.Until == long.MaxValue)
        {
            return;
        }

        state.KnownValues?.ForEach(memory.Values.Release);
        state.KnownValues = null;
        if (state.HasCarry)
        {
            var carry = state.Carry;
            memory.ReleaseValues(ref carry);
            state.HasCarry = false;
        }

        if (state.IsEmpty && !state.IsQueued)
        {
            entity.Remove(state);
        }
    }

    /// <summary>The widest window of a route's rules that may still look at an event of this time or later.</summary>
    private long LookBack(int route, long fold)
    {
        if (fold >= _lookBackUntil[route])
        {
            FindLookBack(route, fold);
        }

        return _lookBack[route];
    }

    /// <summary>Apart from the above because a lambda costs an allocation wherever its method is entered.</summary>
    private void FindLookBack(int route, long fold)
    {
        var rules = plan.Routes[route].Rules.Select(r => r.Rule).Where(r => r.Until > fold).ToArray();
        _lookBack[route] = rules.Select(r => EventClock.ToMicroseconds(r.Window)).DefaultIfEmpty(0).Max();
        _lookBackUntil[route] = rules.Select(r => r.Until).DefaultIfEmpty(long.MaxValue).Min();
    }

    private void Drop(Entity entity, long fold)
    {
        var reach = fold == long.MaxValue ? long.MaxValue : fold - LookBack(entity.Route, fold);
        var dropped = 0;
        while (dropped < entity.Folded && entity.Items[dropped].Time <= reach)
        {
            memory.ReleaseValues(ref entity.Items[dropped]);
            dropped++;
        }

        if (dropped > 0)
        {
            entity.Items.AsSpan(dropped, entity.Count - dropped).CopyTo(entity.Items);
            entity.Count -= dropped;
            entity.Folded -= dropped;
            entity.Evaluated -= dropped;
            entity.Epoch++;
            memory.Shrink(entity);
        }
    }
}
