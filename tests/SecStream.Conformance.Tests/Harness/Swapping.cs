using SecStream.Core.Events;
using SecStream.Core.Features;
using SecStream.Core.Fields;
using SecStream.Engine;
using SecStream.Host;
using SecStream.Host.Versions;
using SecStream.Stages.Rules;

namespace SecStream.Conformance.Tests.Harness;

/// <summary>A change of the rules to be made while a run is under way.</summary>
/// <param name="Batch">Batches read before it, over all lives of the engine.</param>
/// <param name="Ahead">How far behind the highest time evaluated so far it comes into force, µs.</param>
/// <param name="Compile">Compiles the rules with a catalog; null: they stay.</param>
/// <param name="Models">Models that come into force; null: they stay.</param>
internal sealed record Swap(int Batch, long Ahead, Func<FieldCatalog, RuleSet>? Compile, IModelSet? Models = null)
{
    /// <summary>The timeline with the change.</summary>
    public KnowledgeTimeline In(KnowledgeTimeline timeline, long from, long settledBefore = long.MinValue)
    {
        var fields = Compile is null ? null : timeline.CopyFields();
        return timeline.Activate(from, Compile?.Invoke(fields!), fields, settledBefore: settledBefore, models: Models is null ? null : timeline.Models.With(Models, from));
    }
}

/// <summary>
/// What a run knows, and the changes made on the way. Those made are remembered as a control log does: an engine that begins anew knows them
/// from its start, though its snapshot may be of a time before them.
/// </summary>
internal sealed class Swapping(KnowledgeTimeline first, params Swap[] swaps)
{
    private readonly List<(Swap Swap, long From)> _made = [];
    private KnowledgeTimeline? _now;
    private int _batches;

    private KnowledgeTimeline Current => _now ?? first;

    /// <summary>When the changes made came into force, in order.</summary>
    public IReadOnlyList<long> Made => [.. _made.Select(m => m.From)];

    /// <summary>The timeline as it is rebuilt from what has been activated so far.</summary>
    public KnowledgeTimeline Begin()
    {
        _now = first;
        foreach (var (swap, from) in _made)
        {
            _now = swap.In(Current, from);
        }

        return Current;
    }

    /// <summary>Makes a change when it is its turn.</summary>
    public async ValueTask MaybeSwapAsync(Pump pump, Topology topology, TimeSpan horizon, CancellationToken cancellation)
    {
        _batches++;
        if (_made.Count == swaps.Length || _batches <= swaps[_made.Count].Batch)
        {
            return;
        }

        var swap = swaps[_made.Count];
        await pump.SwapAsync(
            () =>
            {
                var from = Math.Max(topology.HighestEvaluated, Current.LastChange);
                if (from > long.MinValue)
                {
                    var settled = topology.Engine.Clock == long.MinValue ? long.MinValue : topology.Engine.Clock - EventClock.ToMicroseconds(horizon);
                    _now = swap.In(Current, from + 1 + swap.Ahead, settled);
                    topology.Swap(Current);
                    _made.Add((swap, from + 1 + swap.Ahead));
                }

                return true;
            },
            cancellation);
    }
}
