using System.Net;
using System.Text.Json;
using SecStream.Connectors.Redis;
using SecStream.Integration.Tests.Faults;
using SecStream.TestParts.Redis;

namespace SecStream.Integration.Tests.Stack;

/// <summary>The whole service beside a real Redis.</summary>
public sealed class RedisServiceTests
{
    [Fact]
    public async Task Serve_BlacklistWrittenByHand_ComesIntoForceForEvents()
    {
        await using var beside = await Beside.StartAsync();
        await beside.Server.CliAsync("HSET", "secstream:blacklist", "203.0.113.7", "seen by hand");
        await beside.Server.CliAsync("SADD", "blocked_ips", "203.0.113.8");
        var number = 0;
        foreach (var address in (string[])["203.0.113.7", "203.0.113.8"])
        {
            await beside.Service.UntilAsync(
                async () =>
                {
                    // Events before the list was taken up are evaluated without it: so another one each time.
                    var id = $"hand{number++}";
                    await beside.Service.PostAsync([$$"""{"@timestamp":"{{DateTime.UtcNow:O}}","event":{"id":"{{id}}","action":"http_request"},"source":{"ip":"{{address}}"} }"""]);
                    using var events = JsonDocument.Parse((await beside.Service.GetAsync("/api/v1/events?limit=10000")).Text);
                    return events.RootElement.GetProperty("events").EnumerateArray().Select(one => one.GetRawText()).Any(part =>
                        part.Contains(address, StringComparison.Ordinal) && part.Contains("\"threat.matched\":true", StringComparison.Ordinal));
                },
                $"{address} is known to the enrichment");
        }

        Assert.Contains("203.0.113.7,\"seen by hand\",", await File.ReadAllTextAsync(beside.Folder.InData("state", "blacklist.txt")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_RedisKilledAndBack_EventsGoOnAlertsFollowAndItShows()
    {
        await using var beside = await Beside.StartAsync();
        var lines = FaultEvents.Make(0, 2_400, FaultEvents.Start());
        await beside.Service.PostAsync(lines.Take(1_200));
        await beside.Service.UntilAsync(async () => await beside.AlertsAsync() >= 90, "alerts of the first half are in Redis");
        await beside.Service.UntilAsync(async () => (await beside.MetricsAsync()).Contains("\nsecstream_redis_latency_seconds{quantile=\"0.99\"", StringComparison.Ordinal), "metrics");
        var metrics = await beside.MetricsAsync();
        foreach (var name in (string[])
            [
                "memory_used_bytes ", "memory_limit_bytes 67108864\n", "latency_seconds{quantile=\"0.5\"", "commands_per_second ", "evicted_keys_total 0\n", "expired_keys_total ", "keys ",
            ])
        {
            Assert.Contains("\nsecstream_redis_" + name, metrics, StringComparison.Ordinal);
        }

        await beside.Server.KillAsync();
        await beside.Service.UntilAsync(() => beside.Service.Log.Contains("sink_failing (redis)", StringComparison.Ordinal), "the ledger tells that Redis is away");
        await beside.Service.PostAsync(lines.Skip(1_200));
        await beside.Service.UntilAsync(async () => (await beside.Service.EventsAsync()).Count == 2_400, "events go on");
        Assert.DoesNotContain("\nsecstream_redis_memory_used_bytes", await beside.MetricsAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await beside.Service.GetAsync("/health/ready")).Status);

        await beside.Server.RestartAsync();
        await beside.Service.UntilAsync(async () => await beside.AlertsAsync() >= 190, "the rest follows");
        await beside.Service.UntilAsync(() => beside.Service.Log.Contains("sink_failing (redis) is over", StringComparison.Ordinal), "the ledger tells that it is back");
    }

    /// <summary>A service and its Redis.</summary>
    private sealed class Beside(FaultFolder folder, RedisServer server, InProcessService service) : IAsyncDisposable
    {
        public FaultFolder Folder => folder;

        public RedisServer Server => server;

        public InProcessService Service => service;

        public static async Task<Beside> StartAsync()
        {
            var server = await RedisServer.StartAsync(new() { Arguments = ["--maxmemory", "64mb"] });
            var folder = new FaultFolder();
            var service = new InProcessService(
                folder, TimeProvider.System, new RedisOptions { Endpoints = [server.Endpoint], GuideKeys = true, Timeout = TimeSpan.FromSeconds(1) });
            await service.ListeningAsync();
            return new Beside(folder, server, service);
        }

        public async Task<int> AlertsAsync() => int.Parse(await server.CliAsync("ZCARD", "secstream:alerts:recent"), null);

        public async Task<string> MetricsAsync() => (await service.GetAsync("/metrics")).Text;

        public async ValueTask DisposeAsync()
        {
            await service.DisposeAsync();
            await server.DisposeAsync();
            folder.Dispose();
        }
    }
}
