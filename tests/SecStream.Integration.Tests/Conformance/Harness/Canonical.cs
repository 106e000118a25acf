using SecStream.Host;
using SecStream.Host.Replay;

namespace SecStream.Integration.Tests.Conformance.Harness;

/// <summary>What has to come out: replays, mostly in this process by the program's own code.</summary>
internal static class Canonical
{
    /// <summary>What was recorded, in order, into the folder <c>expected</c>.</summary>
    /// <param name="folder">Where the service worked.</param>
    /// <param name="set">What was recorded.</param>
    /// <param name="withVersions">With the rules that the service has recorded, from the times on that it has recorded; else those that lie there, for all times.</param>
    public static Task<SortedDictionary<string, string>> ReplayAsync(ServiceFolder folder, RecordedSet set, bool withVersions)
    {
        var state = Path.Combine(folder.Data, "state");
        var record = withVersions ? ServiceRecord.Read(Path.Combine(state, "control"), Path.Combine(state, "versions"), "default") : null;
        var events = Path.Combine(folder.Root, "recorded.ndjson");
        set.WriteEvents(events);
        return RunAsync(folder, "expected", [events, .. ServiceFolder.Generations(folder.AuthFile)], record);
    }

    /// <summary>What the service has in its data folder, and the files it followed, into the folder <c>again</c>.</summary>
    public static Task<SortedDictionary<string, string>> ReplayDataAsync(ServiceFolder folder)
    {
        var record = ServiceRecord.Read(folder.Data, "default");
        return RunAsync(folder, "again", [.. folder.Followed, .. record.Journals], record);
    }

    /// <summary>The same by the program itself.</summary>
    public static async Task<SortedDictionary<string, string>> ReplayDataByProgramAsync(ServiceFolder folder)
    {
        var output = Path.Combine(folder.Root, "again");
        await HostProgram.RunAsync(folder.Root, ["replay", "--data", folder.Data, "--config", folder.Configuration, "--out", output, .. folder.Followed]);
        return SettledAlerts.OfReplay(output);
    }

    private static async Task<SortedDictionary<string, string>> RunAsync(ServiceFolder folder, string name, IReadOnlyList<string> paths, ServiceRecord? record)
    {
        var output = Path.Combine(folder.Root, name);
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
        await run.RunAsync(paths, null, CancellationToken.None);
        return SettledAlerts.OfReplay(output);
    }
}
