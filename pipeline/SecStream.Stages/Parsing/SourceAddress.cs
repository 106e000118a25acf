using SecStream.Core.Events;
using SecStream.Core.Fields;
using SecStream.Stages.Enrichment;

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

        if (IsIpv4(text))
        {
            record.Put(Ecs.SourceIp, text);
            record.Copy(Ecs.SourceIp, Ecs.SourceAddress);
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

    /// <summary>Sets a field to the canonical text of an address; false when the text is none.</summary>
    public static bool TryPutIp(EventRecord record, int field, ReadOnlySpan<byte> text)
    {
        if (!IpParser.TryParse(text, out var address))
        {
            return false;
        }

        Span<byte> canonical = stackalloc byte[IpParser.MaxTextLength];
        canonical = canonical[..IpParser.Format(address, canonical)];
        if (text.EndsWith(canonical))
        {
            // Nearly always: it is written so already, or is an IPv4 address behind the mapping prefix.
            record.Put(field, text[^canonical.Length..]);
        }
        else
        {
            record.SetText(field, canonical);
        }

        return true;
    }

    /// <summary>Whether the text is a dotted IPv4 address, which is its own canonical form.</summary>
    public static bool IsIpv4(ReadOnlySpan<byte> text) => IpParser.TryParseIPv4(text, out _);
}
