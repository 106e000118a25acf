using SecStream.Core.Alerts;
using SecStream.Stages.Rules.Model;

namespace SecStream.Stages.Alerting;

/// <summary>Headline of an incident: <c>Brute force and login from 203.0.113.7: C1, L5, P1, T1, X1; 5 alerts, 3 users</c>. Thread-safe.</summary>
public static class IncidentSentence
{
    private const int ListedRules = 12;

    /// <summary>The headline.</summary>
    public static string Write(Incident incident)
    {
        var rules = incident.Rules.Length > ListedRules
            ? string.Join(", ", incident.Rules.Take(ListedRules)) + ", …"
            : string.Join(", ", incident.Rules);
        var counts = new List<string> { Grammar.Count(incident.Alerts.Length, "alerts") };
        Add(counts, incident.UserCount, "users", incident.Entity.Type != "user");
        Add(counts, incident.AddressCount, "addresses", incident.Entity.Type != "ip");
        Add(counts, incident.HostCount, "hosts", incident.Entity.Type != "host" && incident.HostCount > 1);
        return $"{What(incident)} {Whose(incident.Entity)}: {SafeText.Show(rules)}; {string.Join(", ", counts)}";
    }

    private static string What(Incident incident)
    {
        var force = incident.Alerts.Any(member => IsBruteForce(member.Rule));
        var login = incident.Alerts.Any(member => SequenceSentence.EndsInLogin(member.Rule));
        if (force || login)
        {
            return login ? "Brute force and login" : "Brute force";
        }

        // Otherwise the most severe rule speaks for the rest.
        var lead = incident.Alerts.OrderByDescending(member => member.Rule.Severity).ThenBy(member => member.Rule.Code, StringComparer.Ordinal).First();
        return SafeText.Show(lead.Rule.Title);
    }

    private static bool IsBruteForce(AlertRule rule) =>
        Array.Exists(rule.Tags, tag => ThreatTags.TechniqueOf(tag).StartsWith("T1110", StringComparison.Ordinal))
        || (rule.Kind == RuleKind.EventCount && rule.Noun.StartsWith("failed", StringComparison.Ordinal) && rule.Noun.EndsWith("logins", StringComparison.Ordinal));

    private static string Whose(AlertEntity entity)
    {
        var preposition = entity.Type switch
        {
            "ip" => "from ",
            "user" => "of ",
            "host" => "on ",
            "service" => "in service ",
            "api_key" => "with API key ",
            "rule" => "by rule ",
            _ => $"with {entity.Name} ",
        };
        return preposition + SafeText.Name(entity.Value);
    }

    private static void Add(List<string> counts, int count, string plural, bool isTold)
    {
        if (isTold && count > 0)
        {
            counts.Add(Grammar.Count(count, plural));
        }
    }
}
