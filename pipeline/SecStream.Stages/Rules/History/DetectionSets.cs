using System.Runtime.InteropServices;
using SecStream.Core.Text;
using SecStream.Stages.Rules.Routing;

namespace SecStream.Stages.Rules.History;

/// <summary>A distinct set of detections that events of a route matched, and what it means to the route's rules.</summary>
/// <param name="Detections">2 bytes each, ascending, as rows carry them.</param>
/// <param name="Rules">Local indexes (in <see cref="Route.Rules"/>) of the rules that read one of them.</param>
/// <param name="InputMasks">For each rule of the route the inputs that this set feeds, one bit each.</param>
public sealed record DetectionSet(byte[] Detections, int[] Rules, uint[] InputMasks);

/// <summary>Interns the sets seen; there are few. One per lane, not thread-safe; grows only by new combinations.</summary>
public sealed class DetectionSets(RoutePlan plan)
{
    private readonly List<DetectionSet> _sets = [];
    private readonly Dictionary<ulong, List<int>> _byHash = [];

    /// <summary>The set of a number.</summary>
    public DetectionSet this[int index] => _sets[index];

    /// <summary>The number of a set.</summary>
    public int Intern(int route, ReadOnlySpan<byte> detections)
    {
        var hash = StableHash.Compute(detections, (ulong)route);
        if (_byHash.TryGetValue(hash, out var candidates))
        {
            foreach (var index in candidates)
            {
                if (detections.SequenceEqual(_sets[index].Detections))
                {
                    return index;
                }
            }
        }
        else
        {
            _byHash[hash] = candidates = [];
        }

        _sets.Add(Make(plan.Routes[route], detections));
        candidates.Add(_sets.Count - 1);
        return _sets.Count - 1;
    }

    private static DetectionSet Make(Route route, ReadOnlySpan<byte> detections)
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

        return new DetectionSet(detections.ToArray(), [.. Enumerable.Range(0, masks.Length).Where(r => masks[r] != 0)], masks);
    }
}
