using SecStream.Host;
using SecStream.Host.Replay;

namespace SecStream.Integration.Tests.Conformance.Harness;

/// <summary>What has to come out: a replay of the files as they were recorded, in order, by the program's own code.</summary>
internal static class Canonical
{
    /// <summary>With the rules that lie there now, for all times.</summary>
    public static Task<SortedDictionary<string, string>> ReplayAsync(ServiceFolder folder, RecordedSet set) => ReplayAsync(folder, set, record: null);

    /// <summary>With the versions of rules that the service has recorded, from the times on that it has recorded.</summary>
    public static Task<SortedDictionary<string, string>> ReplayWithVersionsAsync(ServiceFolder folder, RecordedSet set) =>
        ReplayAsync(folder, set, ServiceRecord.Read(Path.Combine(folder.Data, "state", "control"), Path.Combine(folder.Data, "state", "versions"), "default"));

    private static async Task<SortedDictionary<string, string>> ReplayAsync(ServiceFolder folder, RecordedSet set, ServiceRecord? record)
    {
        var output = Path.Combine(folder.Root, "expected");
        var events = Path.Combine(folder.Root, "recorded.ndjson");
        set.WriteEvents(events);
        var options = new PipelineOptions
        {
            RulesDirectory = folder.Rules,
            GeoIp = [],
            Blacklists = [Path.Combine(folder.Data, "state", "blacklist.txt")],
            Zone = TimeZoneInfo.Utc,
            Horizon = ServiceFolder.Horizon,
            Lanes = 1,
        };
        var run = new ReplayRun(options, output, TimeProvider.System) { Control = record?.Control ?? [], Timeline = record?.Timeline };
        await run.RunAsync([events, .. ServiceFolder.Generations(folder.AuthFile)], null, CancellationToken.None);
        return SettledAlerts.OfReplay(output);
    }
}
