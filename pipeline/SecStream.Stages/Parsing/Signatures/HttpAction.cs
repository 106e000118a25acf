using System.Buffers;
using SecStream.Core.Events;
using SecStream.Core.Fields;

namespace SecStream.Stages.Parsing.Signatures;

/// <summary>
/// Names what an HTTP request was: an attack by its signature (in the order SQL injection, scripting, upload, forged request, other), else
/// what the server's answer says, else <c>http_request</c>.
/// </summary>
internal static class HttpAction
{
    private static readonly SearchValues<byte> NameEnds = SearchValues.Create("\"';\r\n\\"u8);

    /// <summary>Sets action and outcome, unless the source named an action itself.</summary>
    public static void Apply(EventRecord record, RequestSignatures signatures)
    {
        var status = record.Get(Ecs.HttpResponseStatusCode) is { Kind: FieldKind.Integer } value ? value.Bits : 0;
        if (!record.Has(Ecs.EventAction))
        {
            record.SetText(Ecs.EventAction, Attack(record, signatures, status) is { IsEmpty: false } attack ? attack : Answer(status));
        }

        if (!record.Has(Ecs.EventOutcome) && status != 0)
        {
            record.SetText(Ecs.EventOutcome, status < 400 ? "success"u8 : "failure"u8);
        }
    }

    private static ReadOnlySpan<byte> Attack(EventRecord record, RequestSignatures signatures, long status)
    {
        var url = record.Text(Ecs.UrlOriginal);
        var fromUrl = signatures.Classify(url.IsEmpty ? Fallback(record) : url);
        var fromBody = signatures.Classify(record.Text(Ecs.HttpRequestBodyContent));
        var first = Stronger(fromUrl, fromBody);
        if (first.StartsWith("sql"u8) || first.StartsWith("xss"u8))
        {
            return first;
        }

        if (IsUploadViolation(record))
        {
            return "file_upload_security_violation"u8;
        }

        if (IsForged(record, status))
        {
            return "csrf_attempt"u8;
        }

        return first.IsEmpty ? signatures.ClassifyAgent(record.Text(Ecs.UserAgentOriginal)) : first;
    }

    private static ReadOnlySpan<byte> Fallback(EventRecord record)
    {
        var full = record.Text(Ecs.UrlFull);
        if (full.IsEmpty)
        {
            return record.Has(Ecs.UrlQuery) ? record.Text(Ecs.UrlQuery) : record.Text(Ecs.UrlPath);
        }

        // The scheme's "://" is no sign of anything.
        var host = full.IndexOf("://"u8);
        return host < 0 ? full : full[(host + 3)..];
    }

    private static ReadOnlySpan<byte> Stronger(ReadOnlySpan<byte> url, ReadOnlySpan<byte> body) => Rank(body) < Rank(url) ? body : url;

    private static int Rank(ReadOnlySpan<byte> action) => action.IsEmpty ? 9 : action[1] switch { (byte)'q' => 0, (byte)'s' => 1, _ => 5 };

    private static ReadOnlySpan<byte> Answer(long status) => status switch
    {
        401 or 403 => "access_denied"u8,
        429 => "rate_limit_exceeded"u8,
        _ => "http_request"u8,
    };

    /// <summary>A script run out of an upload folder, or sent as the file name of an upload.</summary>
    private static bool IsUploadViolation(EventRecord record)
    {
        var path = record.Text(Ecs.UrlPath);
        var folder = path.IndexOf("upload"u8);
        if (folder >= 0 && path[folder..].IndexOf((byte)'/') > 0 && EndsLikeScript(path))
        {
            return true;
        }

        var body = record.Text(Ecs.HttpRequestBodyContent);
        var name = body[..Math.Min(body.Length, 8192)].IndexOf("filename="u8);
        if (name >= 0)
        {
            var rest = body[(name + "filename="u8.Length)..].TrimStart("\"'\\"u8);
            var end = rest.IndexOfAny(NameEnds);
            return EndsLikeScript(end < 0 ? rest : rest[..end]);
        }

        return record.Text(Ecs.HttpRequestMethod).SequenceEqual("PUT"u8) && EndsLikeScript(path);
    }

    private static bool EndsLikeScript(ReadOnlySpan<byte> path)
    {
        var dot = path.LastIndexOf((byte)'.');
        if (dot < 0)
        {
            return false;
        }

        var extension = path[(dot + 1)..];
        return extension.Length is >= 2 and <= 5 && (ByteText.Is(extension, "php"u8) || ByteText.Is(extension,
            "phtml"u8) || ByteText.Is(extension, "php5"u8)
            || ByteText.Is(extension, "jsp"u8) || ByteText.Is(extension, "jspx"u8) || ByteText.Is(extension, "asp"u8) || ByteText.Is(extension,
                "aspx"u8)
            || ByteText.Is(extension, "exe"u8) || ByteText.Is(extension, "sh"u8) || ByteText.Is(extension, "phar"u8));
    }

    /// <summary>The server refused a request that changes something because its anti-forgery token was missing or wrong.</summary>
    private static bool IsForged(EventRecord record, long status) =>
        status == 419
        || (status == 403 && record.Text(Ecs.UrlOriginal).IndexOf("csrf"u8) >= 0 && !record.Text(Ecs.HttpRequestMethod).SequenceEqual("GET"u8));
}
