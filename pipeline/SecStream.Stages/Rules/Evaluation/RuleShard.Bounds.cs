using System.Runtime.CompilerServices;
using SecStream.Stages.Rules.History;
using SecStream.Stages.Rules.Routing;

namespace SecStream.Stages.Rules.Evaluation;

/// <content>The bound of a shard's memory. Beyond it results may depend on what came when: evictions are counted and shown as blind spots.</content>
public sealed partial class RuleShard
{
    private const int EntityBytes = 160;

    /// <summary>A method of its own, because the closure in <see cref="MakeRoom"/> would be allocated for every batch otherwise.</summary>
    private void EvictIfFull()
    {
        if (_bytes > _options.MaxStateBytes)
        {
            MakeRoom();
        }
    }

    /// <summary>Over the bound: the keys idle longest go, until a tenth is free. Their alerts stand as they are.</summary>
    private void MakeRoom()
    {
        var before = _memory.LiveBytes;
        var excess = _bytes - (_options.MaxStateBytes / 10 * 9);
        var gone = new HashSet<Entity>();
        foreach (var entity in _tables.SelectMany(t => t.All()).Where(e => e.Count > 0).OrderBy(e => e.Items[e.Count - 1].Time).ToList())
        {
            if (excess <= 0)
            {
                break;
            }

            excess -= EntityBytes + (entity.Items.Length * (long)Unsafe.SizeOf<Item>());
            Evict(entity);
            MarkChanged(entity);
            gone.Add(entity);
        }

        foreach (var table in _tables)
        {
            // One that the schedule still names stays, empty, until its turn has come.
            table.Sweep(entity => entity.QueueEntries > 0 || !gone.Contains(entity) || NoteGone(entity));
        }

        Counters.Evicted += gone.Count;
        _bytes += _memory.LiveBytes - before;
    }

    private void Evict(Entity entity)
    {
        for (var state = entity.States; state is not null; state = state.Next)
        {
            var rule = _plan.Routes[entity.Route].Rules[state.Rule];
            foreach (var draft in state.Alerts)
            {
                ((IDraftObserver)this).Settled(entity, rule, draft);
            }
        }

        _memory.Clear(entity);
    }
}
