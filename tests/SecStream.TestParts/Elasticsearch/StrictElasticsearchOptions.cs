using System.Security.Cryptography.X509Certificates;

namespace SecStream.TestParts.Elasticsearch;

/// <summary>Which product and version the server plays.</summary>
/// <param name="IsOpenSearch">OpenSearch; else Elasticsearch.</param>
/// <param name="Version">The version it tells.</param>
public sealed record StrictFlavor(bool IsOpenSearch, Version Version)
{
    public static StrictFlavor Elasticsearch710 { get; } = new(false, new Version(7, 10, 2));

    public static StrictFlavor Elasticsearch817 { get; } = new(false, new Version(8, 17, 0));

    public static StrictFlavor Elasticsearch9 { get; } = new(false, new Version(9, 1, 0));

    public static StrictFlavor OpenSearch1 { get; } = new(true, new Version(1, 3, 20));

    public static StrictFlavor OpenSearch2 { get; } = new(true, new Version(2, 19, 0));

    /// <summary>OpenSearch that says 7.10.2 (<c>compatibility.override_main_response_version</c>).</summary>
    public bool Compatibility { get; init; }

    public bool IsElasticsearch(int major, int minor = 0) => !IsOpenSearch && Version >= new Version(major, minor);
}

/// <summary>How the server behaves.</summary>
public sealed record StrictElasticsearchOptions
{
    public StrictFlavor Flavor { get; init; } = StrictFlavor.Elasticsearch817;

    /// <summary>Speaks https with this certificate.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Sent along with the certificate.</summary>
    public X509Certificate2Collection? CertificateChain { get; init; }

    /// <summary>Values of <c>Authorization</c> that are accepted; null: none is asked for.</summary>
    public IReadOnlyList<string>? Authorizations { get; init; }

    /// <summary><c>http.max_content_length</c>.</summary>
    public int MaxContentBytes { get; init; } = 100 << 20;

    /// <summary>False: documents are counted by id and thrown away, fast.</summary>
    public bool KeepDocuments { get; init; } = true;

    /// <summary>Documents can be searched at once. False: after a refresh only.</summary>
    public bool IsRefreshedAtOnce { get; init; } = true;

    /// <summary>The clock that says when indices are made.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The port; 0: a free one.</summary>
    public int Port { get; init; }
}

/// <summary>A request as it came.</summary>
public sealed record StrictRequest(string Method, string Path, IReadOnlyDictionary<string, string> Query, ReadOnlyMemory<byte> Body, string? ContentType)
{
    /// <summary>The parts of the path, unescaped.</summary>
    public string[] Parts { get; } = [.. Path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString)];

    public string Text => System.Text.Encoding.UTF8.GetString(Body.Span);
}

/// <summary>An answer, or what happens instead of one.</summary>
public sealed record StrictReply(int Status, byte[] Body)
{
    /// <summary>The connection is reset instead.</summary>
    public bool Reset { get; init; }

    /// <summary>Waits so long first.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>The request is carried out, and then this is what is answered: an outcome the client does not learn.</summary>
    public bool CarriedOut { get; init; }

    /// <summary>Value of <c>Retry-After</c>; null: none.</summary>
    public string? RetryAfter { get; init; }

    /// <summary>Value of <c>Content-Type</c>.</summary>
    public string ContentType { get; init; } = "application/json";

    public static StrictReply Json(int status, string json) => new(status, System.Text.Encoding.UTF8.GetBytes(json));

    public static StrictReply Error(int status, string type, string reason) => Json(
        status,
        $$"""{"error":{"root_cause":[{"type":{{Quoted(type)}},"reason":{{Quoted(reason)}}}],"type":{{Quoted(type)}},"reason":{{Quoted(reason)}}},"status":{{status}}}""");

    public static StrictReply Overloaded { get; } = Error(429, "es_rejected_execution_exception", "rejected execution of coordinating operation");

    public static StrictReply Unavailable { get; } = Json(503, """{"error":{"type":"master_not_discovered_exception","reason":null},"status":503}""");

    public static StrictReply ConnectionReset { get; } = new(0, []) { Reset = true };

    internal static string Quoted(string text) => System.Text.Json.JsonSerializer.Serialize(text);
}

/// <summary>A failure of one item of a bulk request.</summary>
public sealed record StrictItemError(int Status, string Type, string Reason);
