using System.Diagnostics;
using SecStream.Connectors.Outbox;
using SecStream.Connectors.Redis;
using SecStream.Connectors.Tests.Harness;
using SecStream.Core.Alerts;
using SecStream.TestParts.Redis;
using static SecStream.Connectors.Tests.Redis.RedisHarness;

namespace SecStream.Connectors.Tests.Redis;

public sealed class RedisOutageTests : IDisposable
{
    private static readonly OutboxOptions s_outbox = new() { BatchCount = 100, SinkRetry = TimeSpan.FromMilliseconds(50), MaxSinkRetry = TimeSpan.FromMilliseconds(200) };
    private readonly StoreFolder _folder = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Deliver_ServerKilledAmidst5000_AllAreThereAfterwards(bool isWiped)
    {
        await using var server = await RedisServer.StartAsync(new() { AppendOnly = !isWiped });
        await using var connection = Connect(server);
        await using var outbox = new AlertOutbox(_folder.Alerts, s_outbox, TimeProvider.System);
        Enumerable.Range(0, 5_000).ToList().ForEach(i => outbox.Append(Alert(i, address: $"10.0.{i / 250}.{i % 250}")));
        await outbox.FlushAsync(default);
        await using var deliveries = Deliver(outbox, connection);
        await UntilAsync(() => deliveries.Statuses[0].Delivered >= 1_000);
        await server.KillAsync();
        await UntilAsync(() => deliveries.Statuses[0].Error is not null);
        Assert.Contains(server.Endpoint, deliveries.Statuses[0].Error, StringComparison.Ordinal);
        await server.RestartAsync();
        await DrainAsync(deliveries);

        Assert.Equal("5000", await server.CliAsync("ZCARD", "secstream:alerts:recent"));
        Assert.Equal("5000", await server.CliAsync("HGET", $"secstream:counts:{TimeProvider.System.GetUtcNow():yyyy-MM-dd}", "alerts"));
        Assert.Equal("5000", await server.CliAsync("EVAL", "return #redis.call('KEYS', 'secstream:alert:*')", "0"));
        Assert.Equal("5000", await server.CliAsync("ZCARD", "secstream:actions:active"));
    }

    [Fact]
    public async Task Deliver_ServerWipedAfterAll_GetsAllAgain()
    {
        await using var server = await RedisServer.StartAsync(new() { AppendOnly = false });
        await using var connection = Connect(server);
        await using var outbox = new AlertOutbox(_folder.Alerts, s_outbox, TimeProvider.System);
        Enumerable.Range(0, 200).ToList().ForEach(i => outbox.Append(Alert(i)));
        await outbox.FlushAsync(default);
        await using var deliveries = Deliver(outbox, connection);
        await DrainAsync(deliveries);
        await server.RestartAsync();

        for (var attempt = 0; attempt < 100 && await server.CliAsync("ZCARD", "secstream:alerts:recent") != "200"; attempt++)
        {
            await Task.Delay(50);
        }

        Assert.Equal("200", await server.CliAsync("ZCARD", "secstream:alerts:recent"));
    }

    [Fact]
    public async Task Deliver_ServerDoesNotAnswer_CallerIsFreeAfterTheTimeoutAndNothingPilesUp()
    {
        await using var server = await RedisServer.StartAsync();
        await using var connection = Connect(server);
        var sink = new RedisAlertSink(connection, new("i"), TimeProvider.System);
        await sink.DeliverAsync([Alert(0)], default);
        server.Pause();
        for (var attempt = 1; attempt <= 4; attempt++)
        {
            var watch = Stopwatch.StartNew();
            await Assert.ThrowsAsync<RedisUnavailableException>(() => sink.DeliverAsync([Alert(attempt)], default));

            // The time-out of an answer, or that of a connect once the silent connection is given up; and a margin for a busy machine.
            Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(3));
        }

