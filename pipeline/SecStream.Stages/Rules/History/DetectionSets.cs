using System.Runtime.InteropServices;
using SecStream.Core.Text;
using SecStream.Stages.Rules.Routing;

namespace SecStream.Stages.Rules.History;

/// <summary>A distinct set of detections that events of a route matched, and what it means to the route's rules.</summary>
/// <param name="IsAttempt">The events are login attempts, counted by their session, rather than lines.</param>
/// <param name="Detections">2 bytes each, ascending, as rows carry them.</param>
/// <param name="Rules">Local indexes (in <see cref="Route.Rules"/>) of the rules that read one of them.</param>
/// <param name="InputMasks">For each rule of the route the inputs that this set feeds, one bit each.</param>
public sealed record DetectionSet(bool IsAttempt, byte[] Detections, int[] Rules, uint[] InputMasks);

/// <summary>Interns the sets seen; there are few. One per lane, not thread-safe; grows only by new combinations.</summary>
public sealed class DetectionSets(RoutePlan plan)
{
    private readonly List<DetectionSet> _sets = [];
    private readonly Dictionary<ulong, List<int>> _byHash = [];

    /// <summary>The set of a number.</summary>
    public DetectionSet this[int index] => _sets[index];

    /// <summary>The number of a set.</summary>
    public int Intern(int route, bool isAttempt, ReadOnlySpan<byte> detections)
    {
        var hash = StableHash.Compute(detections, ((ulong)route << 1) | (isAttempt ? 1UL : 0));
        if (_byHash.TryGetValue(hash, out var candidates))
        {
            foreach (var index in candidates)
            {
                if (isAttempt == _sets[index].IsAttempt && detections.SequenceEqual(_sets[index].Detections))
                {
                    return index;
                }
            }
        }
        else
        {
            _byHash[hash] = candidates = [];
        }

        _sets.Add(Make(plan.Routes[route], isAttempt, detections));
        candidates.Add(_sets.Count - 1);
        return _sets.Count - 1;
    }

    /// <summary>The number of a set and another's detections together; the same number when that adds nothing.</summary>
    public int Union(int route, int set, ReadOnlySpan<byte> detections)
    {
        if (detections.SequenceEqual(_sets[set].Detections))
        {
            return set;
        }

        var numbers = MemoryMarshal.Cast<byte, ushort>(detections).ToArray().Union(MemoryMarshal.Cast<byte, ushort>(_sets[set].Detections).ToArray());
        return Intern(route, _sets[set].IsAttempt, MemoryMarshal.AsBytes<ushort>(numbers.Order().ToArray()));
    }

    private static DetectionSet Make(Route route, bool isAttempt, ReadOnlySpan<byte> detections)
    {
        var numbers = MemoryMarshal.Cast<byte, ushort>(detections).ToArray().Select(d => (int)d).ToArray();
        var masks = new uint[route.Rules.Length];
        for (var r = 0; r < masks.Length; r++)
        {
            var inputs = route.Rules[r].Rule.Inputs;
            for (var i = 0; i < inputs.Length; i++)
            {
                masks[r] |= inputs[i].Detections.Intersect(numbers).Any() ? 1u << i : 0;
            }
        }

        return new DetectionSet(isAttempt, detections.ToArray(), [.. Enumerable.Range(0, masks.Length).Where(r => masks[r] != 0)], masks);
    }
}
