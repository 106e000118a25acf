using System.Runtime.InteropServices;
using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Core.Observations;
using SecStream.Stages.Alerting;
using SecStream.Stages.Rules.History;
using SecStream.Stages.Rules.Model;
using SecStream.Stages.Rules.Routing;

namespace SecStream.Stages.Rules.Evaluation;

/// <summary>
/// One of the 64 shards: the keys that hash to it, on all routes. Takes rows in any order, puts each into its key's history, and evaluates
/// histories up to the clock. Each key is independent, so no order between keys is needed; within a key the history is the order.
/// Owned by one lane at a time; not thread-safe.
/// </summary>
public sealed partial class RuleShard : IDraftObserver
{
    private readonly ShardOptions _options;
    private readonly LaneMemory _memory;
    private readonly DetectionSets _sets;
    private readonly AlertFactory _factory;
    private readonly IAlertSink _sink;
    private readonly PriorityQueue<Entity, long> _schedule = new();
    private readonly List<Entity> _dirty = [];
    private readonly List<(Entity Entity, RuleState State)> _unsent = [];
    private readonly Func<Entity, bool> _keep;
    private RoutePlan _plan;
    private EntityTable[] _tables;
    private HistoryEvaluator _evaluator;
    private long _clock = long.MinValue;
    private long _lastSweep = long.MinValue;
    private long _fold = long.MinValue;
    private long _lastRebuild = long.MinValue;
    private long _bytes;

    /// <summary>Makes an empty shard.</summary>
    public RuleShard(RoutePlan plan, ShardOptions options, LaneMemory memory, DetectionSets sets, AlertFactory factory, IAlertSink sink)
    {
        _plan = plan;
        _options = options;
        _memory = memory;
        _sets = sets;
        _factory = factory;
        _sink = sink;
        _tables = [.. plan.Routes.Select(r => new EntityTable(r.Index, memory))];
        _evaluator = new HistoryEvaluator(plan, sets, memory, this);
        _keep = Keep;
    }

    /// <summary>Counts of what the shard could not do exactly.</summary>
    public ShardCounters Counters { get; } = new();

    /// <summary>After an exception: the rule that was being evaluated, and the time of the item it failed at; null: it was no rule.</summary>
    public (string Code, long Time)? Failing => _evaluator.Evaluating is { } rule ? (rule.Code, _evaluator.EvaluatingAt) : null;

    /// <summary>Keys with a history. Read by another thread it is an approximation.</summary>
    public int Keys
    {
        get
        {
            var sum = 0;
            foreach (var table in _tables)
            {
                sum += table.Count;
            }

            return sum;
        }
    }

    /// <summary>State held, in bytes.</summary>
    public long StateBytes => _bytes;

    /// <summary>
    /// Takes a plan that goes on from the present one: more rules and routes at the end, and rules that have come to their end. The sets have taken
    /// it before. Histories stay as they are.
    /// </summary>
    public void UsePlan(RoutePlan plan)
    {
        _plan = plan;
        _tables = [.. _tables, .. plan.Routes.Skip(_tables.Length).Select(r => new EntityTable(r.Index, _memory))];
        _evaluator = new HistoryEvaluator(plan, _sets, _memory, this);
    }

    /// <summary>Takes a row. Rows may come in any order and more than once.</summary>
    public void Accept(in Row row)
    {
        ref readonly var header = ref row.Header;
        if (header.Time < _fold)
        {
            Counters.Unevaluated++;
            return;
        }

        var before = _memory.LiveBytes;
        var entity = header.Count > 0 ? _tables[header.Route].GetOrAdd(row.Key) : _tables[header.Route].Find(row.Key);
        if (entity is not null)
        {
            if (Insert(entity, row))
            {
                MarkChanged(entity);
                Schedule(entity);
            }

            _bytes += _memory.LiveBytes - before;
            EvictIfFull();
        }
    }

