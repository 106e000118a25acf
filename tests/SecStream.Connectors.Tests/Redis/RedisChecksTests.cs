using SecStream.Connectors.Redis;
using SecStream.Connectors.Redis.Checks;
using SecStream.Connectors.Tests.Harness;
using SecStream.Core.Checks;
using SecStream.TestParts;
using SecStream.TestParts.Redis;

namespace SecStream.Connectors.Tests.Redis;

public sealed class RedisChecksTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    [Fact]
    public async Task Run_AllAsItShouldBe_IsOkAndLeavesNothingBehind()
    {
        await using var server = await RedisServer.StartAsync(new() { Arguments = ["--maxmemory", "64mb"] });
        var checks = await RunAsync(Options(server) with { GuideKeys = true, Database = 3 });

        Assert.All(checks, check => Assert.Equal((PartCheckResult.Ok, null), (check.Result, check.Mend)));
        Assert.Contains(checks, check => check.Name.StartsWith("redis: client", StringComparison.Ordinal));
        Assert.Contains(checks, check => check.Name.StartsWith("redis: latency", StringComparison.Ordinal));
        Assert.Equal("", await server.CliAsync("-n", "3", "KEYS", "*"));
    }

    [Theory]
    [InlineData("-zadd|-zincrby", "may not ZADD, ZINCRBY", "ACL SETUSER default +zadd +zincrby")]
    [InlineData("-eval", "may not EVAL", "+eval")]
    [InlineData("-info", "'info'", "+info")]
    [InlineData("-set", "may not SET", "+set")]
    [InlineData("-publish", "may not publish", "+publish")]
    [InlineData("resetkeys|~critical_security_events|~suspicious_transactions|~rate_limit_violations|~blocked_ips|~security:*", "may not use keys that begin with secstream:", "ACL SETUSER default ~secstream:*")]
    [InlineData("resetkeys|~secstream:*", "may not use the keys critical_security_events, suspicious_transactions, rate_limit_violations, blocked_ips, security:*", "~critical_security_events")]
    [InlineData("resetchannels", "may not use channels that begin with secstream:", "ACL SETUSER default &secstream:*")]
    public async Task Run_RightIsMissing_IsNamedWithItsMend(string rules, string detail, string mend)
    {
        await using var server = await RedisServer.StartAsync();
        await server.CliAsync(["ACL", "SETUSER", "default", .. rules.Split('|')]);
        var failed = Failed(await RunAsync(Options(server) with { GuideKeys = true }));

        Assert.Contains(detail, failed.Detail, StringComparison.Ordinal);
        Assert.Contains(mend, failed.Mend, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_OnlyTheDocumentedRights_AreEnoughForAllThatTheServiceDoes()
    {
        await using var server = await RedisServer.StartAsync();
        var options = Options(server) with { GuideKeys = true };
        await server.CliAsync(["ACL", "SETUSER", "default", "reset", "nopass", .. RedisRights.Acl(options).Split(' ')[3..]]);
        var checks = await RunAsync(options);
        Assert.All(checks, check => Assert.Equal(PartCheckResult.Ok, check.Result));

        await using var connection = new RedisConnection(options, TimeProvider.System);
        await new RedisAlertSink(connection, new("i"), TimeProvider.System).DeliverAsync(
            [RedisHarness.Alert(1, severity: Core.Alerts.Severity.Critical, action: "rate_limit_exceeded"), RedisHarness.Alert(2, action: "suspicious_transaction")], default);
        using var store = new Connectors.Embedded.SqliteAlertStore(_folder.Path, new(), TimeProvider.System);
        await store.Blacklist.AddAsync("203.0.113.7", "x", TimeProvider.System.GetUtcNow().AddHours(1), "alice", default);
        Assert.Equal(0, await new RedisBlacklist(connection, new("i"), store.Blacklist, TimeProvider.System).SyncAsync(default));
        await new RedisHealth(connection, TimeProvider.System).AskAsync(true, default);
        await connection.SubscribeAsync("secstream:blacklist", _ => { }, default);
    }

    [Fact]
    public async Task Run_ServerCannotServe_SaysWhyAndWhatToDo()
    {
        await using var plain = await RedisServer.StartAsync();
        Has(await RunAsync(Options(plain) with { Tls = true, ConnectTimeout = TimeSpan.FromSeconds(1) }), PartCheckResult.Failed, "TLS", "redis.tls: false");
        Has(await RunAsync(Options(plain) with { Database = 20 }), PartCheckResult.Failed, "database 20", "CONFIG GET databases");
        Has(await RunAsync(Options(plain) with { Endpoints = [$"127.0.0.1:{FreePort.Next()}"] }), PartCheckResult.Failed, "refused", "see whether the server runs");

        await using var replica = await RedisServer.StartAsync(new() { Arguments = ["--replicaof", "127.0.0.1", $"{plain.Port}"] });
        Has(await RunAsync(Options(replica)), PartCheckResult.Failed, "read-only replica of " + plain.Endpoint, $"redis.endpoints: [{plain.Endpoint}]");
        var both = await RunAsync(Options(replica) with { Endpoints = [replica.Endpoint, plain.Endpoint] });
        Assert.All(both, check => Assert.Equal(PartCheckResult.Ok, check.Result));

        await using var cluster = await RedisServer.StartAsync(new() { AppendOnly = false, Arguments = ["--cluster-enabled", "yes"] });
        Has(await RunAsync(Options(cluster)), PartCheckResult.Failed, "cluster mode", "cluster-enabled no");
    }

    [Fact]
    public async Task Run_PasswordOrAuthorityWrong_SaysWhichAndWhere()
    {
        await using var server = await RedisServer.StartAsync(new() { Password = "right", Tls = true });
        var (right, wrong) = (Path.Combine(_folder.Path, "right"), Path.Combine(_folder.Path, "wrong"));
        await File.WriteAllTextAsync(right, "right\n");
        await File.WriteAllTextAsync(wrong, "wrong\n");
        var good = Options(server) with { Tls = true, AuthorityFile = server.AuthorityFile, PasswordFile = right };
        Assert.All(await RunAsync(good), check => Assert.Equal(PartCheckResult.Ok, check.Result));

        Has(await RunAsync(good with { PasswordFile = wrong }), PartCheckResult.Failed, "WRONGPASS", wrong);
        Has(await RunAsync(good with { PasswordFile = null }), PartCheckResult.Failed, "NOAUTH", "redis.password_file");
        Has(await RunAsync(good with { AuthorityFile = null }), PartCheckResult.Failed, "certificate", "redis.ca");
        Has(await RunAsync(good with { Tls = false }), PartCheckResult.Failed, "may speak TLS only", "redis.tls: true");
        Has(await RunAsync(good with { PasswordFile = wrong + ".none" }), PartCheckResult.Failed, "can't be read", "section redis");

        await using var other = await RedisServer.StartAsync(new() { Tls = true });
        Has(await RunAsync(good with { AuthorityFile = other.AuthorityFile }), PartCheckResult.Failed, "certificate", other.AuthorityFile!);
    }

    [Fact]
    public async Task Run_MemoryNearItsLimitOrEvicted_IsSaid()
    {
        await using var server = await RedisServer.StartAsync(new() { AppendOnly = false, Arguments = ["--maxmemory", "30mb", "--maxmemory-policy", "allkeys-lru"] });
        Has(await RunAsync(Options(server)), PartCheckResult.Warning, "allkeys-lru", "maxmemory-policy noeviction");
        await server.CliAsync("CONFIG", "SET", "maxmemory-policy", "noeviction");
        await server.CliAsync("EVAL", "redis.call('SET', 'big', string.rep('x', 20 * 1024 * 1024)) return 1", "0");
        Has(await RunAsync(Options(server)), PartCheckResult.Warning, "% of its memory", "redis.keep");

        await server.CliAsync("CONFIG", "SET", "maxmemory", "2mb");
        var checks = await RunAsync(Options(server));
        Has(checks, PartCheckResult.Failed, "memory is full", "maxmemory");
        Has(checks, PartCheckResult.Failed, "OOM", "maxmemory");
    }

    [Theory]
    [InlineData(69, 100, null)]
    [InlineData(71, 100, false)]
    [InlineData(86, 100, true)]
    [InlineData(86, 0, null)]
    public void Memory_Thresholds_AreThoseOfTheGuides(long used, long limit, bool? isCritical) =>
        Assert.Equal(isCritical, RedisThresholds.OfMemory(used, limit)?.IsCritical);

    [Fact]
    public void Thresholds_OfLatencyRateAndBacklog_AreThoseOfTheGuides()
    {
        Assert.Equal([null, false, true], new[] { 5, 6, 21 }.Select(ms => RedisThresholds.OfLatency(TimeSpan.FromMilliseconds(ms))?.IsCritical));
        Assert.Equal([null, false, true], new[] { 1_000, 1_001, 5_001 }.Select(rate => RedisThresholds.OfRate(rate)?.IsCritical));
        Assert.Equal([null, false, true], new[] { 10_000, 10_001, 50_001 }.Select(count => RedisThresholds.OfBacklog(count)?.IsCritical));
    }

    [Fact]
    public void Info_OldVersion_IsTooOld()
    {
        Assert.Equal(new Version(4, 0, 9), RedisInfo.Read("# Server\r\nredis_version:4.0.9\r\nrole:master\r\n").Version);
        Assert.Equal(7, RedisInfo.Read("# Keyspace\r\ndb0:keys=7,expires=1,avg_ttl=0\r\n").Keys(0));
    }

    public void Dispose() => _folder.Dispose();

    private static RedisOptions Options(RedisServer server) => new() { Endpoints = [server.Endpoint], Timeout = TimeSpan.FromSeconds(5), ConnectTimeout = TimeSpan.FromSeconds(10) };

    private static Task<IReadOnlyList<PartCheck>> RunAsync(RedisOptions options) => RedisChecks.RunAsync(options, TimeProvider.System, default);

    private static PartCheck Failed(IReadOnlyList<PartCheck> checks) => Assert.Single(checks, check => check.Result == PartCheckResult.Failed);

    private static void Has(IReadOnlyList<PartCheck> checks, PartCheckResult result, string detail, string mend) => Assert.Contains(
        checks,
        check => check.Result == result && check.Detail.Contains(detail, StringComparison.OrdinalIgnoreCase) && check.Mend!.Contains(mend, StringComparison.Ordinal));
}
