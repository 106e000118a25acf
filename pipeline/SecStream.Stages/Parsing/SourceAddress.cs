using System.Buffers.Binary;
using SecStream.Core.Events;
using SecStream.Core.Fields;

namespace SecStream.Stages.Parsing;

/// <summary>Writes who an event came from: <c>source.address</c> always, <c>source.ip</c> for addresses, <c>source.domain</c> for names.</summary>
internal static class SourceAddress
{
    /// <summary>Sets the source from the text of an address or host name; an IPv4-mapped IPv6 address becomes the IPv4 address.</summary>
    public static void Put(EventRecord record, ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            return;
        }

        if (TryPutIp(record, Ecs.SourceIp, text))
        {
            record.Copy(Ecs.SourceIp, Ecs.SourceAddress);
            return;
        }

        record.Put(Ecs.SourceAddress, text);
        record.Put(Ecs.SourceDomain, text);
    }

    /// <summary>Sets a field to the normal form of an address; false when the text is none.</summary>
    public static bool TryPutIp(EventRecord record, int field, ReadOnlySpan<byte> text)
    {
        if (IsIpv4(text))
        {
            record.Put(field, text);
            return true;
        }

        Span<byte> address = stackalloc byte[16];
        if (!Ipv6Text.TryParse(text, address))
        {
            return false;
        }

        if (!address[..12].SequenceEqual(MappedPrefix))
        {
            record.Put(field, text);
        }
        else if (text.LastIndexOf((byte)':') is var colon && IsIpv4(text[(colon + 1)..]))
        {
            record.Put(field, text[(colon + 1)..]);
        }
        else
        {
            PutIpv4(record, field, BinaryPrimitives.ReadUInt32BigEndian(address[12..]));
        }

        return true;
    }

    /// <summary>Four decimal numbers 0–255 without leading zeros: other spellings mean different things to different programs.</summary>
    public static bool IsIpv4(ReadOnlySpan<byte> text)
    {
        if (text.Length is < 7 or > 15)
        {
            return false;
        }

        int part = -1, dots = 0;
        foreach (var b in text)
        {
            if (ByteText.IsDigit(b) && part != 0)
            {
                part = (Math.Max(part, 0) * 10) + (b - '0');
            }
            else if (b == '.' && part >= 0 && ++dots < 4)
            {
                part = -1;
            }
            else
            {
                return false;
            }

            if (part > 255)
            {
                return false;
            }
        }

        return dots == 3 && part >= 0;
    }

    private static ReadOnlySpan<byte> MappedPrefix => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255];

    private static void PutIpv4(EventRecord record, int field, uint address)
    {
        Span<byte> text = stackalloc byte[15];
        var length = 0;
        for (var shift = 24; shift >= 0; shift -= 8)
        {
            ((byte)(address >> shift)).TryFormat(text[length..], out var written, default, System.Globalization.CultureInfo.InvariantCulture);
            length += written;
            if (shift > 0)
            {
                text[length++] = (byte)'.';
            }
        }

        record.SetText(field, text[..length]);
    }
}
