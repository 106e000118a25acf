using SecStream.Connectors.Files;
using SecStream.Connectors.Journal;
using SecStream.Core.Pipeline;
using SecStream.Host.Ledger;
using SecStream.Stages.Rules;
using SecStream.Stages.Rules.Model;

namespace SecStream.Host;

/// <summary>Something that could not be seen, and what that means.</summary>
/// <param name="Kind"><c>rule_blind</c>, <c>no_geoip</c>, <c>unevaluated</c>, <c>parse_failures</c>, <c>source_gap</c>, <c>evicted</c> …</param>
/// <param name="Subject">The rule, source or file.</param>
/// <param name="Detail">A sentence for people.</param>
/// <param name="Count">How many events, keys …; 0 where counting makes no sense.</param>
public sealed record BlindSpot(string Kind, string Subject, string Detail, long Count);

/// <summary>Finds what a run could not see.</summary>
internal static class BlindSpots
{
    /// <summary>Everything, in a fixed order.</summary>
    public static List<BlindSpot> Of(Topology topology, Knowledge knowledge)
    {
        var found = new List<BlindSpot>();
        foreach (var (spec, counters, format) in topology.Sources())
        {
            var name = spec.Source.Name;
            foreach (var (error, count) in counters.DeadLetters)
            {
                found.Add(new("parse_failures", name, $"{count} lines could not be parsed ({error}); they are in the dead letters", count));
            }

            if (counters.Unevaluated > 0)
            {
                found.Add(new("unevaluated", name, $"{counters.Unevaluated} events came more than an hour late and were not evaluated; they are indexed and marked", counters.Unevaluated));
            }

            if (counters.Skewed > 0)
            {
                found.Add(new("clock_skew", name, $"{counters.Skewed} events were ahead of their time and were evaluated at the time of their neighbours", counters.Skewed));
            }

            if (GapOf(spec.Source) is { } gap)
            {
                found.Add(new("source_gap", name, gap, 0));
            }

            if (counters.Events == 0 && format.Length == 0)
            {
                found.Add(new("empty_source", name, "no event was found in it", 0));
            }
        }

        AddState(found, topology);
        AddRules(found, topology, knowledge);
        return found;
    }

    /// <summary>Why a rule could not have seen anything in events with these fields; null when it could.</summary>
    public static string? WhyBlind(AlertRule rule, RuleSet rules, Func<int, bool> seen, Func<int, string> nameOf)
    {
        foreach (var input in rule.Inputs)
        {
            foreach (var part in input.Key)
            {
                if (!part.Fields.Any(seen))
                {
                    return $"no event has its key field {string.Join(" or ", part.Fields.Select(nameOf))}";
                }
            }

            // Anomalies are found by the profiles; their fields are in no event.
            if (rule.Kind != RuleKind.Anomaly && input.Detections.All(d => rules.Detections[d].FieldIds is { Count: > 0 } fields && !fields.Any(seen)))
            {
                return "no event has any field it reads (" + string.Join(", ", input.Detections.SelectMany(d => rules.Detections[d].Fields).Distinct().Take(5)) + ")";
            }
        }

        if (rule.Kind == RuleKind.ImpossibleTravel && !(seen(Core.Fields.Ecs.SourceGeoLocationLat) && seen(Core.Fields.Ecs.SourceGeoLocationLon)))
        {
            return $"no event has {nameOf(Core.Fields.Ecs.SourceGeoLocationLat)} and {nameOf(Core.Fields.Ecs.SourceGeoLocationLon)}";
        }

        return rule.ValueField >= 0 && !seen(rule.ValueField) ? $"no event has {nameOf(rule.ValueField)}" : null;
    }

    /// <summary>The rules that no event so far could reach.</summary>
    public static IEnumerable<BlindRule> BlindRules(Topology topology, Knowledge knowledge)
    {
        foreach (var rule in knowledge.Plan.Rules.Latest)
        {
            if ((WhyBlind(rule, knowledge.Plan.Rules, topology.HasSeen, knowledge.Plan.Fields.Name) ?? WhyWithoutAnomalies(rule, topology, knowledge)) is { } why)
            {
                yield return new BlindRule(rule.Code, rule.Title, why);
            }
        }
    }

    private static string? WhyWithoutAnomalies(AlertRule rule, Topology topology, Knowledge knowledge) => rule.Kind switch
    {
        RuleKind.Anomaly when !knowledge.Plan.HasProfiles => "profiles are switched off, so no anomaly is looked for",
        RuleKind.Anomaly when !topology.HasModels => "no model is in force that could find an anomaly; train one and promote it",
        _ => null,
    };

    /// <summary>Why records of a source are missing; null when none are known to be.</summary>
    public static string? GapOf(IRecordSource source) => source switch
    {
        FileSource file => file.Failure,
        TailSource tail => tail.Gap,
        JournalSource journal => journal.Gap,
        _ => null,
    };

    private static void AddState(List<BlindSpot> found, Topology topology)
    {
        var counters = topology.Counters();
        if (counters.Evicted > 0)
        {
            found.Add(new("evicted", "state", $"{counters.Evicted} keys were evicted over the memory bound; their windows began anew", counters.Evicted));
        }

        if (counters.Lost > 0)
        {
            found.Add(new("history_bound", "state", $"{counters.Lost} occurrences lay beyond the bound of a key's history", counters.Lost));
        }
    }

    private static void AddRules(List<BlindSpot> found, Topology topology, Knowledge knowledge)
    {
        if (!knowledge.Enrichment.Geo.KnowsLocations)
        {
            found.Add(new("no_geoip", "geoip", "no GeoIP file with locations is loaded: rules on countries and places see only what events bring themselves", 0));
        }

        found.AddRange(BlindRules(topology, knowledge).Select(rule => new BlindSpot("rule_blind", rule.Code, $"{rule.Title}: {rule.Why}", 0)));
    }
}
