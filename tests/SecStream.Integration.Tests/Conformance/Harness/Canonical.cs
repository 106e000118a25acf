using SecStream.Host;
using SecStream.Host.Replay;

namespace SecStream.Integration.Tests.Conformance.Harness;

/// <summary>What has to come out: a replay of the files as they were recorded, in order, by the program's own code.</summary>
internal static class Canonical
{
    /// <summary>Replays.</summary>
    /// <param name="folder">Where the service worked.</param>
    /// <param name="set">What was recorded.</param>
    /// <param name="withVersions">With the rules that the service has recorded, from the times on that it has recorded; else those that lie there, for all times.</param>
    public static async Task<SortedDictionary<string, string>> ReplayAsync(ServiceFolder folder, RecordedSet set, bool withVersions)
    {
        var state = Path.Combine(folder.Data, "state");
        var record = withVersions ? ServiceRecord.Read(Path.Combine(state, "control"), Path.Combine(state, "versions"), "default") : null;
        var output = Path.Combine(folder.Root, "expected");
        var events = Path.Combine(folder.Root, "recorded.ndjson");
        set.WriteEvents(events);
        var options = new PipelineOptions
        {
            RulesDirectory = folder.Rules,
            GeoIp = [],
            Blacklists = [Path.Combine(state, "blacklist.txt")],
            Zone = TimeZoneInfo.Utc,
            Horizon = ServiceFolder.Horizon,
            Lanes = 1,
        };
        var run = new ReplayRun(options, output, TimeProvider.System) { Control = record?.Control ?? [], Timeline = record?.Timeline };
        await run.RunAsync([events, .. ServiceFolder.Generations(folder.AuthFile)], null, CancellationToken.None);
        return SettledAlerts.OfReplay(output);
    }
}
