using SecStream.Connectors.Redis;
using SecStream.TestParts.Redis;
using static SecStream.Connectors.Tests.Redis.RedisHarness;

namespace SecStream.Connectors.Tests.Redis;

public sealed class RedisHealthTests
{
    [Fact]
    public async Task Ask_ServerWithLimit_TellsMemoryLatencyAndKeys()
    {
        await using var server = await RedisServer.StartAsync(new() { AppendOnly = false, Arguments = ["--maxmemory", "30mb"] });
        await using var connection = Connect(server);
        var health = new RedisHealth(connection, TimeProvider.System);
        await health.AskAsync(true, default);
        await server.CliAsync("EVAL", "redis.call('SET', 'big', string.rep('x', 24 * 1024 * 1024)) return 1", "0");
        await server.CliAsync("SET", "short", "1", "PX", "1");
        for (var attempt = 0; attempt < 100 && (health.Status.Expired == 0 || health.Status.LatencyMedian is null); attempt++)
        {
            await Task.Delay(20);
            await health.AskAsync(true, default);
        }

        var status = health.Status;
        Assert.Equal((30L << 20, 1, 1), (status.LimitBytes, status.Keys, status.Expired));
        Assert.InRange(status.LatencyMedian!.Value, TimeSpan.Zero, status.LatencyP99!.Value);
        Assert.Contains(status.Strains, strain => strain.What == "memory");
        Assert.Null(status.AwaySince);
    }

    [Fact]
    public async Task Ask_ServerEvicts_CountsAlsoOverItsRestart()
    {
        await using var server = await RedisServer.StartAsync(new() { AppendOnly = false, Arguments = ["--maxmemory", "4mb", "--maxmemory-policy", "allkeys-lru"] });
        await using var connection = Connect(server);
        var health = new RedisHealth(connection, TimeProvider.System);
        await health.AskAsync(true, default);
        await FillAsync();
        await health.AskAsync(true, default);
        var first = health.Status.Evicted;
        Assert.True(first > 0);

        await server.RestartAsync();
        await FillAsync();
        for (var attempt = 0; attempt < 100 && (attempt == 0 || health.Status.AwaySince is not null); attempt++)
        {
            await health.AskAsync(true, default);
            await Task.Delay(20);
        }

        Assert.True(health.Status.Evicted > first);

        // Room is made before a script, not while it runs.
        async Task FillAsync()
        {
            for (var round = 0; round < 3; round++)
            {
                await server.CliAsync("EVAL", "for i = 1, 50 do redis.call('SET', ARGV[1] .. i, string.rep('x', 100000)) end return 1", "0", $"{round}:");
            }
        }
    }

    [Fact]
    public async Task Run_ServerSilentAndBack_TellsSinceWhenAndThatItWasSlow()
    {
        await using var server = await RedisServer.StartAsync();
        await using var connection = Connect(server);
        var health = new RedisHealth(connection, TimeProvider.System) { Interval = TimeSpan.FromMilliseconds(5) };
        using var stop = new CancellationTokenSource();
        var run = health.RunAsync(stop.Token);
        await UntilAsync(() => health.Status.LatencyMedian is not null);
        server.Pause();
        await UntilAsync(() => health.Status.AwaySince is not null);
        Assert.Contains(server.Endpoint, health.Status.Fault, StringComparison.Ordinal);
        server.Resume();
        await UntilAsync(() => health.Status.AwaySince is null);

        Assert.True(health.Status.LatencyP99 >= connection.Options.Timeout);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    private static Task UntilAsync(Func<bool> condition) => Outbox.AlertOutboxTests.UntilAsync(condition);
}
