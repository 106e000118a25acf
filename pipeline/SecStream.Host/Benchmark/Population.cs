using System.Globalization;
using SecStream.Core.Text;

namespace SecStream.Host.Benchmark;

/// <summary>
/// Who is in the generated input: addresses, users, hosts, keys. Everything is a function of a rank, so that nothing has to be kept: a user
/// logs in from the same home address every time (or every login would be a journey), an address has one form.
/// </summary>
internal sealed class Population(Draw draw, int addresses)
{
    /// <summary>Users; ranks from here on are never asked for.</summary>
    public const int Users = 20_000;

    private const double AddressSkew = 1.05;
    private const double NewAddressShare = 0.62;
    private const int Ipv6Percent = 15;

    /// <summary>First octets that the regional registries have given to many countries.</summary>
    private static readonly byte[] s_networks =
        [2, 5, 14, 23, 24, 31, 36, 37, 41, 42, 45, 46, 49, 50, 58, 62, 66, 71, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95, 101, 103, 105,
         109, 110, 112, 115, 121, 125, 133, 141, 151, 154, 177, 178, 181, 185, 186, 188, 189, 190, 193, 194, 195, 200, 201, 202, 203, 211, 212, 213, 217, 220];

    private static readonly string[] s_names =
        ["amelie", "bjorn", "chen", "daria", "emre", "fatou", "giulia", "hiroshi", "ines", "jakub", "kofi", "lena", "mateo", "noor", "olga", "pavel", "rosa", "sven", "tariq", "yuki"];

    private int _met;

    /// <summary>Rank of the next event's address: half of the time one not seen yet, until all have been; else a frequent one.</summary>
    public int NextAddress()
    {
        if (_met < addresses && draw.Chance(NewAddressShare))
        {
            // The order in which addresses appear has nothing to do with how frequent they are; 7 919 is prime to the counts in use.
            return (int)(_met++ * 7919L % addresses);
        }

        return draw.Zipf(addresses, AddressSkew);
    }

    /// <summary>Any address, all alike.</summary>
    public int AnyAddress() => draw.Below(addresses);

    /// <summary>The address a user logs in from.</summary>
    public int HomeOf(int user) => (int)(Draw.Mix((ulong)user + 0x5EED) % (ulong)addresses);

    /// <summary>Writes an address: IPv4, or IPv6 for some ranks. Different for every rank.</summary>
    public static void WriteAddress(ByteWriter output, int rank)
    {
        var mixed = Draw.Mix((ulong)rank + 1);
        var low = (uint)(rank * 2654435761L) & 0xFFFFFF;
        if (mixed % 100 < Ipv6Percent)
        {
            output.Write("2a02:"u8);
            WriteHex(output, (mixed >> 16) & 0xFFF);
            output.WriteByte((byte)':');
            WriteHex(output, low >> 8);
            output.WriteByte((byte)':');
            WriteHex(output, low & 0xFF);
            output.Write("::"u8);
            WriteHex(output, ((mixed >> 40) & 0xFFFF) | 1);
            return;
        }

        output.WriteInteger(s_networks[(mixed >> 8) % (ulong)s_networks.Length]);
        for (var shift = 16; shift >= 0; shift -= 8)
        {
            output.WriteByte((byte)'.');
            output.WriteInteger((low >> shift) & 0xFF);
        }
    }

    /// <summary>Writes a user name; some ranks are administrators.</summary>
    public static void WriteUser(ByteWriter output, int rank)
    {
        if (rank < 0)
        {
            output.Write("admin"u8);
            return;
        }

        Span<byte> name = stackalloc byte[16];
        output.Write(name[..System.Text.Encoding.ASCII.GetBytes(s_names[rank % s_names.Length], name)]);
        output.WriteByte((byte)'.');
        output.WriteInteger(rank / s_names.Length);
    }

    /// <summary>Writes digits in base 16 without leading zeros.</summary>
    public static void WriteHex(ByteWriter output, ulong value, int digits = 1)
    {
        Span<byte> text = stackalloc byte[16];
        value.TryFormat(text, out var written, digits == 16 ? "x16" : "x", CultureInfo.InvariantCulture);
        output.Write(text[..written]);
    }
}
