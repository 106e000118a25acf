using System.Globalization;
using System.Text.Json;
using SecStream.Core.Events;

namespace SecStream.Host.Documents;

/// <summary>
/// Reads fields of stored documents by their ECS names, whether they are nested objects, dotted keys or both. What is missing or of another kind
/// reads as nothing: documents hold what logs said.
/// </summary>
internal static class DocumentFields
{
    /// <summary>The value of a field, or null.</summary>
    public static JsonElement? Find(JsonElement document, string path)
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
            if (document.TryGetProperty(path[..dot], out var group) && Find(group, path[(dot + 1)..]) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>A field as text; of lists the first value; null when there is none.</summary>
    public static string? Text(JsonElement document, string path) => Find(document, path) is { } value ? Text(value) : null;

    /// <summary>A field as a whole number, or null.</summary>
    public static long? Number(JsonElement document, string path) =>
        Find(document, path) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) ? number : null;

    /// <summary>A time field in microseconds since 1970 UTC, or null.</summary>
    public static long? Time(JsonElement document, string path) =>
        Text(document, path) is { } text
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
            ? EventClock.ToMicroseconds(instant)
            : null;

    /// <summary>All texts of a list; a single value is a list of one.</summary>
    public static IReadOnlyList<string> Texts(JsonElement document, string path) => Find(document, path) switch
    {
        { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray().Select(Text).OfType<string>()],
        { } one when Text(one) is { } text => [text],
        _ => [],
    };

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
                    // Half a surrogate pair from a log: no text, but its escape can be shown.
                    return value.GetRawText();
                }

            case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False:
                return value.GetRawText();
            case JsonValueKind.Array when value.GetArrayLength() > 0:
                return Text(value[0]);
            default:
                return null;
        }
    }
}
