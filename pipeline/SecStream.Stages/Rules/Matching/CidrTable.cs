using SecStream.Stages.Rules.Expressions;

namespace SecStream.Stages.Rules.Matching;

/// <summary>Networks by prefix length: one hash lookup per length that occurs, however many networks there are. Immutable and thread-safe.</summary>
internal sealed class CidrTable
{
    private readonly (bool IsV4, UInt128 Mask, Dictionary<UInt128, int[]> Networks)[] _groups;

    public CidrTable(IEnumerable<(Cidr Network, int Value)> networks) =>
        _groups = [.. networks
            .GroupBy(n => (n.Network.IsV4, n.Network.Bits))
            .OrderBy(g => g.Key.Bits)
            .Select(g => (
                g.Key.IsV4,
                Cidr.Mask(g.Key.IsV4, g.Key.Bits),
                g.GroupBy(n => n.Network.Base).ToDictionary(n => n.Key, n => n.Select(x => x.Value).ToArray())))];

    /// <summary>Number of lookups to make.</summary>
    public int GroupCount => _groups.Length;

    /// <summary>The values of the networks of one group that hold the address.</summary>
    public ReadOnlySpan<int> Find(int group, bool isV4, UInt128 address)
    {
        ref readonly var g = ref _groups[group];
        return g.IsV4 == isV4 && g.Networks.TryGetValue(address & g.Mask, out var values) ? values : default;
    }
}
