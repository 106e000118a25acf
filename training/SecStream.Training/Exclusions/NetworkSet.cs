using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SecStream.Training.Exclusions;

/// <summary>
/// Networks, asked for an address in time that depends on how many lengths of prefix there are, not on how many networks. IPv6 addresses are keys by their
/// network of 64 bits, so a longer prefix stands for that. Immutable, thread-safe.
/// </summary>
internal sealed class NetworkSet
{
    private const int KeyBits6 = 64;
    private readonly (int Prefix, HashSet<UInt128> Networks)[] _four;
    private readonly (int Prefix, HashSet<UInt128> Networks)[] _six;

    public NetworkSet(IEnumerable<IPNetwork> networks)
    {
        var all = networks.ToList();
        _four = Group(all.Where(n => n.BaseAddress.AddressFamily == AddressFamily.InterNetwork), 32, 32);
        _six = Group(all.Where(n => n.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6), 128, KeyBits6);
        Count = _four.Concat(_six).Sum(g => g.Networks.Count);
    }

    /// <summary>Networks in it.</summary>
    public int Count { get; }

    /// <summary>Whether an address, or a network of IPv6 as it stands in keys, is in one of the networks. What is no address is in none.</summary>
    public bool Contains(ReadOnlySpan<byte> text)
    {
        if (Count == 0 || text.Length is 0 or > 64)
        {
            return false;
        }

        Span<char> characters = stackalloc char[64];
        if (!Encoding.UTF8.TryGetChars(text, characters, out var length))
        {
            return false;
        }

        ReadOnlySpan<char> address = characters[..length];
        var slash = address.IndexOf('/');
        if (!IPAddress.TryParse(slash >= 0 ? address[..slash] : address, out var parsed))
        {
            return false;
        }

        var four = parsed.AddressFamily == AddressFamily.InterNetwork;
        var number = Number(parsed);
        foreach (var (prefix, networks) in four ? _four : _six)
        {
            if (networks.Contains(Masked(number, prefix, four ? 32 : 128)))
            {
                return true;
            }
        }

        return false;
    }

    private static (int, HashSet<UInt128>)[] Group(IEnumerable<IPNetwork> networks, int bits, int longest) =>
    [
        .. networks.GroupBy(n => Math.Min(n.PrefixLength, longest)).Select(g => (g.Key, g.Select(n => Masked(Number(n.BaseAddress), g.Key, bits)).ToHashSet())),
    ];

    private static UInt128 Number(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        return length == 4 ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    private static UInt128 Masked(UInt128 number, int prefix, int bits) => prefix == 0 ? 0 : number >> (bits - prefix);
}
