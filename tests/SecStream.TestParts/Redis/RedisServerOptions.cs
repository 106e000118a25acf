namespace SecStream.TestParts.Redis;

/// <summary>How a Redis server of a test is set up.</summary>
public sealed record RedisServerOptions
{
    /// <summary>Password of the default user; null: none.</summary>
    public string? Password { get; init; }

    /// <summary>Speaks TLS only, with a certificate of its own authority.</summary>
    public bool Tls { get; init; }

    /// <summary>Writes survive a kill, up to the last second.</summary>
    public bool AppendOnly { get; init; } = true;

    /// <summary>Further arguments, as in <c>redis.conf</c> behind <c>--</c>.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];
}
