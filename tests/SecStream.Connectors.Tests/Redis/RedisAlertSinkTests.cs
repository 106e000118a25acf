using System.Globalization;
using SecStream.Connectors.Redis;
using SecStream.Connectors.Tests.Harness;
using SecStream.Core.Alerts;
using SecStream.TestParts.Redis;
using static SecStream.Connectors.Tests.Redis.RedisHarness;

namespace SecStream.Connectors.Tests.Redis;

public sealed class RedisAlertSinkTests : IAsyncLifetime
{
    private RedisServer _server = null!;
    private RedisConnection _connection = null!;

    public async Task InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _connection = ConnectPatiently(_server);
    }

    public async Task DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Deliver_NewAlert_IsEverywhereItShouldBe()
    {
        var alert = Alert(1, severity: Severity.Critical);
        await Sink().DeliverAsync([alert], default);
        var day = DateTimeOffset.UnixEpoch.AddTicks(alert.Opened * 10).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

        Assert.Equal(System.Text.Encoding.UTF8.GetString(alert.Document.Span), await _server.CliAsync("GET", $"secstream:alert:{alert.Id}"));
        Assert.InRange(await NumberAsync("TTL", $"secstream:alert:{alert.Id}"), 86_000, 86_400);
        Assert.Equal(alert.Id, await _server.CliAsync("ZRANGE", "secstream:alerts:recent", "0", "-1"));
        Assert.Equal(alert.Id, await _server.CliAsync("ZRANGE", "secstream:alerts:critical", "0", "-1"));
        Assert.Equal("1", await _server.CliAsync("HGET", $"secstream:counts:{day}", "severity:critical"));
        Assert.Equal("1", await _server.CliAsync("HGET", $"secstream:counts:{day}", "rule:T1"));
        Assert.Equal("1", await _server.CliAsync("ZSCORE", $"secstream:entities:{day}", "ip:203.0.113.7"));
        Assert.InRange(await NumberAsync("TTL", $"secstream:counts:{day}"), 691_000, 691_200);
        Assert.InRange(await NumberAsync("TTL", "secstream:actions:block_ip:203.0.113.7"), 3_500, 3_600);
        Assert.Contains("\"scope\":\"authentication\"", await _server.CliAsync("HGET", "secstream:actions:block_ip:203.0.113.7", alert.Id), StringComparison.Ordinal);
        Assert.Equal("block_ip:203.0.113.7", await _server.CliAsync("ZRANGE", "secstream:actions:active", "0", "-1"));
        Assert.Equal("login_failed", await _server.CliAsync("HGET", $"secstream:security:auth:{alert.Opened / 1000}", "eventType"));
    }

    [Fact]
    public async Task Deliver_SameTwiceOrLowerRevision_ChangesNothing()
    {
        var (first, second) = (Alert(1), Alert(1, revision: 2));
        await Sink().DeliverAsync([first, second], default);
        var before = await DumpAsync();
        await Sink().DeliverAsync([second, first, second], default);
        await Sink().DeliverAsync([first], default);

        Assert.Equal(before, await DumpAsync());
        Assert.Contains("revision 2", await _server.CliAsync("GET", $"secstream:alert:{first.Id}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deliver_Withdrawn_LeavesTheListsAndUndoesItsActionsAlone()
    {
        await Sink().DeliverAsync([Alert(1, severity: Severity.Critical), Alert(2)], default);
        await Sink().DeliverAsync([Alert(1, revision: 2, kind: ChangeKind.Withdrawn, severity: Severity.Critical)], default);

        Assert.Equal(Alert(2).Id, await _server.CliAsync("ZRANGE", "secstream:alerts:recent", "0", "-1"));
        Assert.Equal("", await _server.CliAsync("ZRANGE", "secstream:alerts:critical", "0", "-1"));
        Assert.Equal(Alert(2).Id, await _server.CliAsync("HKEYS", "secstream:actions:block_ip:203.0.113.7"));

        await Sink().DeliverAsync([Alert(2, revision: 3, kind: ChangeKind.Withdrawn)], default);
        Assert.Equal("0", await _server.CliAsync("EXISTS", "secstream:actions:block_ip:203.0.113.7"));
        Assert.Equal("0", await _server.CliAsync("ZCARD", "secstream:actions:active"));
        Assert.DoesNotContain("security:", await _server.CliAsync("KEYS", "*"), StringComparison.Ordinal);
        Assert.Equal("0", await _server.CliAsync("HGET", $"secstream:counts:{TimeProvider.System.GetUtcNow():yyyy-MM-dd}", "alerts"));

        // The one that was withdrawn does not come back with what it was before.
        await Sink().DeliverAsync([Alert(1, severity: Severity.Critical)], default);
        Assert.Equal("0", await _server.CliAsync("ZCARD", "secstream:alerts:recent"));
    }

    [Fact]
    public async Task Deliver_OtherTargetAfterCorrection_OldOneIsFree()
    {
        await Sink().DeliverAsync([Alert(1)], default);
        await Sink().DeliverAsync([Alert(1, revision: 2, address: "198.51.100.1")], default);

        Assert.Equal("block_ip:198.51.100.1", await _server.CliAsync("ZRANGE", "secstream:actions:active", "0", "-1"));
        Assert.Equal("0", await _server.CliAsync("EXISTS", "secstream:actions:block_ip:203.0.113.7"));
    }

    [Fact]
    public async Task Deliver_AlertOfOldLogs_BlocksNobody()
    {
        await Sink().DeliverAsync([Alert(1, ago: TimeSpan.FromHours(25))], default);

        Assert.Equal("1", await _server.CliAsync("ZCARD", "secstream:alerts:recent"));
        Assert.Equal("0", await _server.CliAsync("EXISTS", "secstream:actions:block_ip:203.0.113.7"));
    }

    [Fact]
    public async Task Deliver_EachNewRevision_IsPublishedOnce()
    {
        using var listener = _server.StartCli("SUBSCRIBE", "secstream:alerts", "secstream:actions");
        for (var line = 0; line < 6; line++)
        {
            await listener.StandardOutput.ReadLineAsync();
        }

        var alert = Alert(1);
        await Sink().DeliverAsync([alert, alert], default);
        await Sink().DeliverAsync([alert, Alert(1, revision: 2)], default);
        await _server.CliAsync("PUBLISH", "secstream:alerts", "end");
        List<string> seen = [];
        while (seen is not [.., "end"])
        {
            seen.Add((await listener.StandardOutput.ReadLineAsync())!);
        }

        listener.Kill();
        Assert.Single(seen, text => text.Contains("\"revision\":1,", StringComparison.Ordinal));
        Assert.Single(seen, text => text.Contains("\"revision\":2,", StringComparison.Ordinal));
        Assert.Single(seen, text => text.Contains("\"active\"", StringComparison.Ordinal) && text.Contains("203.0.113.7", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Deliver_HostileNames_GiveHarmlessKeys()
    {
        string[] names = ["a\nDEL *", "\0", new string('x', 100_000), "* ? [a-z]", "über:user", "\u2028\ud83d\ude00"];
        await Sink().DeliverAsync(
            [.. names.Select((name, i) => Alert(i, address: name, user: name, actions: """{"type":"lock_account"},{"type":"block_ip"},{"type":"rate_limit"}"""))], default);

        var keys = (await _server.CliAsync("--raw", "KEYS", "*")).Split('\n');
        Assert.All(keys, key => Assert.Matches("^[A-Za-z0-9:._%~@+=-]{1,220}$", key));
        Assert.Equal(names.Length, keys.Count(key => key.StartsWith("secstream:actions:lock_account:", StringComparison.Ordinal)));
        Assert.DoesNotContain(keys, key => key.Contains("block_ip", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Deliver_MoreThanMayBeKept_TheFirstGo()
    {
        await using var connection = new RedisConnection(Patient(_server) with { RecentCount = 10, EntityCount = 5, ActionCount = 7 }, TimeProvider.System);
        var sink = new RedisAlertSink(connection, new("i"), TimeProvider.System);
        await sink.DeliverAsync([.. Enumerable.Range(0, 30).Select(i => Alert(i, address: $"203.0.113.{i}", ago: TimeSpan.FromSeconds(30 - i)))], default);

        Assert.Equal("10", await _server.CliAsync("ZCARD", "secstream:alerts:recent"));
        Assert.Equal(Alert(20).Id, await _server.CliAsync("ZRANGE", "secstream:alerts:recent", "0", "0"));
        Assert.Equal("0", await _server.CliAsync("EXISTS", $"secstream:alert:{Alert(19).Id}"));
        Assert.Equal("5", await _server.CliAsync("ZCARD", $"secstream:entities:{TimeProvider.System.GetUtcNow():yyyy-MM-dd}"));
        Assert.Equal("7", await _server.CliAsync("ZCARD", "secstream:actions:active"));
        Assert.Equal(23, sink.Refused);
    }

    [Fact]
    public async Task CleanUp_AfterItsTime_NothingIsLeftInTheLists()
    {
        var time = new FixedTime { Now = TimeProvider.System.GetUtcNow() };
        await using var connection = new RedisConnection(Patient(_server) with { GuideKeys = true }, TimeProvider.System);
        var sink = new RedisAlertSink(connection, new("i"), time);
        await sink.DeliverAsync([Alert(1, severity: Severity.Critical, action: "rate_limit_exceeded")], default);
        Assert.Equal("1", await _server.CliAsync("LLEN", "critical_security_events"));
        time.Now += TimeSpan.FromHours(25);
        await sink.CleanUpAsync(default);

        Assert.Equal("0", await _server.CliAsync("ZCARD", "secstream:alerts:recent"));
        Assert.Equal("0", await _server.CliAsync("LLEN", "critical_security_events"));
        Assert.Equal("0", await _server.CliAsync("ZCARD", "rate_limit_violations"));
        Assert.Equal("0", await _server.CliAsync("ZCARD", "secstream:actions:active"));
        Assert.Equal("0", await _server.CliAsync("HLEN", "secstream:items"));
    }

    [Fact]
    public async Task Deliver_GuideKeyOfAnotherType_IsLeftAloneAndCounted()
    {
        await _server.CliAsync("SET", "critical_security_events", "mine");
        await using var connection = new RedisConnection(Patient(_server) with { GuideKeys = true }, TimeProvider.System);
        var sink = new RedisAlertSink(connection, new("i"), TimeProvider.System);
        await sink.DeliverAsync([Alert(1, severity: Severity.Critical)], default);

        Assert.Equal("mine", await _server.CliAsync("GET", "critical_security_events"));
        Assert.Equal(1, sink.Refused);
    }

    [Fact]
    public async Task GetPosition_IsWhatTheServerHolds()
    {
        var sink = Sink();
        Assert.Equal(0, await sink.GetPositionAsync(default));
        await sink.DeliverAsync([Alert(1) with { End = 9_007_199_254_740_993 }], default);
        Assert.Equal(9_007_199_254_740_993, await sink.GetPositionAsync(default));
        Assert.Equal(0, await new RedisAlertSink(_connection, new("other"), TimeProvider.System).GetPositionAsync(default));
    }

    private RedisAlertSink Sink() => new(_connection, new("i"), TimeProvider.System);

    private async Task<long> NumberAsync(params string[] command) => long.Parse(await _server.CliAsync(command), CultureInfo.InvariantCulture);

    /// <summary>All keys with their content, without what counts down.</summary>
    private Task<string> DumpAsync() => _server.CliAsync("EVAL", """
        local all, out = redis.call('KEYS', '*'), {}
        table.sort(all)
        for _, k in ipairs(all) do
          local t, v = redis.call('TYPE', k).ok, nil
          if t == 'string' then v = redis.call('GET', k)
          elseif t == 'hash' then v = redis.call('HGETALL', k)
          elseif t == 'zset' then v = redis.call('ZRANGE', k, 0, -1, 'WITHSCORES')
          else v = redis.call('LRANGE', k, 0, -1) end
          if not string.find(k, 'place') then out[#out + 1] = k .. ' ' .. cjson.encode(v) end
        end
        return out
        """, "0");
}
