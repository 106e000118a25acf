using System.Runtime.InteropServices;
using SecStream.Core.Text;
using SecStream.Stages.Rules.Routing;

namespace SecStream.Stages.Rules.History;

/// <summary>A distinct set of detections that events of a route matched in one era, and what it means to the route's rules.</summary>
/// <param name="Route">The route.</param>
/// <param name="Era">Which rules are in force (<see cref="RoutePlan.EraOf"/>): to others such an item is no matching event, whatever it matched.</param>
/// <param name="IsAttempt">The events are login attempts, counted by their session, rather than lines.</param>
/// <param name="Detections">2 bytes each, ascending, as rows carry them.</param>
/// <param name="Rules">Local indexes (in <see cref="Route.Rules"/>) of the rules in force that read one of them.</param>
/// <param name="InputMasks">For each rule of the route the inputs that this set feeds, one bit each; none for a rule not in force.</param>
public sealed record DetectionSet(int Route, int Era, bool IsAttempt, byte[] Detections, int[] Rules, uint[] InputMasks);

/// <summary>Interns the sets seen; there are few. One per lane, not thread-safe; grows only by new combinations.</summary>
public sealed class DetectionSets(RoutePlan plan)
{
    private RoutePlan _plan = plan;
    private readonly List<DetectionSet> _sets = [];
    private readonly Dictionary<ulong, List<int>> _byHash = [];

    /// <summary>The set of a number.</summary>
    public DetectionSet this[int index] => _sets[index];

    /// <summary>Takes a plan that goes on from the present one. Numbers of sets stay; they may mean something to more rules.</summary>
    public void UsePlan(RoutePlan plan)
    {
        _plan = plan;
        for (var i = 0; i < _sets.Count; i++)
        {
            _sets[i] = Make(_sets[i].Route, _sets[i].Era, _sets[i].IsAttempt, _sets[i].Detections);
        }
    }

    /// <summary>The number of the set of an item of this evaluated time.</summary>
    public int Intern(int route, long time, bool isAttempt, ReadOnlySpan<byte> detections) => Intern(route, _plan.EraOf(time), isAttempt, detections);

    private int Intern(int route, int era, bool isAttempt, ReadOnlySpan<byte> detections)
    {
        var hash = StableHash.Compute(detections, ((ulong)era << 32) | ((ulong)route << 1) | (isAttempt ? 1UL : 0));
        if (_byHash.TryGetValue(hash, out var candidates))
        {
            foreach (var index in candidates)
            {
                if (isAttempt == _sets[index].IsAttempt && era == _sets[index].Era && route == _sets[index].Route && detections.SequenceEqual(_sets[index].Detections))
                {
                    return index;
                }
            }
        }
        else
        {
            _byHash[hash] = candidates = [];
        }

        _sets.Add(Make(route, era, isAttempt, detections));
        candidates.Add(_sets.Count - 1);
        return _sets.Count - 1;
    }

    /// <summary>The number of a set and another's detections together; the same number when that adds nothing.</summary>
    public int Union(int set, ReadOnlySpan<byte> detections)
    {
        if (detections.SequenceEqual(_sets[set].Detections))
        {
            return set;
        }

        var numbers = MemoryMarshal.Cast<byte, ushort>(detections).ToArray().Union(MemoryMarshal.Cast<byte, ushort>(_sets[set].Detections).ToArray());
        return Intern(_sets[set].Route, _sets[set].Era, _sets[set].IsAttempt, MemoryMarshal.AsBytes<ushort>(numbers.Order().ToArray()));
    }

    private DetectionSet Make(int route, int era, bool isAttempt, ReadOnlySpan<byte> detections)
    {
        var numbers = MemoryMarshal.Cast<byte, ushort>(detections).ToArray().Select(d => (int)d).ToArray();
        var rules = _plan.Routes[route].Rules;
        var start = _plan.EraStart(era);
        var masks = new uint[rules.Length];
        for (var r = 0; r < masks.Length; r++)
        {
            var inputs = rules[r].Rule.IsInForce(start) ? rules[r].Rule.Inputs : [];
            for (var i = 0; i < inputs.Length; i++)
            {
                masks[r] |= inputs[i].Detections.Intersect(numbers).Any() ? 1u << i : 0;
            }
        }

        return new DetectionSet(route, era, isAttempt, detections.ToArray(), [.. Enumerable.Range(0, masks.Length).Where(r => masks[r] != 0)], masks);
    }
}
