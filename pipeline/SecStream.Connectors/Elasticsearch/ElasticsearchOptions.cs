namespace SecStream.Connectors.Elasticsearch;

/// <summary>An Elasticsearch or OpenSearch cluster. Immutable; secrets are read when it is connected to, and are never shown.</summary>
public sealed record ElasticsearchOptions
{
    /// <summary>Nodes, <c>http://host:9200</c> or <c>https://…</c>; requests are spread over those that answer.</summary>
    public required IReadOnlyList<Uri> Hosts { get; init; }

    /// <summary>Environment variable with an API key (<c>id:key</c> or its base64 form); null: none.</summary>
    public string? ApiKeyVariable { get; init; }

    /// <summary>File with an API key; null: none.</summary>
    public string? ApiKeyFile { get; init; }

    /// <summary>User of basic authentication; null: none.</summary>
    public string? Username { get; init; }

    /// <summary>Environment variable with the user's password.</summary>
    public string? PasswordVariable { get; init; }

    /// <summary>File with the user's password.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>Certificate authority (PEM) that signs the nodes' certificates; null: those of the system.</summary>
    public string? CertificateAuthority { get; init; }

    /// <summary>SHA-256 of a certificate in the nodes' chain, hexadecimal, colons allowed (as Elasticsearch prints it at its first start); null: not pinned.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>Events are written. Default true.</summary>
    public bool Events { get; init; } = true;

    /// <summary>Alerts and incidents are written. Default true.</summary>
    public bool Alerts { get; init; } = true;

    /// <summary>Windows of profiles are written, for a trainer on another machine. Default true.</summary>
    public bool Features { get; init; } = true;

    /// <summary>Events are kept in local segments as well. Default false.</summary>
    public bool KeepLocal { get; init; }

    /// <summary>Bytes of a bulk request at most, 1–100 MiB. Default 8 MiB.</summary>
    public int BulkBytes { get; init; } = 8 << 20;

    /// <summary>Bulk requests under way at once. Default 4.</summary>
    public int BulkRequests { get; init; } = 4;

    /// <summary>Bytes that wait on disk at most while the cluster takes nothing; then intake stops. Default 10 GiB.</summary>
    public long SpoolBytes { get; init; } = 10L << 30;

    /// <summary>Bodies are sent compressed. Default false.</summary>
    public bool Compress { get; init; }

    /// <summary>Time after which a request counts as failed. Default 30 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Kibana's address, for <c>bootstrap</c>; null: none.</summary>
    public Uri? Kibana { get; init; }
}
