using System.Globalization;

namespace SecStream.Connectors.Redis;

/// <summary>What a server says of itself (<c>INFO</c>).</summary>
internal sealed class RedisInfo
{
    private readonly Dictionary<string, string> _lines;

    private RedisInfo(Dictionary<string, string> lines) => _lines = lines;

    /// <summary>Version; 0.0 when it does not say.</summary>
    public Version Version => Version.TryParse(Text("redis_version"), out var version) ? version : new Version(0, 0);

    /// <summary>Another one after each start.</summary>
    public string Run => Text("run_id");

    /// <summary>It is a replica.</summary>
    public bool IsReplica => Text("role") == "slave";

    /// <summary>A replica that takes no writes.</summary>
    public bool IsReadOnly => IsReplica && Text("slave_read_only") != "0";

    /// <summary>The primary of a replica, <c>host:port</c>.</summary>
    public string Primary => $"{Text("master_host")}:{Text("master_port")}";

    /// <summary>Keys are shared out over several servers.</summary>
    public bool IsCluster => Text("cluster_enabled") == "1" || Text("redis_mode") == "cluster";

    /// <summary>It watches over servers and holds nothing itself.</summary>
    public bool IsSentinel => Text("redis_mode") == "sentinel";

    /// <summary>Bytes in use.</summary>
    public long UsedBytes => Number("used_memory") ?? 0;

    /// <summary>Bytes it may use; null: no limit.</summary>
    public long? LimitBytes => Number("maxmemory") is > 0 and var limit ? limit : null;

    /// <summary>What it does at the limit.</summary>
    public string Policy => Text("maxmemory_policy");

    /// <summary>Commands a second, as it measures them.</summary>
    public double CommandsPerSecond => Number("instantaneous_ops_per_sec") ?? 0;

    /// <summary>Keys it has thrown out for room since its start.</summary>
    public long Evicted => Number("evicted_keys") ?? 0;

    /// <summary>Keys that have expired since its start.</summary>
    public long Expired => Number("expired_keys") ?? 0;

    /// <summary>Reads the answer.</summary>
    public static RedisInfo Read(string text)
    {
        var lines = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n'))
        {
            if (line.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon)
            {
                lines[line[..colon]] = line[(colon + 1)..].TrimEnd('\r');
            }
        }

        return new RedisInfo(lines);
    }

    /// <summary>Keys of a database.</summary>
    public long Keys(int database)
    {
        const string name = "keys=";
        var part = Text(string.Create(CultureInfo.InvariantCulture, $"db{database}")).Split(',').FirstOrDefault(part => part.StartsWith(name, StringComparison.Ordinal));
        return part is not null && long.TryParse(part.AsSpan(name.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var keys) ? keys : 0;
    }

    private string Text(string name) => _lines.GetValueOrDefault(name, "");

    private long? Number(string name) => long.TryParse(Text(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