        server.Resume();
        await UntilDeliveredAsync(sink, [Alert(1), Alert(2), Alert(3), Alert(4)]);
        Assert.Equal("5", await server.CliAsync("ZCARD", "secstream:alerts:recent"));
    }

    [Fact]
    public async Task Execute_ManyWhileSilent_AreRefusedAtOnce()
    {
        await using var server = await RedisServer.StartAsync();
        await using var connection = Connect(server);
        await connection.ExecuteAsync("PING", [], default);
        server.Pause();
        var waiting = Enumerable.Range(0, 200).Select(_ => connection.ExecuteAsync("PING", [], default)).ToArray();
        var faults = await Task.WhenAll(waiting.Select(one => Assert.ThrowsAsync<RedisUnavailableException>(() => one)));
        server.Resume();

        Assert.Equal(200 - RedisConnection.MaxOutstanding, faults.Count(fault => fault.Message.Contains("keep up", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Deliver_MemoryFull_ErrorIsNamedAndAllIsThereOnceThereIsRoom()
    {
        await using var server = await RedisServer.StartAsync(new() { Arguments = ["--maxmemory", "1mb", "--maxmemory-policy", "noeviction"] });
        await using var connection = Connect(server);
        var sink = new RedisAlertSink(connection, new("i"), TimeProvider.System);
        OutboxEntry[] entries = [Alert(1), Alert(2)];
        var fault = await Assert.ThrowsAsync<RedisUnavailableException>(() => sink.DeliverAsync(entries, default));
        Assert.Contains("maxmemory", fault.Message, StringComparison.Ordinal);

        await server.CliAsync("CONFIG", "SET", "maxmemory", "0");
        await sink.DeliverAsync(entries, default);
        Assert.Equal("2", await server.CliAsync("ZCARD", "secstream:alerts:recent"));
    }

    [Fact]
    public async Task Execute_PasswordAndTls_WorkOrSayWhyNot()
    {
        await using var server = await RedisServer.StartAsync(new() { Password = "p#ss w0rd", Tls = true });
        var file = Path.Combine(_folder.Path, "password");
        await File.WriteAllTextAsync(file, "p#ss w0rd\n");
        var good = Options(server) with { ConnectTimeout = TimeSpan.FromSeconds(10), Tls = true, AuthorityFile = server.AuthorityFile, PasswordFile = file };
        await using (var connection = new RedisConnection(good, TimeProvider.System))
        {
            Assert.Equal("PONG", (string?)await connection.ExecuteAsync("PING", [], default));
        }

        await File.WriteAllTextAsync(file + ".wrong", "wrong");
        foreach (var (options, expected) in ((RedisOptions, string)[])
        [
            (good with { PasswordFile = file + ".wrong" }, "WRONGPASS"), (good with { PasswordFile = null }, "NOAUTH"), (good with { Tls = false }, "TLS"),
            (good with { AuthorityFile = null }, "TLS"), (good with { PasswordFile = file + ".missing" }, "can't be read"),
        ])
        {
            await using var connection = new RedisConnection(options, TimeProvider.System);
            var fault = await Assert.ThrowsAsync<RedisUnavailableException>(() => connection.ExecuteAsync("PING", [], default));
            Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
        }
    }

    public void Dispose() => _folder.Dispose();

    private OutboxDeliveries Deliver(AlertOutbox outbox, RedisConnection connection)
    {
        var deliveries = new OutboxDeliveries(outbox, Path.Combine(_folder.Path, "state"), TimeProvider.System);
        deliveries.Add(new RedisAlertSink(connection, RedisInstance.Open(Path.Combine(_folder.Path, "state")), TimeProvider.System));
        return deliveries;
    }

    private static Task UntilAsync(Func<bool> condition) => Outbox.AlertOutboxTests.UntilAsync(condition);

    private static async Task DrainAsync(OutboxDeliveries deliveries)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await deliveries.DrainAsync(limit.Token);
    }

    private static async Task UntilDeliveredAsync(RedisAlertSink sink, OutboxEntry[] entries)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await sink.DeliverAsync(entries, default);
                return;
            }
            catch (RedisUnavailableException) when (attempt < 50)
            {
                // It comes back within a second or two.
                await Task.Delay(100);
            }
        }
    }
}
