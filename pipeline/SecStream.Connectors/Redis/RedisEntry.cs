using System.Globalization;
using System.Text.Json;
using SecStream.Core.Alerts;
using SecStream.Core.Events;

namespace SecStream.Connectors.Redis;

/// <summary>What the script needs of an entry of the outbox beside its document.</summary>
internal static class RedisEntry
{
    private const int MaxReason = 300;

    /// <summary>The metadata as JSON.</summary>
    public static byte[] Write(OutboxEntry entry, RedisOptions options)
    {
        var facts = RedisFacts.Of(entry.Document);
        var opened = EventClock.ToInstant(entry.Opened);
        var severity = NameOf(entry.Severity);
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, RedisItems.Json))
        {
            json.WriteStartObject();
            json.WriteString("kind", entry.IsIncident ? "incident" : "alert");
            json.WriteString("id", RedisNames.Of(entry.Id));
            json.WriteNumber("revision", entry.Revision);
            json.WriteBoolean("withdrawn", entry.Kind == ChangeKind.Withdrawn);
            json.WriteString("severity", severity);
            json.WriteString("rule", entry.Rule);
            json.WriteString("day", opened.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            json.WriteNumber("score", entry.Opened / 1e6);
            json.WriteNumber("end", Math.Max(entry.Opened / 1e6, (facts.End?.ToUnixTimeMilliseconds() ?? 0) / 1000.0));
            json.WriteString("entity", $"{entry.EntityType}:{RedisNames.Of(entry.EntityValue)}");
            WriteActions(json, entry, facts, severity, options);
            if (entry.IsIncident)
            {
                json.WriteStartArray("items");
                json.WriteEndArray();
            }
            else
            {
                RedisItems.Write(json, new RedisItem("alert", RedisNames.Of(entry.Id), opened, severity, entry.Rule, facts), options);
            }

            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static void WriteActions(Utf8JsonWriter json, OutboxEntry entry, RedisFacts facts, string severity, RedisOptions options)
    {
        json.WriteStartArray("actions");
        foreach (var (type, seconds, scope) in entry.IsIncident ? [] : facts.Actions)
        {
            foreach (var target in Targets(type, entry, facts).Distinct(StringComparer.Ordinal))
            {
                json.WriteStartObject();
                json.WriteString("name", $"{RedisNames.Of(type)}:{RedisNames.Of(target)}");
                json.WriteNumber("seconds", seconds ?? options.ActionDuration.TotalSeconds);
                json.WriteStartObject("what");
                json.WriteString("type", type);
                json.WriteString("target", target);
                if (scope is not null)
                {
                    json.WriteString("scope", scope);
                }

                json.WriteString("alert", entry.Id);
                json.WriteString("rule", entry.Rule);
                json.WriteString("severity", severity);
                json.WriteString("reason", facts.Message is { Length: > MaxReason } text ? text[..MaxReason] : facts.Message ?? entry.Rule);
                json.WriteEndObject();
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
    }

    /// <summary>Whom an action is about: addresses, users, the entity, or the alert itself when it asks for people.</summary>
    private static IEnumerable<string> Targets(string type, OutboxEntry entry, RedisFacts facts) => type switch
    {
        // A name that a log gave as an address is none that may be blocked.
        "block_ip" => facts.Addresses.Where(RedisNames.IsAddress),
        "lock_account" or "invalidate_sessions" => facts.Users,
        "rate_limit" or "review_key" => [entry.EntityValue],
        _ => [entry.Id],
    };

    private static string NameOf(Severity severity) => severity switch
    {
        Severity.Low => "low",
        Severity.Medium => "medium",
        Severity.High => "high",
        _ => "critical",
    };
}
