using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace SecStream.Stages.Rules.Expressions;

/// <summary>A network. Version 4 and 6 are different worlds: <c>::ffff:10.0.0.1</c> is not in <c>10.0.0.0/8</c> (normalised events hold 10.0.0.1).</summary>
/// <param name="IsV4">IPv4.</param>
/// <param name="Base">First address, as a number of 32 or 128 bits.</param>
/// <param name="Bits">Prefix length, 0–32 or 0–128.</param>
public readonly record struct Cidr(bool IsV4, UInt128 Base, int Bits)
{
    /// <summary>The bits of a prefix of this length.</summary>
    public static UInt128 Mask(bool isV4, int bits)
    {
        var all = isV4 ? uint.MaxValue : UInt128.MaxValue;
        var rest = (isV4 ? 32 : 128) - bits;
        return rest >= 128 ? UInt128.Zero : all & (UInt128.MaxValue << rest);
    }

    /// <summary>Reads <c>10.0.0.0/8</c>, <c>2001:db8::/32</c> or a single address; host bits are cleared.</summary>
    public static bool TryParse(string text, out Cidr cidr)
    {
        cidr = default;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var address = slash < 0 ? text : text[..slash];
        Span<byte> utf8 = stackalloc byte[64];
        if (address.Length > utf8.Length || !System.Text.Ascii.IsValid(address.AsSpan()))
        {
            return false;
        }

        var length = System.Text.Encoding.ASCII.GetBytes(address, utf8);
        if (!TryParseAddress(utf8[..length], out var isV4, out var value))
        {
            return false;
        }

        var width = isV4 ? 32 : 128;
        var bits = width;
        if (slash >= 0
            && (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out bits) || bits > width))
        {
            return false;
        }

        cidr = new Cidr(isV4, value & Mask(isV4, bits), bits);
        return true;
    }

    /// <summary>Reads an address: four decimal parts, or the IPv6 forms. Allocates nothing.</summary>
    public static bool TryParseAddress(ReadOnlySpan<byte> text, out bool isV4, out UInt128 value)
    {
        value = UInt128.Zero;
        isV4 = text.IndexOf((byte)':') < 0;
        return isV4 ? TryParseV4(text, out value) : TryParseV6(text, out value);
    }

    private static bool TryParseV4(ReadOnlySpan<byte> text, out UInt128 value)
    {
        value = UInt128.Zero;
        uint sum = 0;
        int part = -1, parts = 0;
        foreach (var c in text)
        {
            if (c == '.')
            {
                if (part < 0 || ++parts > 3)
                {
                    return false;
                }

                sum = (sum << 8) | (uint)part;
                part = -1;
            }
            else if (c is >= (byte)'0' and <= (byte)'9' && part != 0)
            {
                part = (part < 0 ? 0 : part * 10) + (c - '0');
                if (part > 255)
                {
                    return false;
                }
            }
            else
            {
                // Also leading zeros: 010 is 8 to some programs and 10 to others.
                return false;
            }
        }

        value = (sum << 8) | (uint)Math.Max(part, 0);
        return part >= 0 && parts == 3;
    }

    private static bool TryParseV6(ReadOnlySpan<byte> text, out UInt128 value)
    {
        value = UInt128.Zero;
        Span<char> chars = stackalloc char[48];
        if (text.Length > 45 || text.IndexOfAny("%[]/"u8) >= 0 || System.Text.Ascii.ToUtf16(text, chars, out var length) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }

        // IPAddress has no allocation-free form; IPv6 next to a cidr test is rare enough.
        if (!IPAddress.TryParse(chars[..length], out var address) || address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        value = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return true;
    }

    /// <summary>Canonical text, for identity only.</summary>
    public override string ToString() => $"{(IsV4 ? 4 : 6)}:{Base:x}/{Bits}";
}
