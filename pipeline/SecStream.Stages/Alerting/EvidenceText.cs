using System.Globalization;
using System.Text.Json;
using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Stages.Rules.Model;

namespace SecStream.Stages.Alerting;

/// <summary>The part of an alert document from which the alert can be derived again: key, measure, events, facts, actions.</summary>
internal static class EvidenceText
{
    private const int Samples = 3;
    private static readonly string[] NumericFacts = ["distance_km", "elapsed_seconds", "speed_kmh", "known_count"];

    public static void Write(Utf8JsonWriter json, Alert alert, AlertRule rule)
    {
        json.WriteStartObject("key");
        WriteKey(json, [.. alert.Key.Select((part, at) => (AlertEntity.OfPart(alert, rule, at).Name, part.Value)).DistinctBy(part => part.Name).OrderBy(part => part.Name, StringComparer.Ordinal)]);
        json.WriteEndObject();
        WriteObserved(json, alert.Observed, alert);
        WriteEvidence(json, alert);
        WriteContributors(json, alert);
        WriteActions(json, rule.Actions);
        WriteFacts(json, alert.Facts, rule);
    }

    /// <summary>
    /// Writes names with dots as nested objects. Ordinal order puts names with a common beginning side by side. Where one name is the beginning
    /// of another (no ECS field is) a name stays whole.
    /// </summary>
    private static void WriteKey(Utf8JsonWriter json, (string Name, string Value)[] parts)
    {
        var isNested = !parts.Any(a => parts.Any(b => b.Name.StartsWith(a.Name + ".", StringComparison.Ordinal)));
        string[] open = [];
        foreach (var (name, value) in parts)
        {
            var path = isNested ? name.Split('.') : [name];
            var common = open.AsSpan().CommonPrefixLength(path.AsSpan(0, path.Length - 1));
            for (var i = open.Length; i > common; i--)
            {
                json.WriteEndObject();
            }

            for (var i = common; i < path.Length - 1; i++)
            {
                json.WriteStartObject(path[i]);
            }

            open = path[..^1];
            json.WriteString(path[^1], value);
        }

        for (var i = open.Length; i > 0; i--)
        {
            json.WriteEndObject();
        }
    }

    private static void WriteObserved(Utf8JsonWriter json, Observed observed, Alert alert)
    {
        json.WriteStartObject("observed");
        json.WriteString("measure", observed.Measure);

        // Two places at the same time: the speed is infinite, which JSON can't say.
        var isUnbounded = observed.Measure == "speed_kmh" && AlertSentence.Fact(alert, "speed_kmh") is null;
        DocumentText.WriteNumber(json, "value", isUnbounded ? double.PositiveInfinity : observed.Value);
        json.WriteString("operator", observed.Operator);
        DocumentText.WriteNumber(json, "threshold", observed.Threshold);
        json.WriteNumber("window_seconds", observed.Window / (double)EventClock.Second);
        json.WriteString("kind", observed.Kind);
        json.WriteEndObject();
    }

    private static void WriteEvidence(Utf8JsonWriter json, Alert alert)
    {
        json.WriteStartObject("evidence");
        json.WriteStartArray("event_ids");
        foreach (var item in alert.Evidence)
        {
            json.WriteStringValue(item.EventId);
        }

        json.WriteEndArray();
        json.WriteStartArray("samples");
        foreach (var item in alert.Evidence.AsSpan(0, Math.Min(Samples, alert.Evidence.Length)))
        {
            json.WriteStartObject();
            json.WriteString("event_id", item.EventId);
            DocumentText.WriteTime(json, "@timestamp", item.Time);
            json.WriteNumber("count", item.Count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("total", alert.Total);
        json.WriteNumber("events", alert.Events);
        json.WriteBoolean("truncated", alert.Events > alert.Evidence.Length);
        json.WriteEndObject();
    }

    private static void WriteContributors(Utf8JsonWriter json, Alert alert)
    {
        json.WriteStartObject("contributors");
        WriteValues(json, "users", alert.Users, alert.UserCount);
        WriteValues(json, "addresses", alert.Addresses, alert.AddressCount);
        WriteValues(json, "hosts", alert.Hosts, alert.HostCount);
        WriteValues(json, "actions", alert.Actions, null);
        json.WriteEndObject();
    }

    private static void WriteValues(Utf8JsonWriter json, string name, ObservedValue[] values, int? distinct)
    {
        if (values.Length == 0)
        {
            return;
        }

        json.WriteStartObject(name);
        if (distinct is { } number)
        {
            json.WriteNumber("distinct", number);
        }

        json.WriteStartArray("top");
        foreach (var value in values)
        {
            json.WriteStartObject();
            json.WriteString("value", value.Value);
            json.WriteNumber("count", value.Count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteActions(Utf8JsonWriter json, RuleAction[] actions)
    {
        json.WriteStartArray("actions");
        foreach (var action in actions)
        {
            json.WriteStartObject();
            json.WriteString("type", action.Type);
            if (action.Duration is { } duration)
            {
                json.WriteNumber("duration_seconds", duration.TotalSeconds);
            }

            if (action.Scope is { } scope)
            {
                json.WriteString("scope", scope);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteFacts(Utf8JsonWriter json, (string Name, string Value)[] facts, AlertRule rule)
    {
        if (facts.Length == 0)
        {
            return;
        }

        json.WriteStartObject("facts");
        foreach (var (name, value) in facts.DistinctBy(fact => fact.Name))
        {
            var isNumber = NumericFacts.Contains(name) || Array.Exists(rule.Inputs, input => input.Name == name);
            if (isNumber && long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            {
                json.WriteNumber(name, number);
            }
            else
            {
                json.WriteString(name, value);
            }
        }

        json.WriteEndObject();
    }
}
