using System.Globalization;
using System.Security.Cryptography;
using SecStream.Core.Checks;

namespace SecStream.Connectors.Redis.Checks;

/// <summary>
/// Tries every command that the scripts use, on a key of its own, and every group of keys and channels. A user of Redis may lack any of them.
/// </summary>
internal sealed class RedisRights(RedisOptions options, Func<string, string> name)
{
    private const string Nothing = "secstream-check";

    /// <summary>All commands that a user needs, for the ACL.</summary>
    public static IReadOnlyList<string> Commands { get; } =
    [
        "ping", "echo", "select", "info", "eval", "subscribe", "unsubscribe", "publish", "type", "exists", "get", "set", "del", "expire", "hget", "hset", "hdel", "hgetall", "hlen",
        "hexists", "hincrby", "lpush", "lrem", "ltrim", "sadd", "srem", "sismember", "smembers", "scard", "zadd", "zrem", "zcard", "zscore", "zincrby", "zrange", "zrangebyscore",
        "zremrangebyscore", "zremrangebyrank",
    ];

    /// <summary>The command that gives a user all it needs, beside its password.</summary>
    public static string Acl(RedisOptions options)
    {
        var keys = options.GuideKeys
            ? $" ~{RedisCategories.Critical} ~{RedisCategories.Transactions} ~{RedisCategories.RateLimits} ~{RedisBlacklistScripts.GuideSet} ~security:*"
            : "";
        return $"ACL SETUSER {options.Username ?? "default"} on ~{options.Prefix}*{keys} &{options.Prefix}* +{string.Join(" +", Commands)}";
    }

    private string User => options.Username ?? "default";

    /// <summary>Tries them.</summary>
    public async Task<IReadOnlyList<PartCheck>> RunAsync(RedisProbe probe, CancellationToken cancellation)
    {
        var key = $"{options.Prefix}check:{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
        var checks = new List<PartCheck>();
        if (await probe.AskAsync(cancellation, "SET", key, "1", "EX", "60").ConfigureAwait(false) is ['-', ..] refusal && !IsRight(refusal))
        {
            return [Refused(name("write"), refusal, "SET", options)];
        }

        // The key is a string: an allowed command of another type is refused for the type, and leaves nothing behind.
        List<string> missing = [];
        var isKeyRefused = false;
        foreach (var command in Tries(key, options.Database.ToString(CultureInfo.InvariantCulture)))
        {
            var answer = await probe.AskAsync(cancellation, command).ConfigureAwait(false);
            isKeyRefused |= IsKey(answer);
            if (IsCommand(answer))
            {
                missing.Add(command[0]);
            }
        }

        await probe.AskAsync(cancellation, "DEL", key).ConfigureAwait(false);
        if (missing.Count > 0)
        {
            checks.Add(PartCheck.Failed(
                name("rights"),
                $"user {User} may not {string.Join(", ", missing)}",
                $"ACL SETUSER {User} {string.Join(' ', missing.Select(command => "+" + command.ToLowerInvariant()))}; a command that redis.conf has renamed must have its name back"));
        }

        if (isKeyRefused)
        {
            checks.Add(PartCheck.Failed(name("keys"), $"user {User} may not use keys that begin with {options.Prefix}", $"ACL SETUSER {User} ~{options.Prefix}*"));
        }

        if (options.GuideKeys)
        {
            checks.AddRange(await GuideKeysAsync(probe, cancellation).ConfigureAwait(false));
        }

        if (await ChannelsAsync(probe, cancellation).ConfigureAwait(false) is { } channel)
        {
            checks.Add(channel);
        }

        return checks.Count > 0 ? checks : [PartCheck.Ok(name("rights"), $"user {User} may do all that is needed")];
    }

    /// <summary>Says why something was refused, in the server's words.</summary>
    public static PartCheck Refused(string what, string answer, string command, RedisOptions options)
    {
        var mend = IsCommand(answer) ? $"ACL SETUSER {options.Username ?? "default"} +{command.ToLowerInvariant()}"
            : answer.StartsWith("-OOM", StringComparison.Ordinal) ? "its memory is full: shorten redis.keep, or raise maxmemory (CONFIG SET maxmemory)"
            : answer.StartsWith("-MISCONF", StringComparison.Ordinal) ? "it can't save to its disk: free space or mend the rights of its folder, see its log"
            : answer.StartsWith("-READONLY", StringComparison.Ordinal) ? "it is a replica: name the primary"
            : answer.StartsWith("-NOREPLICAS", StringComparison.Ordinal) ? "it wants replicas before it takes writes: start them, or set min-replicas-to-write 0"
            : "see the log of the server";
        return PartCheck.Failed(what, answer[1..], mend);
    }

    private static bool IsRight(string answer) => IsCommand(answer) || IsKey(answer);

