using System.Net;
using SecStream.Core.Alerts;
using SecStream.Host.Configuration;
using SecStream.Host.Tests.Harness;
using Xunit;

namespace SecStream.Host.Tests.Configuration;

public sealed class ServiceOptionsReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("---\n")]
    [InlineData("http:\nsyslog:\nfiles:\n")]
    public void Read_NothingSet_IsTheDefaults(string text)
    {
        var options = Good(text);
        Assert.Equal(
            ServiceOptionsListing.Values(new ServiceOptions()).Where(v => v.Key != "files"),
            ServiceOptionsListing.Values(options).Where(v => v.Key != "files"));
    }

    [Fact]
    public void Read_EveryKey_IsTakenOver()
    {
        foreach (var name in new[] { "rules/a.yml", "a.mmdb", "black.txt", "intel.txt", "allow.txt", "entities.yml", "tls.crt", "tls.key", "secret" })
        {
            _folder.Write(name, "x");
        }

        var options = Good(
            """
            data: state-here
            tenant: acme
            timezone: Europe/Berlin
            lateness: 10s
            horizon: 2h
            lanes: 3
            workers: 2
            rules: rules
            geoip: a.mmdb
            blacklists: [black.txt]
            intel: [intel.txt]
            allow: [allow.txt]
            entities: entities.yml
            files:
              - /var/log/auth.log
              - {path: logs/app.log, format: ecs, timezone: UTC, year: 2025}
            syslog: {udp: "[::1]:514", tcp: off, format: syslog, timezone: UTC, max_connections: 7, max_message: 64KiB, idle_timeout: 5m}
            http:
              listen: 0.0.0.0:9443
              tls: {certificate: tls.crt, key: tls.key}
              keys:
                - {name: beats, role: shipper, secret_file: secret}
                - {name: ops, role: admin, secret_env: OPS_SECRET}
              require_key: true
              max_body: 1MiB
              elasticsearch_version: 7.17.5
            journal: {max_size: 1GiB, keep: 1d, min_free: 1GB}
            events: {retention: {low: 10d, health_check: 7d}}
            alerts: {keep: 2y}
            state: {max_memory: 512MiB, snapshot_every: 30s}
            training: {enabled: false, schedule: "0 30 1 ? * MON-FRI", auto_promote: false}
            telemetry: {otlp: "http://127.0.0.1:4317"}
            ledger: {silent_after: 30m, behind_after: 90s, blind_after: 2d, parse_failures: 0.01, late: 0.5, stale_after: {intel: 2d, entities: 30d}, keep: 90d}
            """);
        var pipeline = options.Pipeline;
        Assert.Equal(_folder.File("state-here"), options.Data);
        Assert.Equal(("acme", "Europe/Berlin", 3, 2), (pipeline.Tenant, pipeline.Zone.Id, pipeline.Lanes, pipeline.Workers));
        Assert.Equal((TimeSpan.FromSeconds(10), TimeSpan.FromHours(2), 512L << 20), (pipeline.Lateness, pipeline.Horizon, pipeline.MaxStateBytes));
        Assert.Equal([_folder.File("rules"), _folder.File("entities.yml")], [pipeline.RulesDirectory, pipeline.Entities!]);
        Assert.Equal(
            [_folder.File("a.mmdb"), _folder.File("black.txt"), _folder.File("intel.txt"), _folder.File("allow.txt")],
            [.. pipeline.GeoIp, .. pipeline.Blacklists, .. pipeline.Intel, .. pipeline.AllowLists]);
        Assert.Equal(
            [new FileSettings { Path = "/var/log/auth.log" }, new FileSettings { Path = _folder.File("logs/app.log"), Format = "ecs", Zone = TimeZoneInfo.FindSystemTimeZoneById("UTC"), Year = 2025 }],
            options.Files!);
        Assert.Equal((new IPEndPoint(IPAddress.IPv6Loopback, 514), (IPEndPoint?)null, "syslog"), (options.Syslog.Udp, options.Syslog.Tcp, options.Syslog.Format));
        Assert.Equal((7, 65_536, TimeSpan.FromMinutes(5)), (options.Syslog.MaxConnections, options.Syslog.MaxMessageBytes, options.Syslog.IdleTimeout));
        Assert.Equal((new IPEndPoint(IPAddress.Any, 9443), true, 1L << 20, "7.17.5"), (options.Http.Listen, options.Http.RequireKey, options.Http.MaxBodyBytes, options.Http.ElasticsearchVersion));
        Assert.Equal((_folder.File("tls.crt"), _folder.File("tls.key")), (options.Http.TlsCertificate, options.Http.TlsKey));
        Assert.Equal(
            [new ApiKeySettings { Name = "beats", Role = ApiRole.Shipper, SecretFile = _folder.File("secret") }, new ApiKeySettings { Name = "ops", Role = ApiRole.Admin, SecretVariable = "OPS_SECRET" }],
            options.Http.Keys);
        Assert.Equal(new JournalSettings { MaxBytes = 1 << 30, Keep = TimeSpan.FromDays(1), MinFreeBytes = 1_000_000_000 }, options.Journal);
        Assert.Equal((TimeSpan.FromDays(10), TimeSpan.FromDays(7)), (options.Events.BySeverity[Severity.Low], options.Events.ByClass["health_check"]));
        Assert.Equal((TimeSpan.FromDays(730), TimeSpan.FromSeconds(30), new Uri("http://127.0.0.1:4317")), (options.AlertsKeep, options.SnapshotEvery, options.Otlp));
        Assert.Equal(new TrainingSettings { Enabled = false, Schedule = "0 30 1 ? * MON-FRI", AutoPromote = false }, options.Training);
        Assert.Equal((TimeSpan.FromMinutes(30), TimeSpan.FromSeconds(90), TimeSpan.FromDays(2)), (options.Blindness.SilentAfter, options.Blindness.BehindAfter, options.Blindness.BlindAfter));
        Assert.Equal((0.01, 0.5, TimeSpan.FromDays(90)), (options.Blindness.ParseFailureShare, options.Blindness.LateShare, options.Ledger.Retention));
        Assert.Equal((TimeSpan.FromDays(60), TimeSpan.FromDays(2)), (options.Blindness.StaleAfter["geoip"], options.Blindness.StaleAfter["intel"]));
    }

    [Theory]
    [InlineData("tenat: acme", "1:1: tenat: unknown key 'tenat'; did you mean 'tenant'?")]
    [InlineData("http: {listn: off}", "1:8: http.listn: unknown key 'listn'; did you mean 'listen'?")]
    [InlineData("lateness: 5", "1:11: lateness: '5' can't be used; use a duration from 1s to 1h")]
    [InlineData("lateness: 2h", "1:11: lateness: '2h' can't be used")]
    [InlineData("lateness: 99999999999999999999h", "1:11: lateness")]
    [InlineData("lanes: 65", "1:8: lanes: '65' can't be used; use a whole number from 1 to 64")]
    [InlineData("lanes:", "1:7: lanes: has no value")]
    [InlineData("lanes: [1]", "1:8: lanes: is a list, but one short value belongs here")]
    [InlineData("http: on", "1:7: http: is a single value, but keys belong here")]
    [InlineData("timezone: Mars/Olympus", "1:11: timezone: 'Mars/Olympus' can't be used; use an IANA name")]
    [InlineData("rules: missing", "1:8: rules: 'missing' can't be used; there is no such file or folder")]
    [InlineData("syslog: {udp: 5514}", "1:15: syslog.udp: '5514' can't be used; use ADDRESS:PORT")]
    [InlineData("syslog: {udp: 'example.com:514'}", "1:15: syslog.udp")]
    [InlineData("syslog: {udp: '127.0.0.1:65536'}", "1:15: syslog.udp")]
    [InlineData("syslog: {format: sylog}", "did you mean 'syslog'?")]
    [InlineData("journal: {max_size: 10 Gigs}", "1:21: journal.max_size: '10 Gigs' can't be used; use a size from 64MiB to 16TiB")]
    [InlineData("journal: {max_size: 9223372036854775807TiB}", "journal.max_size")]
    [InlineData("files: [{format: ecs}]", "1:9: files[0]: 'path' is missing")]
    [InlineData("files: [a.log, ./a.log]", "1:16: files[1]: ")]
    [InlineData("telemetry: {otlp: 'http://user:secret@host'}", "1:19: telemetry.otlp")]
    [InlineData("events: {retention: {Low: 1d}}", "1:22: events.retention.Low: unknown name 'Low'")]
    [InlineData("ledger: {stale_after: {geoipp: 1d}}", "did you mean 'geoip'?")]
    [InlineData("training: {schedule: weekly}", "training.schedule: 'weekly' can't be used; use six fields")]
    [InlineData("training: {schedule: '0 0 3 30 2 ?'}", "training.schedule: '0 0 3 30 2 ?' can't be used")]
    [InlineData("ledger: {late: 1.5}", "use a number from 0 to 1")]
    [InlineData("lateness: 1h\nhorizon: 5m", "2:10: horizon: horizon (5m) is shorter than lateness (1h)")]
    [InlineData("http: {listen: 0.0.0.0:8080}", "1:16: http.listen: 0.0.0.0:8080 is reachable from outside, and no keys are configured")]
    [InlineData("http: {require_key: true}", "1:21: http.require_key: a key is required, and none are configured")]
    [InlineData("http: {listen: 127.0.0.1:5514}", "1:16: http.listen: http.listen (127.0.0.1:5514) and syslog.tcp (127.0.0.1:5514) are one address")]
    [InlineData("http: {keys: [{name: a, role: viewer}]}", "http.keys[0]: names no secret; give it one of secret_env and secret_file")]
    [InlineData("http: {keys: [{name: a, role: boss, secret_env: A}]}", "http.keys[0].role: 'boss' can't be used; use one of viewer, analyst, admin, shipper")]
    [InlineData("http: {keys: [{name: a, role: admin, secret: hunter2}]}", "unknown key 'secret'")]
    [InlineData("http: {keys: [{name: a, role: admin, secret_env: A}, {name: A, role: admin, secret_env: B}]}", "another key is called 'A'")]
    [InlineData("tenant: a\ntenant: b", "2:1: ")]
    [InlineData("a: &x 1\nb: *x", "2:4: a reference (*name) can't be used here")]
    [InlineData("a: [[[[[[[[[[[[[[[[[[[[[[[", "more than 16 levels deep")]
    [InlineData("http: {listen: 'x", "1:")]
    [InlineData("events: {retention: {low: 30d, medi\num: 90d}}", "1:30: from here on this is no YAML")]
    [InlineData("just text", "1:1: a configuration is a map of keys")]
    [InlineData("lanes: 1\n---\nlanes: 2", "a configuration is one document")]
    [InlineData("tenant: \"a\\e[31mb\"", "tenant: 'a\\x1b[31mb' can't be used")]
    public void Read_Mistake_IsToldWithPlaceAndMend(string text, string expected)
    {
        var (_, issues) = Read(text);
        Assert.Contains(issues, i => i.ToString().Contains(expected, StringComparison.Ordinal));
        Assert.All(issues, i => Assert.StartsWith(_folder.File("secstream.yml") + ":", i.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void Read_ManyMistakes_AllAreToldInOrder()
    {
        var (_, issues) = Read("lanes: 0\nworkers: x\nhttp:\n  listen: nowhere\n  tls: {certificate: none.pem}\nzzz: 1\n");
        Assert.Equal(
            ["1:8", "2:10", "4:11", "5:8", "5:22", "6:1"],
            issues.Select(i => FormattableString.Invariant($"{i.Line}:{i.Column}")));
    }

    [Fact]
    public void ReadFile_TooLargeOrNotUtf8_IsRefused()
    {
        var path = _folder.File("secstream.yml");
        File.WriteAllBytes(path, new byte[(1 << 20) + 1]);
        Assert.Throws<ConfigurationException>(() => ConfigurationText.ReadFile(path));
        File.WriteAllBytes(path, [0x74, 0xff, 0xfe]);
        Assert.Throws<ConfigurationException>(() => ConfigurationText.ReadFile(path));
    }

    [Fact]
    public void Read_RandomMutations_NeverThrow()
    {
        var text = File.ReadAllText(Repository.File("infra", "systemd", "secstream.example.yml"));
        var draw = new Random(7);
        const string Alphabet = ":-[]{}\"'#&*!|>%@`\n \t,0x\u0000\u2028é";
        for (var round = 0; round < 3000; round++)
        {
            var mutated = text.ToCharArray();
            for (var i = draw.Next(1, 6); i > 0; i--)
            {
                mutated[draw.Next(mutated.Length)] = Alphabet[draw.Next(Alphabet.Length)];
            }

            var (options, issues) = Read(new string(mutated));
            Assert.True(issues.Count > 0 || options.Pipeline.Horizon >= options.Pipeline.Lateness);
        }
    }

    [Fact]
    public void ReadSecret_VariableAndFile_AreReadAndBounded()
    {
        var good = _folder.Write("secret", "0123456789abcdef0123\n");
        var shorter = _folder.Write("short", "hunter2\n");
        Assert.Equal("0123456789abcdef0123", new ApiKeySettings { Name = "a", Role = ApiRole.Admin, SecretFile = good }.ReadSecret());
        var fault = Assert.Throws<ConfigurationException>(() => new ApiKeySettings { Name = "a", Role = ApiRole.Admin, SecretFile = shorter }.ReadSecret());
        Assert.DoesNotContain("hunter2", fault.Message, StringComparison.Ordinal);
        Assert.Throws<ConfigurationException>(() => new ApiKeySettings { Name = "a", Role = ApiRole.Admin, SecretVariable = "SECSTREAM_NOT_SET" }.ReadSecret());
    }

    private ServiceOptions Good(string text)
    {
        var (options, issues) = Read(text);
        Assert.Empty(issues);
        return options;
    }

    private (ServiceOptions Options, IReadOnlyList<ConfigurationIssue> Issues) Read(string text)
    {
        var issues = new ConfigurationIssues(_folder.File("secstream.yml"));
        var loaded = ServiceOptionsReader.Read(text, issues);
        return (loaded.Options, issues.All);
    }
}
