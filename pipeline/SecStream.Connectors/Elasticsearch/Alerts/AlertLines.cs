using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using SecStream.Connectors.Embedded;
using SecStream.Core.Alerts;
using SecStream.Core.Events;

namespace SecStream.Connectors.Elasticsearch.Alerts;

/// <summary>Writes changes of alerts as lines of a bulk request.</summary>
internal static class AlertLines
{
    /// <summary>Updates of one alert that meet are tried again by the cluster itself, so often.</summary>
    private const int Conflicts = 5;

    /// <summary>The index of a change: that of the month it opened in. Absurd times don't make indices without end: those of a century are enough.</summary>
    public static string IndexOf(OutboxEntry entry) => IndexOf(entry.IsIncident, entry.Opened);

    /// <summary>The index of an alert or incident that opened at a time, microseconds since 1970 UTC.</summary>
    public static string IndexOf(bool isIncident, long opened)
    {
        var month = EventClock.ToInstant(Math.Clamp(opened, 946_684_800_000_000, 4_102_444_799_000_000));
        return (isIncident ? "secstream-incidents-" : "secstream-alerts-") + month.ToString("yyyy.MM", CultureInfo.InvariantCulture);
    }

    /// <summary>Writes the two lines of a change.</summary>
    /// <param name="entry">The change.</param>
    /// <param name="isBare">Without the fields of the document, which the cluster refused: it can still be asked for by all questions of the store.</param>
    /// <param name="output">Where to.</param>
    public static void Write(OutboxEntry entry, bool isBare, ArrayBufferWriter<byte> output)
    {
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteStartObject("update");
            json.WriteString("_index", IndexOf(entry));
            json.WriteString("_id", entry.Id);
            json.WriteNumber("retry_on_conflict", Conflicts);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        output.Write("\n"u8);
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteBoolean("scripted_upsert", true);
            json.WriteStartObject("script");
            json.WriteString("lang", "painless");
            json.WriteString("source", AlertScripts.TakeRevision);
            json.WriteStartObject("params");
            json.WriteStartObject("doc");
            WriteDocument(json, entry, isBare);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteStartObject("upsert");
            json.WriteEndObject();
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    private static void WriteDocument(Utf8JsonWriter json, OutboxEntry entry, bool isBare)
    {
        if (isBare || !TryWriteFields(json, entry))
        {
            json.WriteString("@timestamp", EventClock.ToInstant(entry.Opened).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
        }

        var names = DocumentNames.Of(entry);
        json.WriteStartObject("machine");
        json.WriteString("id", entry.Id);
        json.WriteNumber("opened", entry.Opened);
        json.WriteNumber("revision", entry.Revision);
        json.WriteNumber("severity", (int)entry.Severity);
        json.WriteBoolean("settled", entry.IsSettled);
        json.WriteBoolean("withdrawn", entry.Kind == ChangeKind.Withdrawn);
        WriteList(json, "rules", names.Rules.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        WriteList(json, "names", names.Involved);

        // The very text: what comes back is what was sent, to the byte.
        json.WriteString("document", Encoding.UTF8.GetString(entry.Document.Span));
        json.WriteEndObject();
    }

    /// <summary>Writes the document's own fields; false when it is no object.</summary>
    private static bool TryWriteFields(Utf8JsonWriter json, OutboxEntry entry)
    {
        try
        {
            using var document = JsonDocument.Parse(entry.Document);
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("@timestamp", out _))
            {
                return false;
            }

            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (!property.NameEquals("machine"u8) && !property.NameEquals("analyst"u8))
                {
                    // As it stands: half a surrogate pair from a log is no text that could be written anew.
                    json.WritePropertyName(property.Name);
                    json.WriteRawValue(JsonMarshal.GetRawUtf8Value(property.Value), skipInputValidation: true);
                }
            }

            return true;
        }
        catch (JsonException)
        {
            // The book writes JSON; should it ever not, the alert must still be there.
            return false;
        }
    }

    private static void WriteList(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
