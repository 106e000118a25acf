using SecStream.Core.Events;
using SecStream.Core.Fields;
using SecStream.Stages.Parsing.Signatures;

namespace SecStream.Stages.Parsing.Access;

/// <summary>Apache and nginx access lines. Stateless but for the signature scanner's buffers.</summary>
internal sealed class AccessParser(RequestSignatures signatures)
{
    /// <summary>Fills the record from a line; null when it is an event, else the error class. Nothing is set in that case.</summary>
    public string? Parse(EventRecord record, ReadOnlySpan<byte> line)
    {
        if (!AccessLine.TryParse(line, out var parts))
        {
            return ErrorClasses.AccessSyntax;
        }

        record.Time = parts.Time;
        record.SetText(Ecs.EventDataset, "web.access"u8);
        record.SetText(Ecs.EventCategory, "web"u8);
        if (!parts.Address.SequenceEqual("-"u8))
        {
            SourceAddress.Put(record, parts.Address);
        }

        PutUnlessNil(record, Ecs.UrlDomain, parts.Host);
        PutUnlessNil(record, Ecs.UserName, parts.User);
        PutUnlessNil(record, Ecs.HttpRequestReferrer, parts.Referrer);
        PutUnlessNil(record, Ecs.UserAgentOriginal, parts.Agent);
        record.PutDigits(Ecs.HttpResponseStatusCode, parts.Status);
        record.PutDigits(Ecs.HttpResponseBodyBytes, parts.Bytes);
        PutRequest(record, parts.Request);
        record.Put(Ecs.Message, parts.Request);
        HttpAction.Apply(record, signatures);
        return null;
    }

    /// <summary><c>METHOD URL[ HTTP/x]</c>; what is not a request (a TLS greeting, a probe) is kept as the URL it was taken for.</summary>
    private static void PutRequest(EventRecord record, ReadOnlySpan<byte> request)
    {
        if (request.IsEmpty || request.SequenceEqual("-"u8))
        {
            return;
        }

        var url = request;
        var blank = request.IndexOf((byte)' ');
        if (blank > 0 && blank <= 20 && request[..blank].IndexOfAnyExceptInRange((byte)'A', (byte)'z') < 0)
        {
            record.Put(Ecs.HttpRequestMethod, request[..blank]);
            url = request[(blank + 1)..];
        }

        var version = url.LastIndexOf(" HTTP/"u8);
        if (version >= 0)
        {
            record.Put(Ecs.HttpVersion, url[(version + " HTTP/"u8.Length)..]);
            url = url[..version];
        }

        record.Put(Ecs.UrlOriginal, url);
        var query = url.IndexOf((byte)'?');
        record.Put(Ecs.UrlPath, query < 0 ? url : url[..query]);
        if (query >= 0 && query + 1 < url.Length)
        {
            record.Put(Ecs.UrlQuery, url[(query + 1)..]);
        }
    }

    private static void PutUnlessNil(EventRecord record, int field, ReadOnlySpan<byte> text)
    {
        if (!text.IsEmpty && !text.SequenceEqual("-"u8) && !text.SequenceEqual("\"\""u8))
        {
            record.Put(field, text);
        }
    }
}
