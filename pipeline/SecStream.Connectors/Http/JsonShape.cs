using System.Text.Json;

namespace SecStream.Connectors.Http;

/// <summary>Says whether bytes are one JSON object, and what of our interest it has.</summary>
internal readonly struct JsonShape
{
    /// <summary>Deepest nesting; the ingest stage takes 64 levels and puts what is deeper into the dead letters.</summary>
    private const int MaxDepth = 128;

    private JsonShape(bool hasEventId, bool hasDataStream)
    {
        HasEventId = hasEventId;
        HasDataStream = hasDataStream;
    }

    /// <summary>Whether it has an <c>event.id</c>, nested or dotted, that is not empty.</summary>
    public bool HasEventId { get; }

    /// <summary>Whether it says anything of <c>data_stream</c>.</summary>
    public bool HasDataStream { get; }

    /// <summary>Looks at a document; the reason when it is no JSON object, else null.</summary>
    public static string? TryRead(ReadOnlySpan<byte> document, out JsonShape shape)
    {
        shape = default;
        var reader = new Utf8JsonReader(document, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return $"[1:1] failed to parse: a JSON object is expected, not {Name(reader.TokenType)}";
            }

            shape = Scan(ref reader);
            return null;
        }
        catch (JsonException fault)
        {
            // What a client sends is not our fault: the reason is the answer. The message of the reader quotes at most one character of the input.
            return $"[{(fault.LineNumber ?? 0) + 1}:{(fault.BytePositionInLine ?? 0) + 1}] failed to parse: {FirstSentence(fault.Message)}";
        }
    }

    private static JsonShape Scan(ref Utf8JsonReader reader)
    {
        var (id, stream) = (false, false);
        while (reader.Read() && reader.CurrentDepth > 0)
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }

            if (reader.CurrentDepth == 1)
            {
                stream |= IsNamed(in reader, "data_stream"u8) || reader.ValueSpan.StartsWith("data_stream."u8);
                if (IsNamed(in reader, "event.id"u8))
                {
                    id |= reader.Read() && IsGiven(in reader);
                }
                else if (IsNamed(in reader, "event"u8) && reader.Read() && reader.TokenType == JsonTokenType.StartObject)
                {
                    id |= ScanEvent(ref reader);
                }
            }
        }

        // Reading to the end finds what follows the object.
        while (reader.Read())
        {
        }

        return new JsonShape(id, stream);
    }

    private static bool ScanEvent(ref Utf8JsonReader reader)
    {
        var found = false;
        while (reader.Read() && reader.CurrentDepth > 1)
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 2 && IsNamed(in reader, "id"u8))
            {
                found |= reader.Read() && IsGiven(in reader);
            }
        }

        return found;
    }

    private static bool IsNamed(in Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        try
        {
            return reader.ValueTextEquals(name);
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, escaped, in a name that a client made up: it is none of ours.
            return false;
        }
    }

    private static bool IsGiven(in Utf8JsonReader reader) =>
        reader.TokenType is JsonTokenType.String or JsonTokenType.Number && reader.ValueSpan.Length > 0;

    private static string Name(JsonTokenType token) => token switch
    {
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.None => "nothing",
        _ => "a literal",
    };

    private static string FirstSentence(string message)
    {
        var end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return end > 0 ? message[..end] : message;
    }
}
