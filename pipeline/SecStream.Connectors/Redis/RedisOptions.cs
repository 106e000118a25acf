namespace SecStream.Connectors.Redis;

/// <summary>A Redis server. Immutable; the password is read when it is connected to, and never shown.</summary>
public sealed record RedisOptions
{
    /// <summary>Servers, <c>host:port</c>: one, or a primary with its replicas.</summary>
    public required IReadOnlyList<string> Endpoints { get; init; }

    /// <summary>TLS. Default false.</summary>
    public bool Tls { get; init; }

    /// <summary>PEM file with the authorities the server's certificate may come from; null: those of the system.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>User (Redis 6 and later); null: the default user. Needs the full package profile.</summary>
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

    /// <summary>How long recent alerts are kept, from the time they were written. Default 24 h.</summary>
    public TimeSpan Keep { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long counters of a day, and what tells a redelivery from news, are kept. Default 8 days.</summary>
    public TimeSpan KeepCounts { get; init; } = TimeSpan.FromDays(8);

    /// <summary>How long events by category are kept. Default 24 h.</summary>
    public TimeSpan KeepEvents { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Alerts, incidents and events by category kept at most, of each; those that happened first go first. Default 10 000.</summary>
    public int RecentCount { get; init; } = 10_000;

    /// <summary>Entities counted per day at most; those with the fewest alerts go first. Default 10 000.</summary>
    public int EntityCount { get; init; } = 10_000;

    /// <summary>Actions in force at most. Default 100 000.</summary>
    public int ActionCount { get; init; } = 100_000;

    /// <summary>How long an action is in force whose rule names no duration. Default 1 h.</summary>
    public TimeSpan ActionDuration { get; init; } = TimeSpan.FromHours(1);

    /// <summary>An alert that ended longer ago than this asks for no action any more (an import of old logs blocks nobody). Default 24 h.</summary>
    public TimeSpan ActionMaxAge { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Longest wait for an answer. Default 2 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Longest wait for a connection. Default 3 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(3);
}
