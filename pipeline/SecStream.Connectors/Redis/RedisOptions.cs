namespace SecStream.Connectors.Redis;

/// <summary>A Redis server. Immutable; the password is read when it is connected to, and never shown.</summary>
public sealed record RedisOptions
{
    /// <summary>Servers, <c>host:port</c>.</summary>
    public required IReadOnlyList<string> Endpoints { get; init; }

    /// <summary>TLS. Default false.</summary>
    public bool Tls { get; init; }

    /// <summary>User (Redis 6 and later); null: the default user.</summary>
    public string? Username { get; init; }

    /// <summary>Environment variable with the password; null: none.</summary>
    public string? PasswordVariable { get; init; }

    /// <summary>File with the password; null: none.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>Number of the database. Default 0.</summary>
    public int Database { get; init; }

    /// <summary>Beginning of the names of all keys and channels. Default <c>secstream:</c>.</summary>
    public string Prefix { get; init; } = "secstream:";

    /// <summary>The keys of the operations guides are kept under their literal names, too (<c>critical_security_events</c> …). Default false.</summary>
    public bool GuideKeys { get; init; }

    /// <summary>How long recent alerts are kept. Default 24 h.</summary>
    public TimeSpan Keep { get; init; } = TimeSpan.FromHours(24);
}
