using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SecStream.Connectors.Redis;

/// <summary>An alert or event as the lists and keys by category hold it.</summary>
/// <param name="Kind"><c>alert</c> or <c>event</c>.</param>
/// <param name="Id">Its id.</param>
/// <param name="Time">When it happened.</param>
/// <param name="Severity">Severity.</param>
/// <param name="Rule">Code of the rule; empty for an event.</param>
/// <param name="Facts">What its document says.</param>
internal readonly record struct RedisItem(string Kind, string Id, DateTimeOffset Time, string Severity, string Rule, RedisFacts Facts);

/// <summary>Which keys an alert or event has beside its document, as the scripts read them.</summary>
internal static class RedisItems
{
    /// <summary>How JSON is written for the scripts: quotes and control characters escaped, letters as they are.</summary>
    public static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the list <c>items</c>.</summary>
    public static void Write(Utf8JsonWriter json, in RedisItem item, RedisOptions options)
    {
        json.WriteStartArray("items");
        if (RedisCategories.Of(item.Facts.Action) is { } category)
        {
            WriteHash(json, item, category, options);
        }

        if (options.GuideKeys)
        {
            if (item.Severity == "critical")
            {
                WriteMember(json, RedisCategories.Critical, "list", item);
            }

            if (RedisCategories.ListOf(item.Facts.Action) is { } list)
            {
                WriteMember(json, list, "list", item);
            }

            if (RedisCategories.IsRateLimit(item.Facts.Action) || item.Facts.Actions.Any(action => action.Type == "rate_limit"))
            {
                WriteMember(json, RedisCategories.RateLimits, "zset", item);
            }
        }

        json.WriteEndArray();
    }

    /// <summary>The key by category: <c>security:auth:MILLISECONDS</c>, for requests with the path between them.</summary>
    private static void WriteHash(Utf8JsonWriter json, in RedisItem item, string category, RedisOptions options)
    {
        var path = category == "api" && item.Facts.Path is { Length: > 0 } given ? RedisNames.Of(given) + ":" : "";
        json.WriteStartObject();
        json.WriteString("t", "hash");
        json.WriteString("k", string.Create(
            CultureInfo.InvariantCulture, $"{(options.GuideKeys ? "" : options.Prefix)}security:{category}:{path}{item.Time.ToUnixTimeMilliseconds()}"));
        json.WriteStartObject("f");
        foreach (var (name, value) in Fields(item))
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteMember(Utf8JsonWriter json, string key, string type, in RedisItem item)
    {
        json.WriteStartObject();
        json.WriteString("t", type);
        json.WriteString("k", key);
        json.WriteNumber("s", item.Time.ToUnixTimeMilliseconds() / 1000.0);
        using var member = new MemoryStream();
        using (var inner = new Utf8JsonWriter(member, Json))
        {
            inner.WriteStartObject();
            foreach (var (name, value) in Fields(item))
            {
                if (name == "timestamp")
                {
                    inner.WriteNumber(name, item.Time.ToUnixTimeMilliseconds());
                }
                else
                {
                    inner.WriteString(name, value);
                }
            }

            inner.WriteEndObject();
        }

        json.WriteString("v", Encoding.UTF8.GetString(member.GetBuffer(), 0, (int)member.Length));
        json.WriteEndObject();
    }

    /// <summary>The names are those of the guides' scripts: <c>timestamp</c> in milliseconds, <c>eventType</c>, <c>severity</c>, <c>message</c>.</summary>
    private static IEnumerable<(string Name, string Value)> Fields(RedisItem item)
    {
        yield return ("id", item.Id);
        yield return ("kind", item.Kind);
        yield return ("timestamp", item.Time.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
        yield return ("eventType", item.Facts.Action ?? item.Rule);
        yield return ("severity", item.Severity);
        yield return ("message", item.Facts.Message ?? "");
        yield return ("ip", item.Facts.Addresses is [var address, ..] ? address : "");
        yield return ("userId", item.Facts.Users is [var user, ..] ? user : "");
        yield return ("rule", item.Rule);
    }
}