    private static bool IsCommand(string answer) => answer.StartsWith("-ERR unknown command", StringComparison.Ordinal)
        || (answer.StartsWith("-NOPERM", StringComparison.Ordinal) && answer.Contains("to run the", StringComparison.Ordinal));

    private static bool IsKey(string answer) => answer.StartsWith("-NOPERM", StringComparison.Ordinal) && answer.Contains("key", StringComparison.Ordinal)
        && !answer.Contains("to run the", StringComparison.Ordinal);

    private static bool IsChannel(string answer) => answer.StartsWith("-NOPERM", StringComparison.Ordinal) && answer.Contains("channel", StringComparison.Ordinal);

    private static string[][] Tries(string key, string database) =>
    [
        ["ECHO", "1"], ["SELECT", database], ["SET", key, "1", "EX", "60"], ["GET", key], ["TYPE", key], ["EXISTS", key], ["EXPIRE", key, "60"], ["EVAL", "return 1", "0"],
        ["HGET", key, "f"], ["HSET", key, "f", "1"], ["HDEL", key, "f"], ["HGETALL", key], ["HLEN", key], ["HEXISTS", key, "f"], ["HINCRBY", key, "f", "1"],
        ["LPUSH", key, "1"], ["LREM", key, "1", "1"], ["LTRIM", key, "0", "1"], ["SADD", key, "1"], ["SREM", key, "1"], ["SISMEMBER", key, "1"], ["SMEMBERS", key], ["SCARD", key],
        ["ZADD", key, "1", "m"], ["ZREM", key, "m"], ["ZCARD", key], ["ZSCORE", key, "m"], ["ZINCRBY", key, "1", "m"], ["ZRANGE", key, "0", "1"], ["ZRANGEBYSCORE", key, "0", "1"],
        ["ZREMRANGEBYSCORE", key, "0", "1"], ["ZREMRANGEBYRANK", key, "0", "1"], ["DEL", key],
    ];

    /// <summary>Takes what is not there out of the keys of the guides: changes nothing, and needs the right to write.</summary>
    private async Task<IReadOnlyList<PartCheck>> GuideKeysAsync(RedisProbe probe, CancellationToken cancellation)
    {
        string[][] tries =
        [
            ["LREM", RedisCategories.Critical, "1", Nothing], ["LREM", RedisCategories.Transactions, "1", Nothing], ["ZREM", RedisCategories.RateLimits, Nothing],
            ["SREM", RedisBlacklistScripts.GuideSet, Nothing], ["HDEL", "security:auth:0", Nothing],
        ];
        List<string> refused = [];
        List<PartCheck> checks = [];
        foreach (var command in tries)
        {
            var answer = await probe.AskAsync(cancellation, command).ConfigureAwait(false);
            var key = command[1] == "security:auth:0" ? "security:*" : command[1];
            if (IsKey(answer))
            {
                refused.Add(key);
            }
            else if (answer.StartsWith("-WRONGTYPE", StringComparison.Ordinal))
            {
                checks.Add(PartCheck.Warning(
                    name("guide keys"), $"{command[1]} is used by somebody else for another type; it is left alone, and the guides' command does not work", $"rename it: RENAME {command[1]} NAME"));
            }
        }

        return refused.Count == 0
            ? checks
            : [.. checks, PartCheck.Failed(name("guide keys"), $"user {User} may not use the keys {string.Join(", ", refused)}", $"ACL SETUSER {User} ~{string.Join(" ~", refused)}, or redis.guide_keys: false")];
    }

    private async Task<PartCheck?> ChannelsAsync(RedisProbe probe, CancellationToken cancellation)
    {
        // Last: a connection that subscribes takes no other command, in the old protocol.
        var channel = $"{options.Prefix}check";
        var published = await probe.AskAsync(cancellation, "PUBLISH", channel, "1").ConfigureAwait(false);
        var subscribed = await probe.AskAsync(cancellation, "SUBSCRIBE", channel).ConfigureAwait(false);
        if (!subscribed.StartsWith('-'))
        {
            await probe.AskAsync(cancellation, "UNSUBSCRIBE", channel).ConfigureAwait(false);
        }

        string[] missing = [.. new[] { ("publish", published), ("subscribe", subscribed) }.Where(tried => IsCommand(tried.Item2)).Select(tried => tried.Item1)];
        return missing.Length > 0
            ? PartCheck.Failed(name("channels"), $"user {User} may not {string.Join(", ", missing)}", $"ACL SETUSER {User} +{string.Join(" +", missing)}")
            : IsChannel(published) || IsChannel(subscribed)
                ? PartCheck.Failed(name("channels"), $"user {User} may not use channels that begin with {options.Prefix}", $"ACL SETUSER {User} &{options.Prefix}*")
                : null;
    }
}
