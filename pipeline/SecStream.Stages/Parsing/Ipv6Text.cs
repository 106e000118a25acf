namespace SecStream.Stages.Parsing;

/// <summary>IPv6 addresses as text (RFC 4291, with an IPv4 tail), without zone and brackets.</summary>
internal static class Ipv6Text
{
    /// <summary>Parses a whole text to 16 bytes in network order.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, Span<byte> address)
    {
        address.Clear();
        if (text.Length is < 2 or > 45 || !text.Contains((byte)':'))
        {
            return false;
        }

        int count = 0, gap = -1, at = 0;
        if (text[0] == ':')
        {
            if (text[1] != ':')
            {
                return false;
            }

            gap = 0;
            at = 2;
        }

        while (at < text.Length)
        {
            var length = text[at..].IndexOf((byte)':');
            length = length < 0 ? text.Length - at : length;
            var group = text.Slice(at, length);
            if (at + length == text.Length && SourceAddress.IsIpv4(group))
            {
                if (count > 6)
                {
                    return false;
                }

                WriteIpv4(group, address[(count * 2)..]);
                count += 2;
                at = text.Length;
                break;
            }

            if (count == 8 || !TryGroup(group, out var value))
            {
                return false;
            }

            address[count * 2] = (byte)(value >> 8);
            address[(count * 2) + 1] = (byte)value;
            count++;
            at += length + 1;
            if (at == text.Length)
            {
                return false;
            }

            if (at < text.Length && text[at] == ':')
            {
                if (gap >= 0)
                {
                    return false;
                }

                gap = count;
                at++;
            }
        }

        return Spread(address, count, gap);
    }

    private static bool Spread(Span<byte> address, int count, int gap)
    {
        if (gap < 0)
        {
            return count == 8;
        }

        if (count == 8)
        {
            return false;
        }

        var tail = (count - gap) * 2;
        address.Slice(gap * 2, tail).CopyTo(address[(16 - tail)..]);
        address[(gap * 2)..(16 - tail)].Clear();
        return true;
    }

    private static bool TryGroup(ReadOnlySpan<byte> group, out int value)
    {
        value = 0;
        if (group.Length is < 1 or > 4)
        {
            return false;
        }

        foreach (var b in group)
        {
            var digit = ByteText.IsDigit(b) ? b - '0' : (b | 0x20) - 'a' + 10;
            if (!ByteText.IsDigit(b) && digit is < 10 or > 15)
            {
                return false;
            }

            value = (value << 4) | digit;
        }

        return true;
    }

    private static void WriteIpv4(ReadOnlySpan<byte> text, Span<byte> address)
    {
        var at = 0;
        address[0] = 0;
        foreach (var b in text)
        {
            if (b == '.')
            {
                address[++at] = 0;
            }
            else
            {
                address[at] = (byte)((address[at] * 10) + (b - '0'));
            }
        }
    }
}
