using System.Text.Encodings.Web;
using System.Text.Json;
using SecStream.Core.Alerts;
using SecStream.Core.Events;

namespace SecStream.Stages.Alerting;

/// <summary>What alert and incident documents have in common: encoding, times, lists.</summary>
internal static class DocumentText
{
    private const long Latest = 253_402_300_799_999_999;
    private const long Earliest = -62_135_596_800_000_000;

    /// <summary>ASCII only, with &lt; &gt; &amp; ' + escaped: safe in HTML, on terminals and in line-based files whatever logs contain.</summary>
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.Default, Indented = false };

    /// <summary>ISO 8601 in UTC with six fractional digits; times no calendar has are clamped.</summary>
    public static void WriteTime(Utf8JsonWriter json, string name, long time)
    {
        Span<char> text = stackalloc char[32];
        EventClock.ToInstant(Math.Clamp(time, Earliest, Latest))
            .TryFormat(text, out var length, "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture);
        json.WriteString(name, text[..length]);
    }

    public static void WriteNumber(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    /// <summary>Writes a list; nothing when it is empty.</summary>
    public static void WriteList(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        var open = false;
        foreach (var value in values)
        {
            if (!open)
            {
                json.WriteStartArray(name);
                open = true;
            }

            json.WriteStringValue(value);
        }

        if (open)
        {
            json.WriteEndArray();
        }
    }

    public static void WriteEntity(Utf8JsonWriter json, AlertEntity entity)
    {
        json.WriteStartObject("entity");
        json.WriteString("type", entity.Type);
        json.WriteString("name", entity.Name);
        json.WriteString("value", entity.Value);
        json.WriteEndObject();
    }

    /// <summary><c>related.*</c>: addresses (only what stores take for one), users, hosts.</summary>
    public static void WriteRelated(Utf8JsonWriter json, IReadOnlyList<string> addresses, IReadOnlyList<string> users, IReadOnlyList<string> hosts)
    {
        if (addresses.Count + users.Count + hosts.Count == 0)
        {
            return;
        }

        json.WriteStartObject("related");
        WriteList(json, "ip", addresses);
        WriteList(json, "user", users);
        WriteList(json, "hosts", hosts);
        json.WriteEndObject();
    }

    public static string Name(Severity severity) => severity switch
    {
        Severity.Critical => "critical",
        Severity.High => "high",
        Severity.Medium => "medium",
        _ => "low",
    };

    /// <summary>The number that Elastic's detection rules give a severity.</summary>
    public static int Score(Severity severity) => severity switch
    {
        Severity.Critical => 99,
        Severity.High => 73,
        Severity.Medium => 47,
        _ => 21,
    };
}
