using System.Text.Json;

namespace SecStream.Integration.Tests.Conformance.Harness;

/// <summary>What must be so after every run, whatever happened in it.</summary>
internal static class ServiceChecks
{
    /// <summary>What is open in the ledger for good reason: there is no GeoIP file, events were late, and changed rules have not yet seen a whole window.</summary>
    private static readonly HashSet<string?> s_expected = ["no_geoip", "late", "rule_warm_up"];

    /// <summary>
    /// Stops the service and replays its data folder: the same alerts, and the same events, each as often as it was accepted. Every recorded event is
    /// among them, every line of a file once, nobody complained.
    /// </summary>
    public static async Task AssertNothingLostOrDoubleAsync(LiveRun run, RecordedSet set, SortedDictionary<string, string> alerts, bool byProgram)
    {
        var stored = (await run.Service.ListAsync("/api/v1/events", "events")).Select(EventIds.Of).ToList();
        var open = (await run.Service.GetAsync("/api/v1/ledger?limit=10000")).GetProperty("ledger").EnumerateArray().Where(IsOpen).ToList();
        await run.Service.StopAsync();
        Assert.True(open.TrueForAll(entry => s_expected.Contains(entry.GetProperty("kind").GetString())), "the ledger: " + string.Join('\n', open));
        var complaints = run.Service.Errors.Where(line => !line.Contains("no GeoIP file", StringComparison.Ordinal)).ToList();
        Assert.True(complaints.Count == 0, "the service complained: " + string.Join('\n', complaints));

        var again = byProgram ? await Canonical.ReplayDataByProgramAsync(run.Folder) : await Canonical.ReplayDataAsync(run.Folder);
        SettledAlerts.AssertEqual(again, alerts, "the replay of the data folder and the service");

        var accepted = File.ReadLines(Path.Combine(run.Folder.Root, "again", "events.ndjson")).Select(IdOfLine).ToList();
        AssertSameTimes(accepted, stored);
        var own = set.Events.Select(e => e.Id).ToHashSet(StringComparer.Ordinal);
        Assert.Superset(own, stored.ToHashSet(StringComparer.Ordinal));
        var lines = stored.Where(id => !own.Contains(id)).ToList();
        Assert.Equal(set.AuthLines.Count, lines.Count);
        Assert.Equal(set.AuthLines.Count, lines.Distinct(StringComparer.Ordinal).Count());
    }

    private static bool IsOpen(JsonElement entry) => !entry.TryGetProperty("until", out _);

    private static string IdOfLine(string line)
    {
        using var document = JsonDocument.Parse(line);
        return EventIds.Of(document.RootElement);
    }

    /// <summary>Every event is stored as often as it was accepted: what a shipper sends again is kept, what a restart reads again is not.</summary>
    private static void AssertSameTimes(List<string> accepted, List<string> stored)
    {
        var (times, seen) = (Count(accepted), Count(stored));
        var wrong = times.Keys.Union(seen.Keys).Where(id => times.GetValueOrDefault(id) != seen.GetValueOrDefault(id)).ToList();
        Assert.True(
            wrong.Count == 0,
            $"{wrong.Count} events are not stored as often as accepted, such as "
            + string.Join(", ", wrong.Take(5).Select(id => $"{id}: accepted {times.GetValueOrDefault(id)}, stored {seen.GetValueOrDefault(id)}")));
    }

    private static Dictionary<string, int> Count(IEnumerable<string> ids) => ids.CountBy(id => id).ToDictionary(StringComparer.Ordinal);
}