    /// <summary>Evaluates what lies before the clock; corrects what late rows changed; folds and drops what nothing can change any more.</summary>
    public void Advance(long clock)
    {
        if (clock <= _clock)
        {
            return;
        }

        _clock = clock;
        if (_dirty.Count > 0 && (clock == long.MaxValue || clock - _lastRebuild >= _options.CorrectionInterval || _lastRebuild == long.MinValue))
        {
            Correct();
        }

        while (_schedule.TryPeek(out var entity, out var time) && time < clock)
        {
            _schedule.Dequeue();
            entity.QueueEntries--;
            if (entity.ScheduledTime == time)
            {
                entity.ScheduledTime = long.MaxValue;
                Counters.Lost += _evaluator.EvaluateUpTo(entity, clock);
                MarkChanged(entity);
                Schedule(entity);
            }
        }

        SendRevisions();
        if (clock == long.MaxValue || clock - _lastSweep >= _options.SweepInterval || _lastSweep == long.MinValue)
        {
            Sweep();
        }
    }

    void IDraftObserver.Changed(Entity entity, RuleState state)
    {
        if (_options.RevisionInterval < long.MaxValue && !state.IsQueued)
        {
            state.IsQueued = true;
            _unsent.Add((entity, state));
        }
    }

    void IDraftObserver.Settled(Entity entity, RouteRule rule, AlertDraft draft) =>
        _sink.Upsert(_factory.Make(rule.Rule, _plan.Routes[entity.Route], entity.Key, draft, _memory.Values), settled: true);

    void IDraftObserver.Vanished(Entity entity, RouteRule rule, AlertDraft before, AlertDraft? instead)
    {
        if (before.SentTotal >= 0)
        {
            var route = _plan.Routes[entity.Route];
            _sink.Withdraw(
                _factory.MakeId(rule.Rule, route, entity.Key, before.Opened),
                instead is null ? null : _factory.MakeId(rule.Rule, route, entity.Key, instead.Opened));
        }
    }

    /// <summary>Puts a row into a history; false when it was there already.</summary>
    private bool Insert(Entity entity, in Row row)
    {
        ref readonly var header = ref row.Header;
        if (header.Time <= entity.ExactAfter)
        {
            // Beyond the bound of the key: counting it again would be worse than not counting it.
            Counters.Unevaluated++;
            return false;
        }

        var at = FindSame(entity, row, out var same);
        if (same)
        {
            return header.IsCorrection != 0 ? Correct(entity, at, header.Count) : Widen(entity, at, row);
        }

        if (header.Count == 0)
        {
            return false;
        }

        _memory.EnsureRoom(entity);
        if (at < entity.Count)
        {
            entity.Items.AsSpan(at, entity.Count - at).CopyTo(entity.Items.AsSpan(at + 1));
            entity.Epoch++;
        }

        entity.Count++;
        entity.NextFold = Math.Min(entity.NextFold, header.Time);
        Fill(ref entity.Items[at], row);
        if (at < entity.Evaluated || header.Time < _clock)
        {
            entity.Evaluated += at < entity.Evaluated ? 1 : 0;
            MarkDirty(entity, at);
        }

        return true;
    }

    /// <summary>
    /// An item inserted behind the clock belongs to the evaluated part even where everything evaluated is older than it.
    /// </summary>
    private void MarkDirty(Entity entity, int at)
    {
        if (at >= entity.Evaluated)
        {
            // Nothing evaluated lies behind it: the ordinary schedule takes it, at once.
            return;
        }

        if (!entity.IsDirty)
        {
            entity.IsDirty = true;
            _dirty.Add(entity);
        }
    }

    /// <summary>
    /// Where the row's item is or belongs. An event's line and its attempt are two items, the line first.
    /// </summary>
    private int FindSame(Entity entity, in Row row, out bool same)
    {
        ref readonly var header = ref row.Header;
        var at = entity.LowerBound(header.Time, header.Source, header.Position, header.IdLow);
        same = IsEvent(entity, at, header);
        if (same && _sets[entity.Items[at].Set].IsAttempt != (header.IsAttempt != 0))
        {
            at += header.IsAttempt;
            same = header.IsAttempt != 0 && IsEvent(entity, at, header);
        }

        return at;
    }

    private static bool IsEvent(Entity entity, int at, in RowHeader header) =>
        at < entity.Count && entity.Items[at].IdHigh == header.IdHigh && entity.Items[at].IdLow == header.IdLow;

