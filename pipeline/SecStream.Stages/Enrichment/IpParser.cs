using System.Buffers.Binary;

namespace SecStream.Stages.Enrichment;

/// <summary>
/// Addresses as text and as 128-bit numbers. IPv4 is held as <c>::ffff:a.b.c.d</c>, so an IPv4-mapped IPv6 address and the IPv4 address are
/// one number and one canonical text. Strict: no zone ids, brackets, ports, prefixes, leading zeros or short IPv4 forms, whose meaning
/// differs between programs. Static and allocation-free.
/// </summary>
public static class IpParser
{
    /// <summary>The longest canonical text in bytes.</summary>
    public const int MaxTextLength = 39;

    /// <summary>The longest text that can be an address: six full groups and a full IPv4 tail.</summary>
    public const int MaxInputLength = 45;

    private const int GroupCount = 8;

    /// <summary>The number of an IPv4 address, given in host byte order.</summary>
    public static UInt128 FromIPv4(uint address) => new(0, 0xFFFF_0000_0000UL | address);

    /// <summary>Whether the number is an IPv4 address.</summary>
    public static bool IsIPv4(UInt128 address) => (ulong)(address >> 64) == 0 && ((ulong)address >> 32) == 0xFFFF;

    /// <summary>Reads an address.</summary>
    /// <returns>False when the text is anything else than exactly one address.</returns>
    public static bool TryParse(ReadOnlySpan<byte> text, out UInt128 address)
    {
        address = default;
        if (text.Length is < 2 or > MaxInputLength)
        {
            return false;
        }

        // The first separator decides: at most three digits before a dot, at most four before a colon.
        var separator = text[..Math.Min(text.Length, 5)].IndexOfAny((byte)'.', (byte)':');
        if (separator < 0)
        {
            return false;
        }

        if (text[separator] == (byte)':')
        {
            return TryParseIPv6(text, out address);
        }

        if (!TryParseIPv4(text, out var four))
        {
            return false;
        }

        address = FromIPv4(four);
        return true;
    }

    /// <summary>Writes the canonical text (dotted IPv4, RFC 5952 for IPv6).</summary>
    /// <param name="address">The address.</param>
    /// <param name="destination">At least <see cref="MaxTextLength"/> bytes.</param>
    /// <returns>The number of bytes written.</returns>
    public static int Format(UInt128 address, Span<byte> destination)
    {
        if (IsIPv4(address))
        {
            return FormatIPv4((uint)address, destination);
        }

        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, address);
        Span<ushort> groups = stackalloc ushort[GroupCount];
        for (var i = 0; i < GroupCount; i++)
        {
            groups[i] = BinaryPrimitives.ReadUInt16BigEndian(bytes[(i * 2)..]);
        }

        var (zeroStart, zeroLength) = LongestZeroRun(groups);
        var at = 0;
        for (var i = 0; i < GroupCount; i++)
        {
            if (i == zeroStart)
            {
                destination[at++] = (byte)':';
                destination[at++] = (byte)':';
                i += zeroLength - 1;
                continue;
            }

            if (i > 0 && destination[at - 1] != (byte)':')
            {
                destination[at++] = (byte)':';
            }

            at += WriteHex(groups[i], destination[at..]);
        }

