using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using SecStream.Core.Events;
using SecStream.Core.Queries;
using SecStream.Core.Text;

namespace SecStream.Connectors.Segments;

/// <summary>
/// Reads what an index and a query need out of a stored document, whether its fields are nested objects, dotted keys or both. What is missing or
/// of another kind reads as nothing: documents hold what logs said.
/// </summary>
internal static class StoredDocument
{
    private const int MaxDepth = 1000;

    private static ReadOnlySpan<byte> TimeKey => "{\"@timestamp\":\""u8;

    /// <summary>Parses a line; null when it is no object.</summary>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            var document = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = MaxDepth });
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
            return null;
        }
        catch (JsonException)
        {
            // A line that is no document can't be asked for; who reads the segment as a whole still gets it.
            return null;
        }
    }

    /// <summary>Event time; that of ingestion when the document's own can't be read; else 0.</summary>
    public static long Time(JsonElement document) => TimeOf(document, "@timestamp") ?? TimeOf(document, "event.ingested") ?? 0;

    /// <summary>When it was evaluated.</summary>
    public static long Evaluated(JsonElement document) => TimeOf(document, "secstream.evaluated_at") ?? Time(document);

    /// <summary>
    /// Reads the event time of a document that begins with it as we write it, and was evaluated at it; false when it must be parsed.
    /// </summary>
    public static bool TryReadTime(ReadOnlySpan<byte> line, out long time)
    {
        time = 0;
        if (!line.StartsWith(TimeKey) || line.Length <= TimeKey.Length + IsoTimestamp.Length || line.IndexOf("evaluated_at"u8) >= 0)
        {
            return false;
        }

        var text = line.Slice(TimeKey.Length, IsoTimestamp.Length);
        if (line[TimeKey.Length + IsoTimestamp.Length] != (byte)'"' || text[^1] != (byte)'Z' || text[^8] != (byte)'.')
        {
            return false;
        }

        // The standard form has seven digits of a second.
        Span<byte> standard = stackalloc byte[IsoTimestamp.Length + 1];
        text.CopyTo(standard);
        "0Z"u8.CopyTo(standard[^2..]);
        if (!Utf8Parser.TryParse(standard, out DateTimeOffset instant, out var used, 'O') || used != standard.Length)
        {
            return false;
        }

        time = EventClock.ToMicroseconds(instant);
        return true;
    }

    /// <summary>Its id, or null.</summary>
    public static string? Id(JsonElement document) => Texts(document, "event.id").FirstOrDefault();

    /// <summary>The values of a field as text; several of a list.</summary>
    public static IEnumerable<string> Texts(JsonElement document, string path) => Find(document, path) switch
    {
        { ValueKind: JsonValueKind.Array } list => list.EnumerateArray().Select(Text).OfType<string>(),
        { } one when Text(one) is { } text => [text],
        _ => [],
    };

    /// <summary>Adds the hashes of the id and of all indexed fields.</summary>
    public static void AddHashes(JsonElement document, List<ulong> hashes)
    {
        if (Id(document) is { } id)
        {
            hashes.Add(EventHash.OfId(Encoding.UTF8.GetBytes(id)));
        }

        for (var field = 0; field < EventQuery.IndexedFields.Count; field++)
        {
            foreach (var text in Texts(document, EventQuery.IndexedFields[field]))
            {
                hashes.Add(EventHash.OfValue(field, Encoding.UTF8.GetBytes(text)));
            }
        }
    }

    private static JsonElement? Find(JsonElement document, string path)
    {
        if (document.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (document.TryGetProperty(path, out var whole))
        {
            return whole;
        }

        for (var dot = path.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = path.IndexOf('.', dot + 1))
        {
            if (document.TryGetProperty(path.AsSpan(0, dot), out var group) && Find(group, path[(dot + 1)..]) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private static string? Text(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                try
                {
                    return value.GetString();
                }
                catch (InvalidOperationException)
                {
                    // Half a surrogate pair from a log is no text that anybody could ask for.
                    return null;
                }

            case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False:
                return value.GetRawText();
            default:
                return null;
        }
    }

    private static long? TimeOf(JsonElement document, string path)
    {
        if (Find(document, path) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out var iso))
        {
            return EventClock.ToMicroseconds(iso);
        }

        if (Text(value) is not { } text)
        {
            return null;
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? FromEpoch(number)
            : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
                ? EventClock.ToMicroseconds(instant)
                : null;
    }

    /// <summary>Seconds, milliseconds, microseconds or nanoseconds, told apart by their size (any time from 1973 to 2286).</summary>
    private static long? FromEpoch(double number) => Math.Abs(number) switch
    {
        < 1e11 => (long)(number * 1e6),
        < 1e14 => (long)(number * 1e3),
        < 1e17 => (long)number,
        < 1e20 => (long)(number / 1e3),
        _ => null,
    };
}
