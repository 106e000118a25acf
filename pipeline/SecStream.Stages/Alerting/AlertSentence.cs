using System.Globalization;
using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Core.Fields;
using SecStream.Stages.Rules.Model;

namespace SecStream.Stages.Alerting;

/// <summary>
/// Says in one line what happened, to whom, from where, how fast, and against which bound:
/// <c>6 failed SSH logins for alice from 203.0.113.7 in 14 min (threshold 5 in 15 min)</c>. A function of alert and rule; values from logs are
/// shown through <see cref="SafeText"/>. Thread-safe.
/// </summary>
public static class AlertSentence
{
    /// <summary>The sentence.</summary>
    public static string Write(Alert alert, AlertRule rule) => rule.Kind switch
    {
        RuleKind.Event => OfEvents(alert, rule),
        RuleKind.EventCount => Join(Grammar.Count(alert.Total, Noun(rule)), Whereabouts(alert, rule), During(alert), Bound(rule)),
        RuleKind.ValueCount => OfValues(alert, rule),
        RuleKind.Temporal => OfInputs(alert, rule),
        RuleKind.TemporalOrdered => SequenceSentence.Write(alert, rule),
        RuleKind.ImpossibleTravel => OfTravel(alert, rule),
        RuleKind.Anomaly => AnomalySentence.Write(alert, rule),
        _ => OfNewValue(alert, rule),
    };

    /// <summary>"for alice from 203.0.113.7": everything the key names, and who else there is just one of or several.</summary>
    /// <param name="alert">The alert.</param>
    /// <param name="rule">Its rule.</param>
    /// <param name="told">Type of entity that the sentence has named already.</param>
    internal static string Whereabouts(Alert alert, AlertRule rule, string told = "")
    {
        var subject = AlertSubject.Of(alert, rule);
        var who = told == "user" ? "" : Part("for", subject.User, alert.Users, alert.UserCount, "users");
        var from = told == "ip" ? "" : Part("from", subject.Address, alert.Addresses, alert.AddressCount, "addresses");
        var keyed = KeyedParts(alert, rule, out var isAboutHost);
        var on = told != "host" && (isAboutHost || (who.Length == 0 && from.Length == 0 && keyed.Length == 0))
            ? Part("on", subject.Host, alert.Hosts, alert.HostCount, "hosts")
            : "";
        return Join(who, keyed, on, from);
    }

    /// <summary>"in 14 min"; nothing for a single event.</summary>
    internal static string During(Alert alert) => alert switch
    {
        { Events: <= 1 } => "",
        _ when alert.End - alert.Start < EventClock.Second => "within 1 s",
        _ => "in " + Grammar.Duration(alert.End - alert.Start),
    };

    internal static string Join(params ReadOnlySpan<string> parts)
    {
        var kept = new List<string>(parts.Length);
        foreach (var part in parts)
        {
            if (part.Length > 0)
            {
                kept.Add(part);
            }
        }

        return string.Join(' ', kept);
    }

    internal static string? Fact(Alert alert, string name)
    {
        var at = Array.FindIndex(alert.Facts, fact => fact.Name == name);
        return at < 0 ? null : alert.Facts[at].Value;
    }

    private static string OfEvents(Alert alert, AlertRule rule)
    {
        var actions = Grammar.List(alert.Actions, alert.Actions.Length);
        var noun = HasNoun(rule) ? Grammar.Count(alert.Total, Noun(rule)) : $"{SafeText.Show(rule.Title)}: {Grammar.Count(alert.Total, "events")}";
        return Join(noun, actions.Length > 0 ? $"({actions})" : "", Whereabouts(alert, rule), During(alert));
    }

    private static string OfValues(Alert alert, AlertRule rule)
    {
        var field = rule.ValueField >= 0 && rule.ValueField < Ecs.Names.Length ? Ecs.Names[rule.ValueField] : "";
        var distinct = (long)alert.Observed.Value;
        var what = HasNoun(rule) ? Noun(rule) : field.Length > 0 ? "values of " + field : "values";
        var (type, values, count) = field switch
        {
            "user.name" => ("user", alert.Users, alert.UserCount),
            "source.address" or "source.ip" => ("ip", alert.Addresses, alert.AddressCount),
            "host.name" => ("host", alert.Hosts, alert.HostCount),
            _ => ("", [], 0),
        };
        return Join(
            distinct == 1 ? "1 " + Grammar.Singular(what) : $"{distinct.ToString(CultureInfo.InvariantCulture)} different {what}",
            values.Length > 0 ? $"({Grammar.List(values, count)})" : "",
            $"in {Grammar.Count(alert.Total, "events")}",
            Whereabouts(alert, rule, type),
            During(alert),
            Bound(rule));
    }

    private static string OfInputs(Alert alert, AlertRule rule)
    {
        var inputs = rule.Inputs.Select(input => SequenceSentence.CountOf(alert, input.Name)).ToArray();
        var what = inputs.Length > 1 ? $"{string.Join(", ", inputs[..^1])} and {inputs[^1]}" : string.Concat(inputs);
        return Join(what, Whereabouts(alert, rule), During(alert), $"(all within {Grammar.Duration(EventClock.ToMicroseconds(rule.Window))})");
    }

