using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using SecStream.Connectors.Segments;
using SecStream.Core.Events;

namespace SecStream.Connectors.Elasticsearch.Schema;

/// <summary>
/// A document that Elasticsearch refuses (a value where others have an object, a time before 1970, names without letters: logs hold what senders like)
/// is put as text into one that it can't refuse, beside the values of all known fields: it is still found by them, and comes back as it was.
/// </summary>
public static class UnindexedDocument
{
    private const string Field = "secstream.unindexed";
    private const int MaxValues = 100;
    private static readonly DateTimeOffset s_latest = new(2262, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Puts a document into one that is taken.</summary>
    /// <param name="document">The document as it was refused: UTF-8.</param>
    /// <param name="id">Its <c>event.id</c>.</param>
    /// <param name="time">Its event time, microseconds since 1970 UTC.</param>
    public static byte[] Wrap(ReadOnlyMemory<byte> document, string id, long time)
    {
        var buffer = new ArrayBufferWriter<byte>(document.Length * 2);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("@timestamp", Clamp(time).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("event.id", id);
            WriteKnown(json, document);
            json.WriteString(Field, Encoding.UTF8.GetString(document.Span));
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The document itself: what was put into another is taken out again.</summary>
    internal static ReadOnlyMemory<byte> Unwrap(JsonElement stored, ReadOnlyMemory<byte> bytes)
    {
        if (stored.ValueKind != JsonValueKind.Object
            || !stored.TryGetProperty(Field, out var text) || text.ValueKind != JsonValueKind.String)
        {
            return bytes;
        }

        // Whoever writes the field into a log himself may only say what he could have logged outright: an event of this id.
        ReadOnlyMemory<byte> inner = Encoding.UTF8.GetBytes(text.GetString()!);
        using var document = StoredDocument.Parse(inner);
        return document is not null && StoredDocument.Id(document.RootElement) == StoredDocument.Id(stored) ? inner : bytes;
    }

    private static void WriteKnown(Utf8JsonWriter json, ReadOnlyMemory<byte> document)
    {
        using var parsed = StoredDocument.Parse(document);
        if (parsed is null)
        {
            return;
        }

        foreach (var field in EventFields.Values)
        {
            var values = StoredDocument.Texts(parsed.RootElement, field).Take(MaxValues).ToList();
            if (values.Count == 0)
            {
                continue;
            }

            json.WriteStartArray(field);
            values.ForEach(json.WriteStringValue);
            json.WriteEndArray();
        }
    }

    private static DateTimeOffset Clamp(long time) =>
        time <= 0 ? DateTimeOffset.UnixEpoch : time >= EventClock.ToMicroseconds(s_latest) ? s_latest : EventClock.ToInstant(time);
}
