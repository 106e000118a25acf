using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SecStream.Integration.Tests.Conformance.Harness;

/// <summary>Alerts that stand, by identity, without what depends on the run.</summary>
internal static class SettledAlerts
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(240);
    private static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(3);
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// What stands in the store once everything has been read, the clock of the rules has come to the time when the delivery ended, and nothing has
    /// been on its way to the store for a while.
    /// </summary>
    public static async Task<SortedDictionary<string, string>> OfServiceAsync(ServiceProcess service)
    {
        var delivered = DateTimeOffset.UtcNow;
        var (started, quiet) = (Stopwatch.GetTimestamp(), Stopwatch.GetTimestamp());
        var last = "";
        while (Stopwatch.GetElapsedTime(quiet) < s_quiet)
        {
            await Task.Delay(250);
            var stats = await service.GetAsync("/api/v1/stats");
            var isBehind = !stats.TryGetProperty("clock", out var clock) || clock.GetDateTimeOffset() < delivered
                || stats.GetProperty("outbox_pending").EnumerateObject().Any(sink => sink.Value.GetInt64() > 0);
            var now = $"{stats.GetProperty("alerts_by_rule")} {stats.GetProperty("events")}";
            quiet = isBehind || now != last ? Stopwatch.GetTimestamp() : quiet;
            last = now;
            Assert.True(Stopwatch.GetElapsedTime(started) < s_limit, $"the service does not settle: {stats}");
        }

        var alerts = await service.ListAsync("/api/v1/alerts", "alerts");
        return Collect(alerts.Where(a => a.GetProperty("state").GetString() != "withdrawn").Select(a => JsonNode.Parse(a.GetProperty("alert").GetRawText())!));
    }

    /// <summary>What a replay has written.</summary>
    public static SortedDictionary<string, string> OfReplay(string folder) =>
        Collect(File.ReadLines(Path.Combine(folder, "alerts.ndjson")).Select(line => JsonNode.Parse(line)!));

    /// <summary>The same alerts, and the same in each of them. A failure names the first that differ.</summary>
    public static void AssertEqual(SortedDictionary<string, string> expected, SortedDictionary<string, string> actual, string what)
    {
        var (missing, extra) = (expected.Where(e => !actual.ContainsKey(e.Key)).ToList(), actual.Where(a => !expected.ContainsKey(a.Key)).ToList());
        var differing = expected.Where(e => actual.TryGetValue(e.Key, out var other) && other != e.Value).Select(e => (Expected: e.Value, Actual: actual[e.Key])).ToList();
        if (missing.Count + extra.Count + differing.Count > 0)
        {
            Assert.Fail(
                $"{what}: of {expected.Count} alerts {missing.Count} missing, {extra.Count} too many, {differing.Count} different\n"
                + string.Join('\n', missing.Take(2).Select(m => "MISSING " + m.Value))
                + string.Join('\n', extra.Take(2).Select(m => "TOO MANY " + m.Value))
                + string.Join('\n', differing.Take(2).Select(d => $"EXPECTED {d.Expected}\nACTUAL {d.Actual}")));
        }
    }

    /// <summary>Alerts by id, without their revisions.</summary>
    public static SortedDictionary<string, string> Collect(IEnumerable<JsonNode> documents)
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var document in documents)
        {
            document["secstream"]!.AsObject().Remove("revision");
            found.Add(document["event"]!["id"]!.GetValue<string>(), document.ToJsonString(s_indented));
        }

        return found;
    }
}