    private static string OfTravel(Alert alert, AlertRule rule)
    {
        var subject = AlertSubject.Of(alert, rule);
        var who = subject.User is { } user ? SafeText.Name(user) : EntityName(alert, rule);
        var elapsed = long.TryParse(Fact(alert, "elapsed_seconds"), CultureInfo.InvariantCulture, out var seconds) ? seconds : 0;
        var time = elapsed > 0 ? "in " + Grammar.Duration(Math.Min(elapsed, long.MaxValue / EventClock.Second) * EventClock.Second) : "at the same time";
        var limit = string.Create(CultureInfo.InvariantCulture, $"limit {rule.MaxSpeedKmh:0} km/h");
        var speed = Fact(alert, "speed_kmh") is { } kmh ? $"({SafeText.Show(kmh)} km/h, {limit})" : $"({limit})";
        return Join(
            $"{who} moved from {Place(alert, "from")} to {Place(alert, "to")},",
            $"{SafeText.Show(Fact(alert, "distance_km") ?? "0")} km,",
            time,
            speed);
    }

    private static string OfNewValue(Alert alert, AlertRule rule)
    {
        var subject = AlertSubject.Of(alert, rule);
        var who = subject.User is { } user && AlertEntity.Of(alert, rule).Type == "user" ? SafeText.Name(user) : EntityName(alert, rule);
        var field = rule.ValueField >= 0 && rule.ValueField < Ecs.Names.Length ? Ecs.Names[rule.ValueField] : "value";
        var count = int.TryParse(Fact(alert, "known_count"), CultureInfo.InvariantCulture, out var known) ? known : 0;
        var values = SafeText.Show(Fact(alert, "known_values") ?? "");
        var before = count > 10 ? $"{count} known before, among them {values}" : $"known before: {values}";
        var from = Part("", subject.Address, alert.Addresses, alert.AddressCount, "addresses").TrimStart();
        return Join(
            $"{who}: first {Grammar.Singular(Noun(rule))}",
            field.Contains(".geo.", StringComparison.Ordinal) ? "from" : "with",
            $"{FieldWord(field)} {SafeText.Name(Fact(alert, "new_value") ?? "")}",
            from.Length == 0 || from == who ? $"({before})" : $"({from}; {before})");
    }

    /// <summary>What people call a field: <c>country</c> for <c>source.geo.country_iso_code</c>, <c>user_agent</c> for <c>user_agent.original</c>.</summary>
    private static string FieldWord(string field)
    {
        var parts = field.Split('.');
        return parts[^1] switch
        {
            "country_iso_code" or "country_name" => "country",
            "city_name" => "city",
            "name" or "id" or "original" or "number" when parts.Length > 1 => parts[^2],
            var last => last,
        };
    }

    private static string Place(Alert alert, string name) => Fact(alert, name) is { Length: > 0 } place ? SafeText.Show(place) : "an unknown place";

    private static string EntityName(Alert alert, AlertRule rule) => SafeText.Name(AlertEntity.Of(alert, rule).Value);

    /// <summary>Parts of the key that are neither user nor address nor host: service, API key, any other field.</summary>
    private static string KeyedParts(Alert alert, AlertRule rule, out bool isAboutHost)
    {
        isAboutHost = false;
        var text = new List<string>();
        for (var i = 0; i < alert.Key.Length; i++)
        {
            var entity = AlertEntity.OfPart(alert, rule, i);
            isAboutHost |= entity.Type == "host";
            text.Add(entity.Type switch
            {
                "user" or "ip" or "host" => "",
                "service" => $"in service {SafeText.Name(entity.Value)}",
                "api_key" => $"with API key {SafeText.Name(entity.Value)}",
                _ => $"with {entity.Name} {SafeText.Name(entity.Value)}",
            });
        }

        return Join([.. text]);
    }

    private static string Part(string preposition, string? single, ObservedValue[] seen, int distinct, string plural) => (single, distinct) switch
    {
        ({ } one, _) => $"{preposition} {SafeText.Name(one)}",
        (null, 0) => "",
        _ => $"{preposition} {Grammar.Count(distinct, plural)} ({Grammar.List(seen, distinct)})",
    };

    private static string Bound(AlertRule rule)
    {
        var sign = rule.Threshold.Operator switch
        {
            ThresholdOperator.GreaterOrEqual => "",
            ThresholdOperator.Greater => "more than ",
            ThresholdOperator.LessOrEqual => "at most ",
            ThresholdOperator.Less => "fewer than ",
            _ => "exactly ",
        };
        var window = rule.Window > TimeSpan.Zero ? " in " + Grammar.Duration(EventClock.ToMicroseconds(rule.Window)) : "";
        return $"(threshold {sign}{rule.Threshold.Value.ToString(CultureInfo.InvariantCulture)}{window})";
    }

    private static bool HasNoun(AlertRule rule) => rule.Noun.Length > 0 && rule.Noun != "events";

    private static string Noun(AlertRule rule) => SafeText.Show(rule.Noun.Length > 0 ? rule.Noun : "events");
}
