using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SecStream.Integration.Tests.Stack.Harness;
using SecStream.TestParts;
using SecStream.TestParts.Kafka;
using SecStream.TestParts.Schemas;
using Xunit.Abstractions;

namespace SecStream.Integration.Tests.Stack;

/// <summary>From a log file to whoever consumes alerts, with programs that are not ours at both ends: rsyslog ships, the service reads and decides, kcat consumes.</summary>
public sealed partial class ShippedLogTests(ITestOutputHelper output)
{
    private const string Attacker = "203.0.113.9";
    private const string DeadLetterTopic = StackServers.Topic + ".dlq";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);
    private static readonly string[] s_garbage = ["no line of any log", "<<<< >>>>", "{\"half\": "];

    [Fact]
    public async Task AuthLog_ShippedByRsyslog_AlertsComeOutAsTheContractSays()
    {
        await using var servers = await StackServers.StartAsync(partitions: 3);
        servers.Kafka.CreateTopic(DeadLetterTopic, 1);
        using var shipper = new RsyslogKafka(servers.Kafka.Brokers, StackServers.Topic);
        await using var group = new StackGroup(servers, new MemberSetting());
        await group.JoinAsync();
        await group.LeaderAsync();
        shipper.Append(Lines(DateTime.UtcNow.AddMinutes(-2)));

        var records = await ReadAsync(
            servers, StackServers.AlertTopic, read => ((string[])["C1", "P1", "X1"]).All(rule => read.Any(r => r.Headers.GetValueOrDefault("secstream-rule") == rule)) && read.Any(r => r.IsIncident), shipper, group);
        output.WriteLine(string.Join('\n', records.Select(r => $"{r.Key} {r.Headers["ce_id"]} {r.Headers["secstream-rule"]} {r.Headers["ce_type"]}")));
        CheckContract(records);
        foreach (var rule in (string[])["C1", "P1", "X1"])
        {
            Assert.Contains(records, r => r.Headers["secstream-rule"] == rule && r.Key == $"default|{Attacker}");
        }

        var letters = await ReadAsync(servers, DeadLetterTopic, read => read.Count >= s_garbage.Length, shipper, group);
        Assert.Equal(s_garbage.Order(StringComparer.Ordinal), letters.Select(letter => letter.Value).Order(StringComparer.Ordinal));
        Assert.All(letters, letter => Assert.Equal(StackServers.Topic, letter.Headers["secstream-source-topic"]));
        Assert.All(letters, letter => Assert.NotEqual("", letter.Headers["secstream-error-type"]));
        await CheckMetricsAsync(group);
    }

    /// <summary>What is left to do for people shows in the metrics, some seconds later.</summary>
    private static async Task CheckMetricsAsync(StackGroup group)
    {
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(500))
        {
            var page = await (await group.LeaderAsync()).Service.Client.GetStringAsync("/metrics");
            if (OpenIncidents().IsMatch(page) && OpenAlerts().IsMatch(page) && Bulks().IsMatch(page))
            {
                return;
            }

            Assert.True(watch.Elapsed < s_patience, string.Join('\n', page.Split('\n').Where(line => line.Contains("_open", StringComparison.Ordinal) || line.Contains("bulk", StringComparison.Ordinal))));
        }
    }

    [GeneratedRegex("^secstream_incidents_open\\{severity=\"critical\"\\} [1-9]", RegexOptions.Multiline)]
    private static partial Regex OpenIncidents();

    [GeneratedRegex("^secstream_alerts_open\\{severity=\"critical\",status=\"open\"\\} [1-9]", RegexOptions.Multiline)]
    private static partial Regex OpenAlerts();

    [GeneratedRegex("^secstream_elasticsearch_bulk_duration_seconds_count [1-9]", RegexOptions.Multiline)]
    private static partial Regex Bulks();

    /// <summary>A guess that was right at last, among people who sign in, and lines that nothing can be made of.</summary>
    private static IEnumerable<string> Lines(DateTime start)
    {
        string Line(int second, int pid, string message) => string.Create(
            CultureInfo.InvariantCulture, $"{start.AddSeconds(second):MMM} {start.AddSeconds(second).Day,2} {start.AddSeconds(second):HH:mm:ss} web1 sshd[{pid}]: {message}");
        for (var i = 0; i < 60; i++)
        {
            yield return Line(i, 1000 + i, $"Accepted publickey for user{i % 7} from 198.51.100.{i % 7} port {40000 + i} ssh2");
        }

        for (var i = 0; i < 8; i++)
        {
            yield return Line(60 + (i * 3), 2000 + i, $"Failed password for root from {Attacker} port {50000 + i} ssh2");
        }

        yield return Line(90, 2100, $"Accepted password for root from {Attacker} port 50100 ssh2");
        foreach (var line in s_garbage)
        {
            yield return line;
        }
    }

    /// <summary>Every record is a CloudEvent of the contract around a document that its schema allows; revisions of one thing come in order.</summary>
    private static void CheckContract(IReadOnlyList<Consumed> records)
    {
        var (alert, incident) = (new JsonSchema(RepositoryFiles.Read("infra", "schemas", "alert.schema.json")), new JsonSchema(RepositoryFiles.Read("infra", "schemas", "incident.schema.json")));
        var revisions = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (key, headers, value) in records)
        {
            var isIncident = headers["ce_type"].StartsWith("io.secstream.incident.", StringComparison.Ordinal);
            Assert.Empty((isIncident ? incident : alert).Validate(Encoding.UTF8.GetBytes(value)));
            var document = JsonNode.Parse(value)!;
            var (id, revision) = (document["event"]!["id"]!.GetValue<string>(), document["secstream"]!["revision"]!.GetValue<int>());
            Assert.Matches("^io\\.secstream\\.(alert|incident)\\.(opened|revised|settled|withdrawn)\\.v1$", headers["ce_type"]);
            Assert.Equal(("1.0", "/secstream/default", "application/json"), (headers["ce_specversion"], headers["ce_source"], headers["content-type"]));
            Assert.Equal($"{id}.{revision}{(headers["secstream-change"] == "settled" ? ".settled" : "")}", headers["ce_id"]);
            Assert.Equal((id, id), (headers["ce_subject"], headers["secstream-id"]));
            Assert.EndsWith(isIncident ? "/incident.schema.json" : "/alert.schema.json", headers["ce_dataschema"], StringComparison.Ordinal);
            Assert.Equal(document["secstream"]!["severity"]!.GetValue<string>(), headers["secstream-severity"]);
            Assert.True(DateTimeOffset.TryParse(headers["ce_time"], CultureInfo.InvariantCulture, out _), headers["ce_time"]);
            Assert.Equal($"{headers["secstream-tenant"]}|{headers["secstream-entity-value"]}", key);
            Assert.Equal(isIncident ? "" : document["rule"]!["id"]!.GetValue<string>(), headers["secstream-rule"]);
            Assert.True(revision >= revisions.GetValueOrDefault(id), $"{id}: revision {revision} after {revisions.GetValueOrDefault(id)}");
            revisions[id] = revision;
        }

        Assert.Equal(records.Count, records.Select(r => r.Headers["ce_id"]).Distinct(StringComparer.Ordinal).Count());
    }

    /// <summary>What kcat reads, until it is enough.</summary>
    private static async Task<IReadOnlyList<Consumed>> ReadAsync(
        StackServers servers, string topic, Func<IReadOnlyList<Consumed>, bool> isEnough, RsyslogKafka shipper, StackGroup group)
    {
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(500))
        {
            var read = (await Kcat.ReadAsync(servers.Kafka.Bootstraps, topic, "%k\\t%h\\t%s")).Select(Consumed.Of).ToList();
            if (isEnough(read))
            {
                return read;
            }

            Assert.True(
                watch.Elapsed < s_patience,
                $"{topic} has {read.Count} records: {string.Join(", ", read.Select(r => r.Headers.GetValueOrDefault("ce_id") ?? r.Value))}\n{shipper.Said}\n{string.Join('\n', group.Members[0].Service.Log.TakeLast(20))}");
        }
    }

    /// <summary>A record as a consumer has it.</summary>
    private sealed record Consumed(string Key, IReadOnlyDictionary<string, string> Headers, string Value)
    {
        public bool IsIncident => Headers.GetValueOrDefault("ce_type")?.StartsWith("io.secstream.incident.", StringComparison.Ordinal) == true;

        /// <summary>Key, headers (<c>name=value,…</c>) and value, a tab between them; none of ours has a tab or a comma in it.</summary>
        public static Consumed Of(string line)
        {
            var parts = line.Split('\t', 3);
            return new Consumed(parts[0], parts[1].Split(',').Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal), parts[2]);
        }
    }
}
