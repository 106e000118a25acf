using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SecStream.Connectors.Kafka.Output;

/// <summary>
/// Makes a document of an alert or incident smaller, for a broker that takes no larger record: first ids of evidence go (all are in the store), then
/// who and what contributed, then facts and descriptions. What remains is valid by the schema, and <c>evidence.truncated</c> says that something is missing.
/// </summary>
internal static class AlertCut
{
    private static readonly JsonSerializerOptions s_options = new() { Encoder = JavaScriptEncoder.Default };

    /// <summary>The document in at most so many bytes; null: it can't be cut so far.</summary>
    /// <exception cref="JsonException">It is no JSON object.</exception>
    public static byte[]? ToFit(ReadOnlyMemory<byte> document, int maxBytes)
    {
        var root = JsonNode.Parse(document.Span) as JsonObject ?? throw new JsonException("the document is no object");
        foreach (var step in Steps(root))
        {
            step();
            var bytes = JsonSerializer.SerializeToUtf8Bytes(root, s_options);
            if (bytes.Length <= maxBytes)
            {
                return bytes;
            }
        }

        return null;
    }

    private static IEnumerable<Action> Steps(JsonObject root)
    {
        var ours = root["secstream"] as JsonObject;
        var evidence = ours?["evidence"] as JsonObject;
        var incident = ours?["incident"] as JsonObject;
        foreach (var most in (int[])[50, 20, 5, 0])
        {
            yield return () =>
            {
                Shorten(evidence, "event_ids", most);
                Shorten(incident, "alerts", Math.Max(1, most));
                Mark(evidence);
            };
        }

        yield return () => Shorten(evidence, "samples", 0);
        yield return () =>
        {
            ShortenTallies(ours?["contributors"] as JsonObject);
            ShortenTallies(incident);
        };
        yield return () => ours?.Remove("facts");
        yield return () => (root["rule"] as JsonObject)?.Remove("description");
        yield return () => root.Remove("related");
        yield return () => (ours?["contributors"] as JsonObject)?.Clear();
    }

    private static void Mark(JsonObject? evidence)
    {
        if (evidence is not null)
        {
            evidence["truncated"] = true;
        }
    }

    private static void ShortenTallies(JsonObject? people)
    {
        foreach (var tally in people?.Select(pair => pair.Value).OfType<JsonObject>() ?? [])
        {
            Shorten(tally, "top", 1);
        }
    }

    private static void Shorten(JsonObject? parent, string name, int most)
    {
        var list = parent?[name] as JsonArray;
        while (list?.Count > most)
        {
            list.RemoveAt(list.Count - 1);
        }
    }
}
