using System.Globalization;
using System.Text;
using SecStream.Connectors.Redis;
using SecStream.Core.Events;
using SecStream.Core.Pipeline;
using SecStream.TestParts.Redis;
using static SecStream.Connectors.Tests.Redis.RedisHarness;

namespace SecStream.Connectors.Tests.Redis;

public sealed class RedisEventSinkTests : IAsyncLifetime
{
    private readonly FixedTime _time = new();
    private RedisServer _server = null!;
    private RedisConnection _connection = null!;

    public async Task InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _connection = ConnectPatiently(_server, guideKeys: true);
    }

    public async Task DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Send_EventsOfEachCategory_GuidesCommandsAnswer()
    {
        var sink = Sink();
        Write(
            sink,
            Event(1, "login_failed", """ "source.ip":"203.0.113.7","user.name":"alice","message":"wrong password" """),
            Event(2, "access_denied"), Event(3, "data_export"), Event(4, "configuration_change"),
            Event(5, "rate_limit_exceeded", """ "url.path":"/api/pay" """), Event(6, "suspicious_transaction"),
            Event(7, "payment_blocked", severity: "critical"), Event(8, "of no category"),
            """{"@timestamp":"%","event":{"id":"e9","action":"logout"},"secstream.severity":"low"}""".Replace("%", Time(9), StringComparison.Ordinal));
        await sink.SendAsync(default);
        await sink.SendAsync(default);

        // redis-cli ZRANGEBYSCORE rate_limit_violations $(date -d '1 hour ago' +%s) $(date +%s)
        var now = _time.Now.ToUnixTimeSeconds() + 1;
        Assert.Contains("\"eventType\":\"rate_limit_exceeded\"", await CliAsync("ZRANGEBYSCORE", "rate_limit_violations", $"{now - 3600}", $"{now}"), StringComparison.Ordinal);
        Assert.Equal("", await CliAsync("ZRANGEBYSCORE", "rate_limit_violations", $"{now - 7200}", $"{now - 3600}"));
        Assert.Equal("1", await CliAsync("LLEN", "critical_security_events"));
        Assert.Equal("2", await CliAsync("LLEN", "suspicious_transactions"));
        Assert.Equal("PONG", await CliAsync("ping"));
        Assert.Contains("used_memory:", await CliAsync("INFO", "memory"), StringComparison.Ordinal);

        var auth = $"security:auth:{Milliseconds(1)}";
        Assert.Equal("login_failed", await CliAsync("HGET", auth, "eventType"));
        Assert.Equal("203.0.113.7", await CliAsync("HGET", auth, "ip"));
        Assert.Equal("alice", await CliAsync("HGET", auth, "userId"));
        Assert.Equal("wrong password", await CliAsync("HGET", auth, "message"));
        Assert.InRange(long.Parse(await CliAsync("TTL", auth), CultureInfo.InvariantCulture), 86_000, 86_400);
        foreach (var (category, count) in ((string, int)[])[("auth", 2), ("access", 1), ("data", 3), ("config", 1), ("api", 1)])
        {
            Assert.Equal(count, (await CliAsync("--scan", "--pattern", $"security:{category}:*")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        }

        Assert.Equal($"security:api:%2Fapi%2Fpay:{Milliseconds(5)}", await CliAsync("--scan", "--pattern", "security:api:*"));
    }

    [Fact]
    public async Task Send_SameEventAgain_IsThereOnce()
    {
        var sink = Sink();
        Write(sink, Event(1, "rate_limit_exceeded"));
        await sink.SendAsync(default);
        Write(sink, Event(1, "rate_limit_exceeded"));
        await sink.SendAsync(default);

        Assert.Equal("1", await CliAsync("ZCARD", "rate_limit_violations"));
        Assert.Single((await CliAsync("--scan", "--pattern", "security:*")).Split('\n'));
    }

    [Fact]
    public async Task Save_WhileRedisIsAway_RestartSendsWhatWaits()
    {
        await _server.KillAsync();
        var sink = Sink();
        Write(sink, [.. Enumerable.Range(0, 100).Select(i => Event(i, i % 2 == 0 ? "login_failed" : "rate_limit_exceeded"))]);
        await Assert.ThrowsAsync<RedisUnavailableException>(() => sink.SendAsync(default));
        using var state = new MemoryStream();
        sink.Save(new BinaryWriter(state));
        state.Position = 0;
        await _server.RestartAsync();

        var again = Sink();
        again.Restore(new BinaryReader(state));
        for (var attempt = 0; attempt < 100 && again.Delivered < 100; attempt++)
        {
            try
            {
                await again.SendAsync(default);
            }
            catch (RedisUnavailableException)
            {
                // It comes back within a second or two.
                await Task.Delay(50);
            }
        }

        Assert.Equal("50", await CliAsync("ZCARD", "rate_limit_violations"));
        Assert.Equal("100", await CliAsync("ZCARD", "secstream:events:recent"));
    }

    [Fact]
    public async Task Write_Flood_NeverWaitsAndSeriousEventsGoOn()
    {
        _server.Pause();
        var sink = Sink();
        for (var batch = 0; batch < 10; batch++)
        {
            Write(sink, [.. Enumerable.Range(batch * 1_000, 1_000).Select(i => Event(i, "http_request"))]);
        }

        Write(sink, Event(20_000, "rate_limit_exceeded"));
        _server.Resume();
        await sink.SendAsync(default);

        Assert.InRange(sink.LeftOut, 7_000, 8_000);
        Assert.Equal("1", await CliAsync("ZCARD", "rate_limit_violations"));
        Assert.InRange(long.Parse(await CliAsync("ZCARD", "secstream:events:recent"), CultureInfo.InvariantCulture), 2_001, 3_001);
    }

    [Fact]
    public async Task Write_EventsOfOldLogs_AreLeftAlone()
    {
        var sink = Sink();
        _time.Now -= TimeSpan.FromHours(25);
        var old = Event(1, "login_failed");
        _time.Now += TimeSpan.FromHours(25);
        var output = Output(old);
        output.Marks.Clear();
        output.Marks.Add(new(0, Encoding.UTF8.GetByteCount(old) + 1, EventClock.ToMicroseconds(_time.Now.AddHours(-25)), 0, 0, 0, 0));
        sink.Write(output);
        await sink.SendAsync(default);

        Assert.Equal("", await CliAsync("KEYS", "*"));
    }

    private RedisEventSink Sink() => new(_connection, _time);

    private Task<string> CliAsync(params string[] command) => _server.CliAsync(["--raw", .. command]);

    private string Time(int number) => _time.Now.AddMilliseconds(-number).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private long Milliseconds(int number) => _time.Now.AddMilliseconds(-number).ToUnixTimeMilliseconds();

    private string Event(int number, string action, string? more = null, string severity = "medium") =>
        $$"""{"@timestamp":"{{Time(number)}}","event.id":"e{{number}}","event.action":"{{action}}","secstream.severity":"{{severity}}"{{(more is null ? "" : ",")}}{{more}}}""";

    private void Write(RedisEventSink sink, params string[] lines) => sink.Write(Output(lines));

    private IngestOutput Output(params string[] lines)
    {
        var output = new IngestOutput(1);
        foreach (var line in lines)
        {
            var bytes = Encoding.UTF8.GetBytes(line + "\n");
            output.Marks.Add(new(output.Events.Written.Length, bytes.Length, EventClock.ToMicroseconds(_time.Now), 0, 0, 0, 0));
            bytes.CopyTo(output.Events.Reserve(bytes.Length));
            output.Events.Advance(bytes.Length);
        }

        return output;
    }
}
