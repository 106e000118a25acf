namespace SecStream.Connectors.Redis.Checks;

/// <summary>What puts a refused connection right. Goes by the server's words, which have been the same for ten years.</summary>
internal static class RedisMends
{
    public static string OfConnect(string message, RedisOptions options)
    {
        bool Says(string words) => message.Contains(words, StringComparison.OrdinalIgnoreCase);
        var place = options.PasswordFile ?? (options.PasswordVariable is { } variable ? $"environment variable {variable}" : null);
        if (Says("NOAUTH"))
        {
            return "the server wants a password: set redis.password_file or redis.password_env";
        }

        if (Says("WRONGPASS") || Says("invalid password") || Says("invalid username-password"))
        {
            return $"the password is wrong, or the user {options.Username ?? "default"} is off: mend {place}, or ACL SETUSER {options.Username ?? "default"} on >PASSWORD at the server";
        }

        if (Says("without any password configured") || Says("no password is set"))
        {
            return $"the server wants no password: take {place ?? "the password"} out of the section redis, or give the server one (requirepass)";
        }

        if (Says("certificate"))
        {
            return options.AuthorityFile is { } file
                ? $"{file} must hold the authority that signed the server's certificate (PEM), and the certificate must name the host as redis.endpoints does"
                : "name the authority that signed the server's certificate: redis.ca";
        }

        if (Says("may speak TLS only"))
        {
            return "set redis.tls: true, or name the port without TLS";
        }

        if (Says("may speak no TLS"))
        {
            return "set redis.tls: false, or name the port with TLS (tls-port)";
        }

        return Says("database") ? $"use a database that exists (CONFIG GET databases); redis.database is {options.Database}"
            : Says("NOPERM") ? $"ACL SETUSER {options.Username ?? "default"} +ping +select +info +eval at the server"
            : Says("DENIED") || Says("protected mode") ? "the server takes connections from its own machine only: give it a password and bind it to its address (protected-mode)"
            : Says("max number of clients") ? "raise maxclients of the server, or end clients that nobody needs (CLIENT LIST)"
            : Says("LOADING") ? "it is loading its data; try again when it is done"
            : Says("is no Redis") ? "something else listens there: mend host and port in redis.endpoints"
            : "see whether the server runs and the address is right; a firewall may lie between (redis-cli -h HOST -p PORT ping)";
    }
}
