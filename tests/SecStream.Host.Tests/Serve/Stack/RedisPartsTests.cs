using SecStream.Connectors.Embedded;
using SecStream.Connectors.Outbox;
using SecStream.Connectors.Redis;
using SecStream.Host.Ledger;
using SecStream.Host.Serve.Stack;
using SecStream.TestParts;
using SecStream.TestParts.Redis;
using Xunit;

namespace SecStream.Host.Tests.Serve.Stack;

public sealed class RedisPartsTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("secstream-redis-parts-").FullName;

    [Fact]
    public async Task Observe_ServerStrainedAndEntryRefused_TheLedgerIsTold()
    {
        await using var server = await RedisServer.StartAsync(new() { AppendOnly = false, Arguments = ["--maxmemory", "30mb"] });
        await server.CliAsync("EVAL", "redis.call('SET', 'big', string.rep('x', 25 * 1024 * 1024)) return 1", "0");
        await server.CliAsync("HSET", "secstream:blacklist", "everybody", "x");
        await using var parts = RedisParts.Open(new RedisOptions { Endpoints = [server.Endpoint] }, _data, TimeProvider.System);
        using var store = new SqliteAlertStore(_data, new SqliteStoreOptions(), TimeProvider.System);
        using var stop = new CancellationTokenSource();
        var run = parts.RunAsync(store.Blacklist, stop.Token);
        var found = await UntilAsync(parts, seen => seen.Exists(one => one.Kind == BlindSpotKinds.BlacklistRefused) && seen.Exists(one => one.Subject == "redis (memory)"));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);

        Assert.Contains("everybody", found.Find(one => one.Kind == BlindSpotKinds.BlacklistRefused).Detail, StringComparison.Ordinal);
        Assert.Contains("which is critical", found.Find(one => one.Subject == "redis (memory)").Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(found, one => one.Kind == BlindSpotKinds.SinkFailing);
    }

    [Fact]
    public async Task Observe_NobodyAnswers_IsFailingOnceAndBacklogCounts()
    {
        await using var parts = RedisParts.Open(new RedisOptions { Endpoints = [$"127.0.0.1:{FreePort.Next()}"] }, _data, TimeProvider.System);
        await parts.Health.AskAsync(true, default);

        Assert.Single(parts.Observe(null), one => one.Kind == BlindSpotKinds.SinkFailing && one.Since is not null);

        // What the sink says of itself is not said again.
        var found = parts.Observe(new SinkStatus("redis", 0, 20_000 * 1024, 0, null, "away", null)).ToList();
        Assert.Equal("redis (backlog)", Assert.Single(found).Subject);
        Assert.Contains("20,000", found[0].Detail, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);

    private static async Task<List<Observation>> UntilAsync(RedisParts parts, Predicate<List<Observation>> holds)
    {
        for (var attempt = 0; ; attempt++)
        {
            var found = parts.Observe(null).ToList();
            if (holds(found) || attempt == 600)
            {
                return found;
            }

            await Task.Delay(50);
        }
    }
}