    /// <summary>The same event by another way (aliases may take a key from different fields): what it matched there belongs to it too.</summary>
    private bool Widen(Entity entity, int at, in Row row)
    {
        var set = _sets.Union(entity.Items[at].Set, row.DetectionBytes);
        if (set == entity.Items[at].Set)
        {
            return false;
        }

        entity.Items[at].Set = set;
        entity.Epoch++;
        MarkDirty(entity, at);
        return true;
    }

    private bool Correct(Entity entity, int at, int count)
    {
        if (entity.Items[at].Count == count)
        {
            return false;
        }

        if (count > 0)
        {
            entity.Items[at].Count = count;
            MarkDirty(entity, at);
        }
        else
        {
            MarkDirty(entity, at);
            _memory.ReleaseValues(ref entity.Items[at]);
            entity.Items.AsSpan(at + 1, entity.Count - at - 1).CopyTo(entity.Items.AsSpan(at));
            entity.Count--;
            entity.Evaluated -= at < entity.Evaluated ? 1 : 0;
        }

        entity.Epoch++;
        return true;
    }

    private void Fill(ref Item item, in Row row)
    {
        ref readonly var header = ref row.Header;
        item.Time = header.Time;
        item.Source = header.Source;
        item.Position = header.Position;
        item.IdHigh = header.IdHigh;
        item.IdLow = header.IdLow;
        item.Count = header.Count;
        item.Set = _sets.Intern(header.Route, header.Time, header.IsAttempt != 0, row.DetectionBytes);
        var lengths = MemoryMarshal.Cast<byte, ushort>(row.ValueLengths(out var offset));
        for (var slot = 0; slot < Row.Slots; slot++)
        {
            var length = lengths[slot];
            item.Values[slot] = length == ushort.MaxValue ? ValuePool.None : _memory.Values.Intern(row.Bytes.Slice(offset, length));
            offset += length == ushort.MaxValue ? 0 : length;
        }
    }

    private void Schedule(Entity entity)
    {
        if (entity.Evaluated >= entity.Count)
        {
            return;
        }

        var time = entity.Items[entity.Evaluated].Time;
        if (time < entity.ScheduledTime)
        {
            entity.ScheduledTime = time;
            entity.QueueEntries++;
            _schedule.Enqueue(entity, time);
        }
    }

    private void Correct()
    {
        _lastRebuild = _clock;
        foreach (var entity in _dirty)
        {
            if (entity.IsDirty)
            {
                _evaluator.Rebuild(entity);
                MarkChanged(entity);
                Counters.Corrections++;
            }
        }

        _dirty.Clear();
    }

    private void Sweep()
    {
        if (_dirty.Count > 0)
        {
            Correct();
        }

        _lastSweep = _clock;
        _fold = _clock == long.MaxValue ? long.MaxValue : Math.Max(_fold, _clock - _options.Horizon);
        var before = _memory.LiveBytes;
        foreach (var table in _tables)
        {
            if (table.Count > 0)
            {
                table.Sweep(_keep);
            }
        }

        _bytes += _memory.LiveBytes - before;
        EvictIfFull();
    }

    /// <summary>Sends new alerts at once and grown ones at most once per revision interval.</summary>
    private void SendRevisions()
    {
        var kept = 0;
        for (var i = 0; i < _unsent.Count; i++)
        {
            var (entity, state) = _unsent[i];
            var rule = _plan.Routes[entity.Route].Rules[state.Rule].Rule;
            var wait = false;
            foreach (var draft in state.Alerts)
            {
                if (draft.SentTotal == draft.Total && draft.SentEnd == draft.End)
                {
                    continue;
                }

                if (draft.SentTotal >= 0 && _clock != long.MaxValue && _clock - draft.SentAt < _options.RevisionInterval)
                {
                    wait = true;
                    continue;
                }

                draft.SentTotal = draft.Total;
                draft.SentEnd = draft.End;
                draft.SentAt = _clock;
                _sink.Upsert(_factory.Make(rule, _plan.Routes[entity.Route], entity.Key, draft, _memory.Values), settled: false);
            }

            state.IsQueued = wait;
            if (entity.FindState(state.Rule) == state)
            {
                // Else the key has gone meanwhile, and the entity may be another's, even another shard's.
                MarkChanged(entity);
            }

            if (wait)
            {
                _unsent[kept++] = _unsent[i];
            }
        }

        _unsent.RemoveRange(kept, _unsent.Count - kept);
    }
}
