using System.Diagnostics.Metrics;
using SecStream.Connectors.Redis;

namespace SecStream.Host.Telemetry;

/// <summary>The instruments of Redis. While it is away its last figures are not repeated: only what was counted stays.</summary>
internal static class RedisInstruments
{
    /// <summary>Makes them.</summary>
    /// <param name="meter">The meter of the service.</param>
    /// <param name="status">How Redis stands; null: there is none.</param>
    public static void Add(Meter meter, Func<RedisHealthStatus?> status)
    {
        void Gauge(string name, string unit, string description, Func<RedisHealthStatus, double?> value) => meter.CreateObservableGauge(
            name, () => status() is { At: not null, AwaySince: null } now && value(now) is { } figure ? [new Measurement<double>(figure)] : Array.Empty<Measurement<double>>(), unit, description);

        void Count(string name, string unit, string description, Func<RedisHealthStatus, long> value) => meter.CreateObservableCounter(
            name, () => status() is { At: not null } now ? [new Measurement<long>(value(now))] : Array.Empty<Measurement<long>>(), unit, description);

        Gauge("secstream.redis.memory.used", "By", "Memory that Redis uses", s => s.UsedBytes);
        Gauge("secstream.redis.memory.limit", "By", "maxmemory; absent when there is none", s => s.LimitBytes);
        Gauge("secstream.redis.commands_per_second", "{command}/s", "Commands that Redis works off", s => s.CommandsPerSecond);
        Gauge("secstream.redis.keys", "{key}", "Keys in the database", s => s.Keys);
        Count("secstream.redis.evicted_keys", "{key}", "Keys that Redis has evicted", s => s.Evicted);
        Count("secstream.redis.expired_keys", "{key}", "Keys that have expired", s => s.Expired);
        meter.CreateObservableGauge(
            "secstream.redis.latency", () => status() is { LatencyMedian: { } median, LatencyP99: { } most } ? Latency(median, most) : [], "s",
            "Time of a PING over the last minute: quantile 0.5 and 0.99");
    }

    private static Measurement<double>[] Latency(TimeSpan median, TimeSpan most) =>
    [
        new(median.TotalSeconds, new KeyValuePair<string, object?>("quantile", "0.5")), new(most.TotalSeconds, new KeyValuePair<string, object?>("quantile", "0.99")),
    ];
}
