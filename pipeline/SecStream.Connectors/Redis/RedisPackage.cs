using System.Net;
using System.Security.Cryptography.X509Certificates;
using StackExchange.Redis;

namespace SecStream.Connectors.Redis;

/// <summary>All in which the client of the two package profiles differs, and how it is set up.</summary>
internal static class RedisPackage
{
    private const int KeepAliveSeconds = 10;

#if FULL_PACKAGES
    private const bool KnowsUsers = true;
#else
    private const bool KnowsUsers = false;
#endif

    /// <summary>Settings of a connection.</summary>
    /// <exception cref="RedisUnavailableException">The password or an endpoint can't be used.</exception>
    public static ConfigurationOptions Configure(RedisOptions options)
    {
        if (options.Username is not null && !KnowsUsers)
        {
            throw new RedisUnavailableException(
                $"user {options.Username} of Redis needs the full package profile (StackExchange.Redis 1.2.6 knows only passwords); leave the user out and give the default user a password");
        }

        var timeout = (int)options.Timeout.TotalMilliseconds;
        var configuration = new ConfigurationOptions
        {
            AbortOnConnectFail = false,
            ConnectTimeout = (int)options.ConnectTimeout.TotalMilliseconds,
            ConnectRetry = 1,
            SyncTimeout = timeout,
            KeepAlive = KeepAliveSeconds,
            Password = RedisPassword.Read(options),
            Ssl = options.Tls,
            DefaultDatabase = options.Database,
            ClientName = "secstream",
            ReconnectRetryPolicy = new LinearRetry(timeout),
#if FULL_PACKAGES
            AsyncTimeout = timeout,
            User = options.Username,
            BacklogPolicy = BacklogPolicy.FailFast,
#endif
        };
        foreach (var endpoint in options.Endpoints)
        {
            var (host, port) = Endpoint(endpoint);
            configuration.EndPoints.Add(IPAddress.TryParse(host, out var address) ? new IPEndPoint(address, port) : new DnsEndPoint(host, port));
            configuration.SslHost ??= options.Tls && options.Endpoints.Count == 1 ? host : null;
        }

        if (options.AuthorityFile is { } file)
        {
            var authorities = RedisTrust.Load(file);
            configuration.CertificateValidation += (_, certificate, _, errors) => RedisTrust.IsTrusted(certificate as X509Certificate2, errors, authorities);
        }

        return configuration;
    }

    /// <summary>What is set on a connection once it exists.</summary>
    public static void Tune(ConnectionMultiplexer connection)
    {
#if FULL_PACKAGES
        _ = connection;
#else
        // Continuations of our own must not hold up the thread that reads answers.
        connection.PreserveAsyncOrder = false;
#endif
    }

    /// <summary>Host and port of <c>host:port</c>, <c>[v6]:port</c>, or a host alone.</summary>
    public static (string Host, int Port) Endpoint(string text)
    {
        const int defaultPort = 6379;
        var colon = text.LastIndexOf(':');
        var hasPort = colon > 0 && (text[colon - 1] == ']' || text.IndexOf(':', StringComparison.Ordinal) == colon);
        var host = (hasPort ? text[..colon] : text).Trim('[', ']');
        var port = defaultPort;
        return host.Length == 0 || host.Contains('/', StringComparison.Ordinal) || (hasPort && (!int.TryParse(text.AsSpan(colon + 1), out port) || port is < 1 or > 65535))
            ? throw new RedisUnavailableException($"'{text}' is no server of Redis; write host:port, like redis.example.com:6379")
            : (host, port);
    }
}
