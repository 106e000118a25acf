using SecStream.Core.Fields;
using SecStream.Stages.Profiles.Model;
using SecStream.Stages.Rules;
using SecStream.Stages.Rules.Matching;
using SecStream.Stages.Rules.Model;
using SecStream.Stages.Rules.Routing;

namespace SecStream.Stages.Ingest;

/// <summary>What all ingest workers share: the compiled rules and how events are named. Immutable.</summary>
/// <param name="Fields">Field names, those of the rules included.</param>
/// <param name="Rules">The rule set.</param>
/// <param name="Index">Its selections for what comes in.</param>
/// <param name="Plan">Its routes.</param>
/// <param name="Tenant">Tenant of the events.</param>
/// <param name="HasProfiles">Rows of profiles are wanted; else their conditions are not looked for.</param>
public sealed record IngestPlan(FieldCatalog Fields, RuleSet Rules, SelectionIndex Index, RoutePlan Plan, string Tenant, bool HasProfiles = false)
{
    /// <summary>
    /// Its selections for anomalies. Apart from <paramref name="Index"/>, so that no event from outside can pass for an anomaly, and no anomaly for an event.
    /// </summary>
    public SelectionIndex Anomalies { get; } = new(Rules.Detections, Fields, d => d.IsOfAnomalies);

    /// <summary>Compiles a rule set, or a merged one (<see cref="RuleLineage"/>).</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="fields">The fields they read.</param>
    /// <param name="tenant">Tenant of the events.</param>
    /// <param name="settledBefore">No event before this time can be evaluated any more: what only such events matched is not looked for.</param>
    /// <param name="withProfiles">Rows of profiles are wanted.</param>
    public static IngestPlan Compile(RuleSet rules, FieldCatalog fields, string tenant, long settledBefore = long.MinValue, bool withProfiles = false)
    {
        var settled = DetectionsOf(rules.Rules.Where(r => r.Until <= settledBefore));
        settled.UnionWith(DetectionsOf(rules.Profiles.Where(p => !withProfiles || p.Until <= settledBefore)));
        settled.ExceptWith(DetectionsOf(rules.Rules.Where(r => r.Until > settledBefore)));
        settled.ExceptWith(DetectionsOf(rules.Profiles.Where(p => withProfiles && p.Until > settledBefore)));
        return new(
            fields, rules, new SelectionIndex(rules.Detections, fields, d => !d.IsOfAnomalies && !settled.Contains(d.Index)), RoutePlan.Build(rules), tenant,
            withProfiles && rules.Profiles.Count > 0);
    }

    private static HashSet<int> DetectionsOf(IEnumerable<AlertRule> rules) => [.. rules.SelectMany(r => r.Inputs).SelectMany(i => i.Detections)];

    private static HashSet<int> DetectionsOf(IEnumerable<Profile> profiles) => [.. profiles.SelectMany(p => p.Conditions.Append(p.Where)).Where(d => d >= 0)];
}
