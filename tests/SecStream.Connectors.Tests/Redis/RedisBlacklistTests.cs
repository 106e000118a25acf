using System.Globalization;
using SecStream.Connectors.Embedded;
using SecStream.Connectors.Redis;
using SecStream.Connectors.Tests.Harness;
using SecStream.TestParts.Redis;
using static SecStream.Connectors.Tests.Redis.RedisHarness;

namespace SecStream.Connectors.Tests.Redis;

public sealed class RedisBlacklistTests : IAsyncLifetime
{
    private const string Key = "secstream:blacklist";

    private readonly FixedTime _time = new();
    private RedisServer _server = null!;
    private Side _side = null!;

    public async Task InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _side = Side.Open(_server, "i1", _time);
    }

    public async Task DisposeAsync()
    {
        await _side.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Sync_DecidedHere_ShowsThereWithReasonAndExpiry()
    {
        await _side.List.AddAsync("203.0.113.7", "say \"no\"", _time.Now.AddHours(1), "alice", default);
        await _side.List.AddAsync("2001:db8::/32", "", null, "bob", default);
        await _side.SyncAsync();

        Assert.Equal("2001:db8::/32\n203.0.113.7", Sorted(await CliAsync("HKEYS", Key)));
        Assert.StartsWith("""{"reason":"say \"no\"","by":"alice","at":"2""", await CliAsync("HGET", Key, "203.0.113.7"), StringComparison.Ordinal);
        Assert.Equal(await CliAsync("HGET", Key, "203.0.113.7"), await CliAsync("GET", "secstream:blacklisted:203.0.113.7"));
        Assert.InRange(long.Parse(await CliAsync("TTL", "secstream:blacklisted:203.0.113.7"), CultureInfo.InvariantCulture), 3_500, 3_600);
        Assert.Equal("-1", await CliAsync("TTL", "secstream:blacklisted:2001:db8::/32"));
        Assert.Equal("0", await CliAsync("EXISTS", "blocked_ips"));

        await _side.List.RemoveAsync("203.0.113.7", "alice", default);
        _time.Now += TimeSpan.FromSeconds(1);
        await _side.SyncAsync();
        Assert.Equal("2001:db8::/32", await CliAsync("HKEYS", Key));
        Assert.Equal("0", await CliAsync("EXISTS", "secstream:blacklisted:203.0.113.7"));
    }

    [Fact]
    public async Task Sync_WrittenThereByHand_IsADecisionHereAndInTheListFile()
    {
        await CliAsync("HSET", Key, "203.0.113.7", "brute force, \"seen\" by hand", "2001:DB8:0::1", "{\"reason\":\"scanner\",\"ttl\":3600,\"by\":\"eve\"}");
        await _side.SyncAsync();

        var list = await _side.List.ListAsync(default);
        Assert.Equal(["2001:db8::1", "203.0.113.7"], list.Select(entry => entry.Value));
        Assert.Equal(("scanner", "eve"), (list[0].Reason, list[0].By));
        Assert.InRange(list[0].Expires!.Value - list[0].At, 3_599_000_000, 3_601_000_000);
        Assert.Equal(("brute force, \"seen\" by hand", "redis", null), (list[1].Reason, list[1].By, list[1].Expires));
        Assert.Contains("203.0.113.7,\"brute force, \"\"seen\"\" by hand\",", await File.ReadAllTextAsync(_side.List.FilePath), StringComparison.Ordinal);
        Assert.Null(_side.Store.Decisions.Verify());

        // That it was taken up shows: it has a time now, and the canonical name.
        Assert.Contains("\"by\":\"redis\",\"at\":", await CliAsync("HGET", Key, "203.0.113.7"), StringComparison.Ordinal);
        Assert.Equal("2001:db8::1\n203.0.113.7", Sorted(await CliAsync("HKEYS", Key)));

        await CliAsync("HDEL", Key, "2001:db8::1");
        await _side.SyncAsync();
        Assert.Equal("203.0.113.7", Assert.Single(await _side.List.ListAsync(default)).Value);
        Assert.NotEqual("", await CliAsync("ZSCORE", "secstream:blacklist:removed", "2001:db8::1"));
    }

    [Fact]
    public async Task Sync_NothingNew_DecidesAndWritesNothing()
    {
        await _side.List.AddAsync("203.0.113.7", "a", null, "alice", default);
        await CliAsync("HSET", Key, "203.0.113.8", "b");
        await _side.SyncAsync();
        var decisions = new FileInfo(_side.Store.Decisions.FilePath).Length;
        var content = await CliAsync("HGETALL", Key);
        _time.Now += TimeSpan.FromMinutes(1);
        await _side.SyncAsync();
        await _side.SyncAsync();

        Assert.Equal(decisions, new FileInfo(_side.Store.Decisions.FilePath).Length);
        Assert.Equal(content, await CliAsync("HGETALL", Key));
        Assert.Equal(2, _side.Redis.Status.Entries);
    }

    [Fact]
    public async Task Sync_WhatCannotBeUsed_IsSaidBesideTheListAndHarmsNothing()
    {
        await CliAsync("HSET", Key, "everybody", "x", "0.0.0.0/0", "x", "203.0.113.9", "{\"ttl\":", "203.0.113.7", "good");
        await _side.SyncAsync();

        Assert.Equal("203.0.113.7", Assert.Single(await _side.List.ListAsync(default)).Value);
        Assert.Contains("too wide", await CliAsync("HGET", "secstream:blacklist:refused", "0.0.0.0/0"), StringComparison.Ordinal);
        Assert.Contains("no address", _side.Redis.Status.Refused["everybody"], StringComparison.Ordinal);
        Assert.Contains("JSON", _side.Redis.Status.Refused["203.0.113.9"], StringComparison.Ordinal);

        await CliAsync("HDEL", Key, "everybody", "0.0.0.0/0", "203.0.113.9");
        await _side.SyncAsync();
        Assert.Empty(_side.Redis.Status.Refused);
        Assert.Equal("0", await CliAsync("EXISTS", "secstream:blacklist:refused"));
    }

    [Fact]
    public async Task Sync_BothChangedTheSame_TheLaterHolds()
    {
        await _side.List.AddAsync("203.0.113.7", "first", null, "alice", default);
        await _side.List.AddAsync("203.0.113.8", "first", null, "alice", default);
        await _side.List.AddAsync("203.0.113.9", "first", null, "alice", default);
        await _side.SyncAsync();
        var before = _time.Now;
        _time.Now += TimeSpan.FromMinutes(5);
        foreach (var last in (string[])["7", "8", "9"])
        {
            await _side.List.AddAsync($"203.0.113.{last}", "here", null, "alice", default);
        }

        await CliAsync("HSET", Key, "203.0.113.7", $"{{\"reason\":\"there, earlier\",\"at\":\"{before.AddMinutes(2):O}\"}}");
        await CliAsync("HSET", Key, "203.0.113.8", "there, without a time");
        await CliAsync("HDEL", Key, "203.0.113.9");
        _time.Now += TimeSpan.FromMinutes(1);
        await _side.SyncAsync();

        Assert.Equal(
            [("203.0.113.7", "here"), ("203.0.113.8", "there, without a time")], (await _side.List.ListAsync(default)).Select(entry => (entry.Value, entry.Reason)));
        Assert.Contains("\"here\"", await CliAsync("HGET", Key, "203.0.113.7"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sync_ServerLostAll_GetsAllAgainAndNothingIsRemovedHere()
    {
        for (var i = 0; i < 5; i++)
        {
            await _side.List.AddAsync($"203.0.113.{i}", "x", null, "alice", default);
        }

        await _side.SyncAsync();
        await CliAsync("FLUSHALL");
        await _side.SyncAsync();
        Assert.Equal("5", await CliAsync("HLEN", Key));

        // The key alone is gone (a slip, or the server took it away for room).
        await CliAsync("DEL", Key);
        await _side.SyncAsync();
        Assert.Equal("5", await CliAsync("HLEN", Key));
        Assert.Equal(5, (await _side.List.ListAsync(default)).Count);
    }

    [Fact]
    public async Task Sync_ServerGoesBackToAnOlderState_TakesUpWhatWasDecidedSince()
    {
        await _side.List.AddAsync("203.0.113.1", "stays", null, "alice", default);
        await _side.List.AddAsync("203.0.113.2", "goes", null, "alice", default);
        await _side.SyncAsync();
        await CliAsync("SAVE");
        var old = await DumpAsync();
        _time.Now += TimeSpan.FromMinutes(1);
        await _side.List.RemoveAsync("203.0.113.2", "alice", default);
        await _side.List.AddAsync("203.0.113.3", "comes", null, "alice", default);
        await _side.SyncAsync();
        await RestoreAsync(old);
        await _side.SyncAsync();

        Assert.Equal(["203.0.113.1", "203.0.113.3"], (await _side.List.ListAsync(default)).Select(entry => entry.Value));
        Assert.Equal("203.0.113.1\n203.0.113.3", Sorted(await CliAsync("HKEYS", Key)));
    }

    [Fact]
    public async Task Sync_Expired_LeavesWithoutARemovalDecision()
    {
        await _side.List.AddAsync("203.0.113.7", "x", _time.Now.AddMinutes(10), "alice", default);
        await _side.SyncAsync();
        _time.Now += TimeSpan.FromMinutes(11);
        await _side.SyncAsync();
        Assert.Equal("0", await CliAsync("HLEN", Key));
        Assert.Equal("", await CliAsync("ZSCORE", "secstream:blacklist:removed", "203.0.113.7"));

        // Written again while the expired entry still stands here.
        await CliAsync("HSET", Key, "203.0.113.7", "again");
        await _side.SyncAsync();
        Assert.Equal("again", Assert.Single(await _side.List.ListAsync(default)).Reason);
    }

    [Fact]
    public async Task Sync_TwoDataFolders_ShareOneListAndRemovalsStay()
    {
        await using var other = Side.Open(_server, "i2", _time);
        await _side.List.AddAsync("203.0.113.1", "one", null, "alice", default);
        await other.List.AddAsync("203.0.113.2", "two", null, "bob", default);
        await BothAsync();
        Assert.Equal(2, (await _side.List.ListAsync(default)).Count);
        Assert.Equal(2, (await other.List.ListAsync(default)).Count);
        var decisions = new FileInfo(other.Store.Decisions.FilePath).Length;
        await BothAsync();
        Assert.Equal(decisions, new FileInfo(other.Store.Decisions.FilePath).Length);

        await other.List.RemoveAsync("203.0.113.1", "bob", default);
        await BothAsync();
        Assert.Equal("203.0.113.2", Assert.Single(await _side.List.ListAsync(default)).Value);

        // A third, from a backup of the time before the removal, does not bring it back.
        await using var third = Side.Open(_server, "i3", new FixedTime { Now = _time.Now - TimeSpan.FromHours(1) });
        await third.List.AddAsync("203.0.113.1", "one", null, "alice", default);
        await third.SyncAsync();
        Assert.Equal("203.0.113.2", Assert.Single(await third.List.ListAsync(default)).Value);

        async Task BothAsync()
        {
            for (var round = 0; round < 2; round++)
            {
                _time.Now += TimeSpan.FromSeconds(1);
                await _side.SyncAsync();
                await other.SyncAsync();
            }
        }
    }

    [Fact]
    public async Task Sync_GuideKeys_SetOfTheGuidesIsReadAndWritten()
    {
        await _side.List.AddAsync("203.0.113.1", "one", null, "alice", default);
        await _side.SyncAsync();
        await using var guided = new Side(_side, Patient(_server) with { GuideKeys = true });
        await guided.SyncAsync();
        Assert.Equal("203.0.113.1", await CliAsync("SMEMBERS", "blocked_ips"));
        await CliAsync("SADD", "blocked_ips", "203.0.113.2", "nonsense");
        await CliAsync("SREM", "blocked_ips", "203.0.113.1");
        await guided.SyncAsync();

        Assert.Equal("203.0.113.2", Assert.Single(await guided.List.ListAsync(default)).Value);
        Assert.Equal("203.0.113.2", await CliAsync("HKEYS", Key));
        Assert.Equal("1", await CliAsync("SISMEMBER", "blocked_ips", "203.0.113.2"));
        Assert.Contains("nonsense", guided.Redis.Status.Refused.Keys);

        await guided.List.RemoveAsync("203.0.113.2", "alice", default);
        await guided.SyncAsync();
        Assert.Equal("nonsense", await CliAsync("SMEMBERS", "blocked_ips"));

        await CliAsync("DEL", "blocked_ips");
        await CliAsync("SET", "blocked_ips", "mine");
        await CliAsync("HSET", Key, "203.0.113.3", "x");
        await guided.SyncAsync();
        Assert.Equal("mine", await CliAsync("GET", "blocked_ips"));
        Assert.Contains("blocked_ips", guided.Redis.Status.Refused.Keys);
        Assert.Single(await guided.List.ListAsync(default));
    }

    [Fact]
    public async Task Run_ChangesOnBothSides_ArePublishedAndAMessageWakesIt()
    {
        using var listener = _server.StartCli("SUBSCRIBE", Key);
        for (var line = 0; line < 3; line++)
        {
            await listener.StandardOutput.ReadLineAsync();
        }

        await _side.List.AddAsync("203.0.113.1", "one", null, "alice", default);
        using var stop = new CancellationTokenSource();
        var run = _side.RunAsync(TimeSpan.FromMinutes(10), stop.Token);
        Assert.Contains("""{"state":"added","value":"203.0.113.1","reason":"one","by":"alice"}""", await NextAsync(), StringComparison.Ordinal);
        await UntilAsync(() => _side.Redis.Status.Agreed is not null);
        await CliAsync("HDEL", Key, "203.0.113.1");
        await CliAsync("PUBLISH", Key, "look");
        Assert.Equal("look", await NextAsync());
        Assert.Contains("""{"state":"removed","value":"203.0.113.1"}""", await NextAsync(), StringComparison.Ordinal);
        Assert.Empty(await _side.List.ListAsync(default));

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        listener.Kill();

        async Task<string> NextAsync()
        {
            string? line;
            do
            {
                line = await listener.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30));
            }
            while (line is "message" or Key);
            return line!;
        }
    }

    [Fact]
    public async Task Run_ServerAway_SaysSoAndCatchesUpAfterwards()
    {
        await _side.List.AddAsync("203.0.113.1", "one", null, "alice", default);
        await _side.SyncAsync();
        using var stop = new CancellationTokenSource();
        var run = _side.RunAsync(TimeSpan.FromMilliseconds(50), stop.Token);
        await _server.KillAsync();
        await UntilAsync(() => _side.Redis.Status.Fault is not null);
        await _side.List.AddAsync("203.0.113.2", "meanwhile", null, "alice", default);
        Assert.NotNull(_side.Redis.Status.Since);
        await _server.RestartAsync();
        await CliAsync("HSET", Key, "203.0.113.3", "meanwhile there");
        await UntilAsync(() => _side.Redis.Status is { Fault: null, Entries: 3 });

        Assert.Equal("203.0.113.1\n203.0.113.2\n203.0.113.3", Sorted(await CliAsync("HKEYS", Key)));
        Assert.Equal(3, (await _side.List.ListAsync(default)).Count);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    [Fact]
    public async Task Sync_DiskOfDecisionsRefuses_NothingCountsAsAgreed()
    {
        await CliAsync("HSET", Key, "203.0.113.7", "x");
        Directory.CreateDirectory(_side.Store.Decisions.FilePath);
        await Assert.ThrowsAnyAsync<Exception>(_side.SyncAsync);
        Directory.Delete(_side.Store.Decisions.FilePath);
        await _side.SyncAsync();

        Assert.Single(await _side.List.ListAsync(default));
    }

    private static string Sorted(string lines) => string.Join('\n', lines.Split('\n').Order(StringComparer.Ordinal));

    private static Task UntilAsync(Func<bool> condition) => Outbox.AlertOutboxTests.UntilAsync(condition);

    private Task<string> CliAsync(params string[] command) => _server.CliAsync(["--raw", .. command]);

    /// <summary>All keys as they are, for a server that comes back from a backup.</summary>
    private Task<string> DumpAsync() => CliAsync("EVAL", """
        local out = {}
        for _, k in ipairs(redis.call('KEYS', '*')) do
          out[#out + 1] = k
          out[#out + 1] = (string.gsub(redis.call('DUMP', k), '.', function(c) return string.format('%02x', string.byte(c)) end))
        end
        return out
        """, "0");

    private async Task RestoreAsync(string dump)
    {
        await CliAsync("FLUSHALL");
        await CliAsync(["EVAL", """
            for i = 1, #ARGV, 2 do
              redis.call('RESTORE', ARGV[i], 0, (string.gsub(ARGV[i + 1], '..', function(c) return string.char(tonumber(c, 16)) end)))
            end
            return #ARGV
            """, "0", .. dump.Split('\n')]);
    }

    /// <summary>A data folder with its list, and its view of Redis.</summary>
    private sealed class Side : IAsyncDisposable
    {
        private readonly StoreFolder? _folder;
        private readonly RedisConnection _connection;
        private readonly RedisInstance _instance;
        private readonly TimeProvider _time;

        private Side(RedisServer server, string instance, TimeProvider time)
        {
            _folder = new StoreFolder();
            Store = new SqliteAlertStore(_folder.Path, new SqliteStoreOptions(), time);
            (_connection, _instance, _time) = (ConnectPatiently(server), new(instance), time);
            Redis = new RedisBlacklist(_connection, _instance, List, time);
        }

        public static Side Open(RedisServer server, string instance, TimeProvider time) => new(server, instance, time);

        /// <summary>The same folder under other settings.</summary>
        public Side(Side other, RedisOptions options)
        {
            (Store, _connection, _instance, _time) = (other.Store, new(options, TimeProvider.System), other._instance, other._time);
            Redis = new RedisBlacklist(_connection, _instance, List, _time);
        }

        public SqliteAlertStore Store { get; }

        public Blacklist List => Store.Blacklist;

        public RedisBlacklist Redis { get; private set; }

        public async Task SyncAsync() => Assert.Equal(0, await Redis.SyncAsync(default));

        public Task RunAsync(TimeSpan interval, CancellationToken cancellation)
        {
            Redis = new RedisBlacklist(_connection, _instance, List, _time) { Interval = interval };
            return Redis.RunAsync(cancellation);
        }

        public async ValueTask DisposeAsync()
        {
            await _connection.DisposeAsync();
            if (_folder is not null)
            {
                Store.Dispose();
                _folder.Dispose();
            }
        }
    }
}
