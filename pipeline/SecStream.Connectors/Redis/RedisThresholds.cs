using System.Globalization;

namespace SecStream.Connectors.Redis;

/// <summary>A figure above its threshold.</summary>
/// <param name="What"><c>memory</c>, <c>latency</c>, <c>rate</c>, <c>backlog</c>.</param>
/// <param name="IsCritical">The second threshold, too.</param>
/// <param name="Detail">A sentence for people.</param>
/// <param name="Mend">What to do.</param>
public sealed record RedisStrain(string What, bool IsCritical, string Detail, string Mend);

/// <summary>The thresholds of the operations guides: a warning above the first, critical above the second. Pure.</summary>
public static class RedisThresholds
{
    /// <summary>Share of the memory that is used.</summary>
    public static readonly (double Warning, double Critical) Memory = (0.70, 0.85);

    /// <summary>Security events a minute.</summary>
    public static readonly (double Warning, double Critical) Rate = (1_000, 5_000);

    /// <summary>Entries that wait for Redis.</summary>
    public static readonly (double Warning, double Critical) Backlog = (10_000, 50_000);

    /// <summary>Time of an answer, seconds.</summary>
    public static readonly (double Warning, double Critical) Latency = (0.005, 0.020);

    /// <summary>Memory; null: below, or without a limit.</summary>
    public static RedisStrain? OfMemory(long used, long? limit) => limit is not { } most || most <= 0
        ? null
        : Of("memory", Memory, used / (double)most, share => $"Redis uses {Percent(share)} of its memory", "shorten redis.keep, or raise maxmemory (CONFIG SET maxmemory)");

    /// <summary>Latency; null: below.</summary>
    public static RedisStrain? OfLatency(TimeSpan latency) => Of(
        "latency", Latency, latency.TotalSeconds, seconds => string.Create(CultureInfo.InvariantCulture, $"Redis takes {seconds * 1000:0.#} ms for an answer"),
        "look for slow commands of others (SLOWLOG GET), a busy machine, or a long way there");

    /// <summary>Rate; null: below.</summary>
    public static RedisStrain? OfRate(double perMinute) => Of(
        "rate", Rate, perMinute, rate => string.Create(CultureInfo.InvariantCulture, $"{rate:N0} security events a minute go to Redis"), "see with `alerts` and `stats` where they come from");

    /// <summary>Backlog; null: below.</summary>
    public static RedisStrain? OfBacklog(double entries) => Of(
        "backlog", Backlog, entries, count => string.Create(CultureInfo.InvariantCulture, $"about {count:N0} entries wait for Redis"),
        "they are kept in the outbox. See whether Redis can be reached, and whether its memory is full");

    private static RedisStrain? Of(string what, (double Warning, double Critical) thresholds, double value, Func<double, string> detail, string mend) => value > thresholds.Warning
        ? new RedisStrain(what, value > thresholds.Critical, detail(value), mend)
        : null;

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0} %");
}
