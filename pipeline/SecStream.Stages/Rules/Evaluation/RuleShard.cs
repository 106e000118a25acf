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
