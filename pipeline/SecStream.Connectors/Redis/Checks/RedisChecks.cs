using SecStream.Core.Checks;

namespace SecStream.Connectors.Redis.Checks;

/// <summary>
/// Tries all that the service will need of Redis, and names each thing that is missing with its mend. Writes one key beside all others, which leaves at once.
/// </summary>
public static class RedisChecks
{
    internal const string Part = "redis: ";

    /// <summary>Looks at every server that is configured, and then does with the client what the service does.</summary>
    /// <returns>What came of it; a server that can't be reached is a failed check, not an exception.</returns>
    public static async Task<IReadOnlyList<PartCheck>> RunAsync(RedisOptions options, TimeProvider time, CancellationToken cancellation)
    {
        var checks = new List<PartCheck>();
        try
        {
            RedisPackage.Configure(options);
        }
        catch (RedisUnavailableException fault)
        {
            return [PartCheck.Failed(Part + "settings", fault.Message, "mend the section redis of the configuration")];
        }

        var canWrite = false;
        foreach (var endpoint in options.Endpoints)
        {
            canWrite |= await new RedisServerCheck(options, endpoint, time).RunAsync(checks, cancellation).ConfigureAwait(false);
        }

        if (!canWrite)
        {
            if (checks.TrueForAll(check => check.Result != PartCheckResult.Failed))
            {
                checks.Add(PartCheck.Failed(
                    Part + "primary", "all servers that are named are replicas, which take no writes", "add the primary to redis.endpoints: it is named above"));
            }
        }
        else if (checks.TrueForAll(check => check.Result != PartCheckResult.Failed))
        {
            checks.Add(await ClientAsync(options, time, cancellation).ConfigureAwait(false));
        }

        return checks;
    }

    /// <summary>The package has needs of its own when it connects; this shows whether they are met.</summary>
    private static async Task<PartCheck> ClientAsync(RedisOptions options, TimeProvider time, CancellationToken cancellation)
    {
        const string name = Part + "client";
        var connection = new RedisConnection(options, time);
        await using var closing = connection.ConfigureAwait(false);
        try
        {
            await connection.ExecuteAsync("PING", [], cancellation).ConfigureAwait(false);
            await new RedisAlertSink(connection, new RedisInstance("check"), time).CleanUpAsync(cancellation).ConfigureAwait(false);
            return PartCheck.Ok(name, "connects, and its scripts run");
        }
        catch (RedisUnavailableException fault)
        {
            return PartCheck.Failed(name, fault.Message, $"what the message names; all rights that are needed: {RedisRights.Acl(options)}");
        }
    }
}
