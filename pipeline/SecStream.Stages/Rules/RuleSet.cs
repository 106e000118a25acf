using SecStream.Stages.Profiles.Model;
using SecStream.Stages.Rules.Matching;
using SecStream.Stages.Rules.Model;

namespace SecStream.Stages.Rules;

/// <summary>The rules of a folder, compiled. Immutable; shared by all workers and shards.</summary>
/// <param name="Detections">What single events are matched against; a detection's index is its position. Conditions of profiles come after those of rules.</param>
/// <param name="Rules">The rules that raise alerts.</param>
/// <param name="Version">Content hash over all rules: 16 hex digits of SHA-256.</param>
/// <param name="Issues">Everything found wrong, in order of file and line.</param>
public sealed record RuleSet(
    IReadOnlyList<Detection> Detections,
    IReadOnlyList<AlertRule> Rules,
    string Version,
    IReadOnlyList<RuleIssue> Issues)
{
    /// <summary>What is measured of keys, in the order of their files. A row's route names a profile by its place here.</summary>
    public IReadOnlyList<Profile> Profiles { get; init; } = [];

    /// <summary>The profiles that nothing has taken the place of.</summary>
    public IEnumerable<Profile> LatestProfiles => Profiles.Where(profile => profile.Until == long.MaxValue);

    /// <summary>The rules that nothing has taken the place of: all of them, unless the set is a merged one (<see cref="RuleLineage"/>).</summary>
    public IEnumerable<AlertRule> Latest => Rules.Where(rule => rule.Until == long.MaxValue);

    /// <summary>Some rule was not loaded.</summary>
    public bool HasErrors => Issues.Any(i => i.Severity == IssueSeverity.Error);
}

/// <summary>The text of a rule file.</summary>
/// <param name="Path">Name for messages and <see cref="AlertRule.File"/>: the path relative to the rule folder, with forward slashes.</param>
/// <param name="Text">Its YAML.</param>
public sealed record RuleSource(string Path, string Text);

/// <summary>How rules are loaded.</summary>
public sealed record RuleLoadOptions
{
    /// <summary>Any error leaves the rule set empty. Default false: rules without errors load.</summary>
    public bool Strict { get; init; }

    /// <summary>Values of Sigma <c>%placeholders%</c> (modifier <c>expand</c>). Default none.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Expansions { get; init; } = new Dictionary<string, IReadOnlyList<string>>();
}
