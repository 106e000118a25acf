using SecStream.Host.Rules;
using SecStream.Stages.Enrichment;
using SecStream.Stages.Rules;

namespace SecStream.Host.Check;

/// <summary>Looks at what a run needs besides its sources: rules, GeoIP, lists, entities, the folder for results.</summary>
internal static class PartsCheck
{
    private const int MaxIssues = 5;

    /// <summary>The rules, with the issues that keep some of them from loading.</summary>
    public static CheckedPart OfRules(RuleFolder folder, string path)
    {
        var errors = folder.Issues.Where(i => i.Severity == IssueSeverity.Error).ToList();
        var warnings = folder.Issues.Count - errors.Count;
        return new CheckedPart(
            "rules",
            $"{folder.Rules.Rules.Count} rules in {path}" + (warnings > 0 ? $", {warnings} warnings (rules lint shows them)" : ""),
            folder.Rules.Version,
            errors.Count > 0 ? string.Join("; ", errors.Take(MaxIssues)) + (errors.Count > MaxIssues ? $"; {errors.Count - MaxIssues} more, see rules lint" : "") : null);
    }

    /// <summary>GeoIP, entities and lists.</summary>
    public static IEnumerable<CheckedPart> OfKnowledge(EnrichmentSources sources, PipelineOptions options)
    {
        yield return new CheckedPart(
            "geoip",
            options.GeoIp.Count == 0
                ? "no file: T7 and P3 see only places that events bring themselves; --geoip FILE names one"
                : string.Join(", ", options.GeoIp) + (sources.Geo.KnowsLocations ? "" : ": without locations, so T7 and P3 see only what events bring themselves"),
            options.GeoIp.Count == 0 ? null : sources.Geo.Version,
            null);
        yield return new CheckedPart(
            "entities",
            options.Entities is null ? "no file: root, admin and administrator count as administrators" : $"{sources.Entities.Users.Count} users, {sources.Entities.Assets.Count} assets in {options.Entities}",
            options.Entities is null ? null : sources.Entities.Version,
            null);
        foreach (var list in sources.Intel.Lists)
        {
            yield return new CheckedPart($"list {list.Name}", list.Role.ToString().ToLowerInvariant(), list.Version, null);
        }
    }

    /// <summary>Whether a folder can be made and written to. Leaves nothing behind.</summary>
    public static CheckedPart OfFolder(string option, string folder)
    {
        var existing = Path.GetFullPath(folder);
        while (!Directory.Exists(existing) && Path.GetDirectoryName(existing) is { } parent)
        {
            existing = parent;
        }

        try
        {
            var probe = Path.Combine(existing, ".secstream-check");
            File.Create(probe, 1, FileOptions.DeleteOnClose).Dispose();
            var detail = Directory.Exists(folder) ? $"{folder}: writable" : $"{folder}: will be made";
            var free = new DriveInfo(existing).AvailableFreeSpace;
            return new CheckedPart(option, FormattableString.Invariant($"{detail}, {free / 1e9:0.0} GB free"), null, null);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return new CheckedPart(option, folder, null, $"{folder} can't be written to ({fault.GetType().Name} in {existing}); name a folder that {Environment.UserName} may write to with {option} DIR");
        }
    }
}
