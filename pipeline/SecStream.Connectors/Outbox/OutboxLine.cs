using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using SecStream.Core.Alerts;

namespace SecStream.Connectors.Outbox;

/// <summary>One entry as one line of JSON; the document goes in and comes out byte for byte.</summary>
internal static class OutboxLine
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.Default, SkipValidation = true };
    private static readonly string[] s_kinds = ["opened", "revised", "settled", "withdrawn"];
    private static readonly string[] s_severities = ["low", "medium", "high", "critical"];

    public static Utf8JsonWriter MakeWriter(IBufferWriter<byte> buffer) => new(buffer, s_options);

    /// <summary>Writes an entry with its line end.</summary>
    public static void Write(IBufferWriter<byte> buffer, Utf8JsonWriter json, OutboxEntry entry)
    {
        if (entry.Document.Span.ContainsAny((byte)'\n', (byte)'\r') || entry.Document.IsEmpty)
        {
            throw new ArgumentException($"the document of {entry.Id} is not one line of JSON", nameof(entry));
        }

        json.Reset(buffer);
        json.WriteStartObject();
        json.WriteString("kind", s_kinds[(int)entry.Kind]);
        json.WriteString("type", entry.IsIncident ? "incident" : "alert");
        json.WriteString("tenant", entry.Tenant);
        json.WriteString("id", entry.Id);
        json.WriteNumber("revision", entry.Revision);
        json.WriteString("rule", entry.Rule);
        json.WriteString("severity", s_severities[(int)entry.Severity]);
        json.WriteNumber("opened", entry.Opened);
        json.WriteBoolean("settled", entry.IsSettled);
        json.WriteStartObject("entity");
        json.WriteString("type", entry.EntityType);
        json.WriteString("name", entry.EntityName);
        json.WriteString("value", entry.EntityValue);
        json.WriteEndObject();
        json.WritePropertyName("document");
        json.WriteRawValue(entry.Document.Span, skipInputValidation: true);
        json.WriteEndObject();
        json.Flush();
        buffer.Write("\n"u8);
    }

    /// <summary>Reads a line without its end; null when it is damaged.</summary>
    public static OutboxEntry? Read(ReadOnlyMemory<byte> line, long position)
    {
        try
        {
            using var parsed = JsonDocument.Parse(line);
            var root = parsed.RootElement;
            var entity = root.GetProperty("entity");
            var (kind, severity) = (Array.IndexOf(s_kinds, Text(root, "kind")), Array.IndexOf(s_severities, Text(root, "severity")));
            return kind < 0 || severity < 0 ? null : new OutboxEntry
            {
                Position = position,
                End = position + line.Length + 1,
                Kind = (ChangeKind)kind,
                IsIncident = Text(root, "type") == "incident",
                Tenant = Text(root, "tenant"),
                Id = Text(root, "id"),
                Revision = root.GetProperty("revision").GetInt32(),
                Rule = Text(root, "rule"),
                Severity = (Severity)severity,
                Opened = root.GetProperty("opened").GetInt64(),
                IsSettled = root.GetProperty("settled").GetBoolean(),
                EntityType = Text(entity, "type"),
                EntityName = Text(entity, "name"),
                EntityValue = Text(entity, "value"),
                Document = DocumentIn(line),
            };
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            // The caller counts and names the line; what stands behind it is still good.
            return null;
        }
    }

    private static string Text(JsonElement element, string name) =>
        element.GetProperty(name).GetString() ?? throw new FormatException(name);

    /// <summary>The document is written last: it ends before the closing brace.</summary>
    private static byte[] DocumentIn(ReadOnlyMemory<byte> line)
    {
        var reader = new Utf8JsonReader(line.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isDocument = reader.ValueTextEquals("document"u8);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (isDocument)
            {
                return line.Span[start..(int)reader.BytesConsumed].ToArray();
            }
        }

        throw new FormatException("document");
    }
}
