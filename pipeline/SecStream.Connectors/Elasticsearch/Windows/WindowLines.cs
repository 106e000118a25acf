using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using SecStream.Connectors.Features;
using SecStream.Core.Events;
using SecStream.Core.Features;

namespace SecStream.Connectors.Elasticsearch.Windows;

/// <summary>
/// Makes documents of stored windows: numbers for people (<c>features.*</c>, <c>categories.*</c>, the parts of the key), and the record itself, byte for byte, for whoever
/// trains. Not thread-safe.
/// </summary>
/// <param name="tenant">Whose windows they are.</param>
/// <param name="schema">What they mean.</param>
internal sealed class WindowLines(string tenant, FeatureSchema schema)
{
    private readonly FeatureVector _vector = FeatureVector.Of(schema);

    /// <summary>The documents of some records, each window once: of equal ones the last holds, whatever part of a request is sent again.</summary>
    public List<WindowDocument> Of(ReadOnlyMemory<byte> records)
    {
        var newest = new Dictionary<string, WindowDocument>(StringComparer.Ordinal);
        for (var rest = records; !rest.IsEmpty;)
        {
            var record = rest[..FeatureRecord.Length(rest.Span)];
            rest = rest[record.Length..];
            var id = WindowIndices.IdOf(tenant, schema, record.Span);
            newest[id] = Window(id, record, isBare: false);
        }

        return [.. newest.Values];
    }

    /// <summary>The document that says what a day's windows mean: it is there for as long as they are.</summary>
    /// <param name="day">The day.</param>
    /// <param name="created">When its file was made, µs.</param>
    public WindowDocument Head(long day, long created)
    {
        var id = WindowIndices.IdOf(tenant, schema, day);
        var lines = Lines(id, day, json =>
        {
            WriteTime(json, "@timestamp", (day + 1) * EventClock.Day);
            BeginOwn(json, "schema", id, (day + 1) * EventClock.Day);
            json.WriteNumber("day", day);
            json.WriteNumber("created", created);
            json.WriteString("schema", FeatureBlock.WriteSchema(schema));
            json.WriteEndObject();
        });
        return new WindowDocument(id, lines, null) { IsWindow = false };
    }

    private WindowDocument Window(string id, ReadOnlyMemory<byte> record, bool isBare)
    {
        FeatureRecord.Read(record.Span, _vector);
        var lines = Lines(id, FeatureFileName.DayOf(_vector.End), json =>
        {
            WriteTime(json, "@timestamp", _vector.End);
            if (!isBare)
            {
                WriteView(json);
            }

            BeginOwn(json, "window", id, _vector.End);
            json.WriteNumber("window", _vector.Window);
            if (!isBare)
            {
                WriteKey(json);
            }

            json.WriteNumber("window_seconds", _vector.Window / (double)EventClock.Second);
            json.WriteNumber("events", _vector.Events);
            json.WriteBase64String("vector", record.Span);
            json.WriteEndObject();
        });
        return new WindowDocument(id, lines, isBare ? null : () => Window(id, record, isBare: true));
    }

    private byte[] Lines(string id, long day, Action<Utf8JsonWriter> write)
    {
        var lines = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(lines))
        {
            json.WriteStartObject();
            json.WriteStartObject("index");
            json.WriteString("_index", WindowIndices.Of(tenant, schema.Profile, day));
            json.WriteString("_id", id);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        lines.Write("\n"u8);
        using (var json = new Utf8JsonWriter(lines))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        lines.Write("\n"u8);
        return lines.WrittenSpan.ToArray();
    }

    private void BeginOwn(Utf8JsonWriter json, string kind, string id, long end)
    {
        json.WriteStartObject("secstream");
        json.WriteString("kind", kind);
        json.WriteString("id", id);
        json.WriteString("tenant", tenant);
        json.WriteString("profile", schema.Profile);
        json.WriteString("version", schema.Version);
        json.WriteNumber("end", end);
    }

    private void WriteView(Utf8JsonWriter json)
    {
        json.WriteStartObject("event");
        json.WriteString("kind", "metric");
        WriteTime(json, "start", _vector.Start);
        WriteTime(json, "end", _vector.End);
        json.WriteEndObject();
        json.WriteStartObject("features");
        for (var i = 0; i < schema.Features.Length; i++)
        {
            // What is not known in this window is not there; JSON has no number for it either.
            if (double.IsFinite(_vector.Values[i]))
            {
                json.WriteNumber(schema.Features[i].Name, _vector.Values[i]);
            }
        }

        json.WriteEndObject();
        json.WriteStartObject("categories");
        for (var i = 0; i < schema.Categories.Length; i++)
        {
            json.WriteStartArray(schema.Categories[i].Name);
            foreach (var value in _vector.Categories[i])
            {
                json.WriteStringValue(value.Text);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    /// <summary>The parts of the key, in the order of the schema's names. Bytes that are no text are shown as such; the record has them as they are.</summary>
    private void WriteKey(Utf8JsonWriter json)
    {
        json.WriteStartArray("key");
        foreach (var part in Encoding.UTF8.GetString(_vector.Key).Split('\0'))
        {
            json.WriteStringValue(part);
        }

        json.WriteEndArray();
    }

    private static void WriteTime(Utf8JsonWriter json, string name, long time) =>
        json.WriteString(name, EventClock.ToInstant(time).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
}
