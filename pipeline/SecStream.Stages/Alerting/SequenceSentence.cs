using System.Globalization;
using SecStream.Core.Alerts;
using SecStream.Stages.Rules.Model;

namespace SecStream.Stages.Alerting;

/// <summary>Sentences of ordered sequences: <c>alice logged in from 203.0.113.7 after 7 failed logins in 3 min</c>.</summary>
internal static class SequenceSentence
{
    private static readonly string[] Login = ["login", "logins", "logon", "logons", "signin"];
    private static readonly string[] Success = ["success", "successes", "successful", "succeeded", "accepted"];

    public static string Write(Alert alert, AlertRule rule)
    {
        var before = rule.Inputs.Length > 1 ? "after " + string.Join(", then ", rule.Inputs[..^1].Select(i => CountOf(alert, i.Name))) : "";
        if (!EndsInLogin(rule))
        {
            var last = rule.Inputs.Length > 0 ? CountOf(alert, rule.Inputs[^1].Name) : SafeText.Show(rule.Title);
            return AlertSentence.Join(last, before, AlertSentence.Whereabouts(alert, rule), AlertSentence.During(alert));
        }

        var subject = AlertSubject.Of(alert, rule);
        if (subject.User is { } user)
        {
            var from = subject.Address is { } address ? "from " + SafeText.Name(address) : "";
            var on = from.Length == 0 && subject.Host is { } host ? "on " + SafeText.Name(host) : "";
            return AlertSentence.Join(SafeText.Name(user), "logged in", from, on, before, AlertSentence.During(alert));
        }

        // With several users under attack the contributors don't say which of them it was.
        return AlertSentence.Join("a login succeeded", before, AlertSentence.Whereabouts(alert, rule), AlertSentence.During(alert));
    }

    /// <summary>The last step is a login that succeeded.</summary>
    public static bool EndsInLogin(AlertRule rule)
    {
        if (rule.Kind != RuleKind.TemporalOrdered || rule.Inputs.Length == 0)
        {
            return false;
        }

        var words = Words(rule.Inputs[^1].Name).ToLowerInvariant().Split(' ');
        return words.Any(w => Login.Contains(w)) && words.Any(w => Success.Contains(w));
    }

    /// <summary>How often an input occurred, in words made of its name: <c>7 failed logins</c>.</summary>
    public static string CountOf(Alert alert, string input)
    {
        var total = long.TryParse(AlertSentence.Fact(alert, input), CultureInfo.InvariantCulture, out var count) ? count : 0;
        return Grammar.Count(total, Grammar.Plural(SafeText.Show(Turn(Words(input)))));
    }

    /// <summary>Taxonomy names put the outcome last (login_failed), English first.</summary>
    private static string Turn(string words) => words switch
    {
        _ when words.EndsWith(" failed", StringComparison.Ordinal) => "failed " + words[..^7],
        _ when words.EndsWith(" success", StringComparison.Ordinal) => "successful " + words[..^8],
        _ => words,
    };

    private static string Words(string name) => name.Replace('_', ' ').Replace('-', ' ').Trim();
}
