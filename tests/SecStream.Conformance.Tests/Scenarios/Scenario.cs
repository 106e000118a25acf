using System.Globalization;
using System.Text;
using System.Text.Json;
using SecStream.Conformance.Tests.Harness;
using SecStream.Core.Alerts;
using SecStream.Host;
using SecStream.Stages.Parsing;

namespace SecStream.Conformance.Tests.Scenarios;

/// <summary>Lines in, alerts of the real rule pack out.</summary>
internal static class Scenario
{
    private static readonly Lazy<Knowledge> s_pack = new(() => Knowledge.Load(new PipelineOptions { GeoIp = [] }));

    /// <summary>The rule pack, without GeoIP.</summary>
    public static Knowledge Pack => s_pack.Value;

    /// <summary>Runs partitions with several shapes, which must agree, and returns the result of the last.</summary>
    public static RunResult Run(params Partition[] partitions)
    {
        RunResult? result = null;
        foreach (var shape in new[]
            { new RunShape { Lanes = 2, BatchSize = 7, RevisionInterval = TimeSpan.FromSeconds(10), Stops = [1, 2] }, new RunShape() })
        {
            var next = PipelineRun.Run(Pack, partitions, shape, keepEvents: true);
            Assert.Empty(next.Breaches);
            Assert.Equal(result is null ? Ids(next.Alerts) : Ids(result.Alerts), Ids(next.Alerts));
            result = next;
        }

        return result!;
    }

    public static Partition Lines(string name, IEnumerable<string> lines, SourceOptions? options = null) =>
        new(name, [.. lines.Select(Encoding.UTF8.GetBytes)], options);

    public static IReadOnlyList<Alert> Of(this RunResult result, string code) => [.. result.Alerts.Where(a => a.RuleCode == code).OrderBy(a => a.Opened)];

    /// <summary>A failed login as an ECS document with an identity of its own.</summary>
    public static string Failure(string id, DateTimeOffset time, string address = "203.0.113.7", string user = "alice", string host = "web1") =>
        JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["@timestamp"] = time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            ["event"] = new { id, action = "login_failed" },
            ["host"] = new { name = host },
            ["user"] = new { name = user },
            ["source"] = new { ip = address },
        });

    /// <summary>A failed login as a line of RFC 3164 syslog; the process id makes it a session of its own.</summary>
    public static string Sshd(DateTime local, int pid, string address = "203.0.113.7", string user = "alice", string host = "web1") =>
        $"{local.ToString("MMM", CultureInfo.InvariantCulture)} {local.Day,2} {local:HH:mm:ss} {host} sshd[{pid}]: Failed password for {user} from {address} port 4711 ssh2";

    public static DateTimeOffset At(int hour, int minute = 0, int second = 0, int day = 10) => new(2026, 3, day, hour, minute, second, TimeSpan.Zero);

    private static string[] Ids(IEnumerable<Alert> alerts) => [.. alerts.Select(a => $"{a.RuleCode} {a.Id} {a.Total}").Order(StringComparer.Ordinal)];
}
