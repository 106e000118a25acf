using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace SecStream.Connectors.Embedded;

/// <summary>Addresses and networks as people write them, in the one form that is stored.</summary>
internal static class BlacklistAddress
{
    private const int WidestV4 = 8;
    private const int WidestV6 = 16;

    /// <summary>Reads an address or network.</summary>
    /// <exception cref="ArgumentException">It is none, or so wide that it can only be a slip; the message says what to write.</exception>
    public static string Canonical(string text)
    {
        var trimmed = text.Trim();
        var slash = trimmed.IndexOf('/', StringComparison.Ordinal);
        var name = slash < 0 ? trimmed : trimmed[..slash];

        // "10.1" is an address to the parser, and another one than people mean.
        if (!IPAddress.TryParse(name, out var address) || name.Contains('%', StringComparison.Ordinal)
            || (address.AddressFamily == AddressFamily.InterNetwork && name.Count(c => c == '.') != 3))
        {
            throw new ArgumentException($"'{trimmed}' is no address or network; write 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32");
        }

        var bits = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        var prefix = bits;
        if (slash >= 0 && (!int.TryParse(trimmed.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out prefix) || prefix > bits))
        {
            throw new ArgumentException($"'{trimmed}': write a number from 0 to {bits} behind the slash");
        }

        if (address.IsIPv4MappedToIPv6 && prefix >= 96)
        {
            (address, prefix, bits) = (address.MapToIPv4(), prefix - 96, 32);
        }

        if (prefix < (bits == 32 ? WidestV4 : WidestV6))
        {
            throw new ArgumentException($"'{trimmed}' is too wide for a blacklist; write /{(bits == 32 ? WidestV4 : WidestV6)} or more");
        }

        var first = First(address, prefix);
        return !first.Equals(address)
            ? throw new ArgumentException($"'{trimmed}' has address bits behind its prefix of {prefix}; write {first}/{prefix}, or {name} alone for the one address")
            : prefix == bits ? address.ToString() : $"{address}/{prefix}";
    }

    private static IPAddress First(IPAddress address, int prefix)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            var left = Math.Clamp(prefix - (i * 8), 0, 8);
            bytes[i] &= (byte)(0xFF << (8 - left));
        }

        return new IPAddress(bytes);
    }
}
