namespace SecStream.Host.Init;

/// <summary>Where a secret is: an environment variable or a file; never the secret itself.</summary>
/// <param name="Variable">Environment variable, or null.</param>
/// <param name="File">File, or null.</param>
internal readonly record struct SecretPlace(string? Variable, string? File)
{
    /// <summary>A place is named.</summary>
    public bool IsNamed => Variable is not null || File is not null;
}

/// <summary>What the flags of <c>init</c> say. Paths are as they are to be written.</summary>
internal sealed record InitSettings
{
    /// <summary>Data folder.</summary>
    public string Data { get; init; } = "data";

    /// <summary>Tenant; null: the default.</summary>
    public string? Tenant { get; init; }

    /// <summary>Brokers of Kafka; empty: none.</summary>
    public IReadOnlyList<string> Kafka { get; init; } = [];

    /// <summary>Topics to read.</summary>
    public IReadOnlyList<string> Topics { get; init; } = [];

    /// <summary>Regular expressions of topics to read.</summary>
    public IReadOnlyList<string> TopicPatterns { get; init; } = [];

    /// <summary>Consumer group; null: the default.</summary>
    public string? Group { get; init; }

    /// <summary>TLS to Kafka.</summary>
    public bool KafkaTls { get; init; }

    /// <summary>User of Kafka; null: none.</summary>
    public string? KafkaUser { get; init; }

    /// <summary>SASL mechanism.</summary>
    public string KafkaMechanism { get; init; } = "SCRAM-SHA-512";

    /// <summary>Where the password of Kafka's user is.</summary>
    public SecretPlace KafkaPassword { get; init; }

    /// <summary>Nodes of Elasticsearch; empty: none.</summary>
    public IReadOnlyList<string> Elasticsearch { get; init; } = [];

    /// <summary>Kibana; null: none.</summary>
    public string? Kibana { get; init; }

    /// <summary>Where the API key is.</summary>
    public SecretPlace ApiKey { get; init; }

    /// <summary>User of Elasticsearch; null: none.</summary>
    public string? Username { get; init; }

    /// <summary>Where the password of Elasticsearch's user is.</summary>
    public SecretPlace Password { get; init; }

    /// <summary>Certificate authority of the servers; null: the system's.</summary>
    public string? Authority { get; init; }

    /// <summary>Fingerprint of a certificate of Elasticsearch; null: none.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>Servers of Redis; empty: none.</summary>
    public IReadOnlyList<string> Redis { get; init; } = [];

    /// <summary>TLS to Redis.</summary>
    public bool RedisTls { get; init; }

    /// <summary>Where the password of Redis is.</summary>
    public SecretPlace RedisPassword { get; init; }

    /// <summary>Environment variables and files that the configuration counts on.</summary>
    public IEnumerable<SecretPlace> Secrets => ((SecretPlace[])[KafkaPassword, ApiKey, Password, RedisPassword]).Where(place => place.IsNamed);
}