        return at;
    }

    /// <summary>Reads a dotted quad into a number in host byte order.</summary>
    public static bool TryParseIPv4(ReadOnlySpan<byte> text, out uint address)
    {
        address = 0;
        if (text.Length is < 7 or > 15)
        {
            return false;
        }

        uint octet = 0;
        var digits = 0;
        var dots = 0;
        foreach (var c in text)
        {
            var digit = (uint)(c - '0');
            if (digit <= 9)
            {
                if (digits == 1 && octet == 0)
                {
                    return false;
                }

                octet = (octet * 10) + digit;
                if (++digits > 3 || octet > 255)
                {
                    return false;
                }
            }
            else if (c == (byte)'.' && digits > 0 && dots < 3)
            {
                address = (address << 8) | octet;
                octet = 0;
                digits = 0;
                dots++;
            }
            else
            {
                return false;
            }
        }

        address = (address << 8) | octet;
        return dots == 3 && digits > 0;
    }

    private static bool TryParseIPv6(ReadOnlySpan<byte> text, out UInt128 address)
    {
        address = default;
        Span<ushort> groups = stackalloc ushort[GroupCount];
        var count = 0;
        var gap = -1;
        var at = 0;
        if (text.StartsWith("::"u8))
        {
            gap = 0;
            at = 2;
        }

        while (at < text.Length)
        {
            var rest = text[at..];
            var length = ReadGroup(rest, out var value);
            if (length > 0 && length < rest.Length && rest[length] == (byte)'.')
            {
                if (count > GroupCount - 2 || !TryParseIPv4(rest, out var tail))
                {
                    return false;
                }

                groups[count++] = (ushort)(tail >> 16);
                groups[count++] = (ushort)tail;
                break;
            }

            if (length == 0 || count == GroupCount)
            {
                return false;
            }

            groups[count++] = value;
            at += length;
            if (at == text.Length)
            {
                break;
            }

            if (text[at] != (byte)':' || !TrySkipColons(text, count, ref at, ref gap))
            {
                return false;
            }
        }

        return TryJoin(groups, count, gap, out address);
    }

    /// <summary>Moves past one colon, or past the one <c>::</c> an address may have.</summary>
    private static bool TrySkipColons(ReadOnlySpan<byte> text, int count, ref int at, ref int gap)
    {
        at++;
        if (at == text.Length)
        {
            return false;
        }

        if (text[at] != (byte)':')
        {
            return true;
        }

        if (gap >= 0)
        {
            return false;
        }

        gap = count;
        at++;
        return true;
    }

    private static bool TryJoin(ReadOnlySpan<ushort> groups, int count, int gap, out UInt128 address)
    {
        address = default;
        if (gap < 0 ? count != GroupCount : count >= GroupCount)
        {
            return false;
        }

        var head = gap < 0 ? count : gap;
        for (var i = 0; i < head; i++)
        {
            address |= (UInt128)groups[i] << (112 - (i * 16));
        }

        for (var i = head; i < count; i++)
        {
            address |= (UInt128)groups[i] << ((count - 1 - i) * 16);
        }

        return true;
    }

    private static int ReadGroup(ReadOnlySpan<byte> text, out ushort value)
    {
        value = 0;
        var length = 0;
        while (length < text.Length && length < 4)
        {
            var digit = HexDigit(text[length]);
            if (digit < 0)
            {
                break;
            }

            value = (ushort)((value << 4) | digit);
            length++;
        }

        return length;
    }

    private static int HexDigit(byte c)
    {
        if ((uint)(c - '0') <= 9)
        {
            return c - '0';
        }

        var letter = (uint)((c | 0x20) - 'a');
        return letter <= 5 ? (int)letter + 10 : -1;
    }

    private static (int Start, int Length) LongestZeroRun(ReadOnlySpan<ushort> groups)
    {
        var best = (Start: -1, Length: 1); // a single zero group is written out (RFC 5952, 4.2.2)
        for (var i = 0; i < GroupCount; i++)
        {
            var length = 0;
            while (i + length < GroupCount && groups[i + length] == 0)
            {
                length++;
            }

            if (length > best.Length)
            {
                best = (i, length);
            }

            i += length;
        }

        return best;
    }

    private static int WriteHex(ushort value, Span<byte> destination)
    {
        var digits = value > 0xFFF ? 4 : value > 0xFF ? 3 : value > 0xF ? 2 : 1;
        for (var i = digits - 1; i >= 0; i--)
        {
            destination[i] = "0123456789abcdef"u8[value & 0xF];
            value >>= 4;
        }

        return digits;
    }

    private static int FormatIPv4(uint address, Span<byte> destination)
    {
        var at = 0;
        for (var shift = 24; shift >= 0; shift -= 8)
        {
            var octet = (byte)(address >> shift);
            if (octet >= 100)
            {
                destination[at++] = (byte)('0' + (octet / 100));
            }

            if (octet >= 10)
            {
                destination[at++] = (byte)('0' + (octet / 10 % 10));
            }

            destination[at++] = (byte)('0' + (octet % 10));
            if (shift > 0)
            {
                destination[at++] = (byte)'.';
            }
        }

        return at;
    }
}
