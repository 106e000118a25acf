using System.Text.Json;

namespace SecStream.Connectors.Elasticsearch.Client;

/// <summary>Makes a fault of an answer that is no success.</summary>
internal static class FaultReading
{
    private const int MaxReason = 1024;

    public static ElasticsearchFault Of(Uri node, int status, ReadOnlyMemory<byte> body)
    {
        var (type, reason) = ReadError(body);
        var kind = status switch
        {
            401 => ElasticsearchFaultKind.Unauthorized,
            403 => ElasticsearchFaultKind.Forbidden,
            404 => ElasticsearchFaultKind.NotFound,
            408 => ElasticsearchFaultKind.Timeout,
            409 => ElasticsearchFaultKind.Conflict,
            413 => ElasticsearchFaultKind.TooLarge,
            429 => ElasticsearchFaultKind.Overloaded,
            >= 500 => ElasticsearchFaultKind.ServerError,
            _ => ElasticsearchFaultKind.Refused,
        };
        var mend = kind switch
        {
            ElasticsearchFaultKind.Unauthorized => "; check the API key, or user and password",
            ElasticsearchFaultKind.Forbidden => "; give the credentials the privileges they lack (secstream check names them)",
            _ => "",
        };
        return new ElasticsearchFault(kind, $"{node} answered {status}{(type is null ? "" : $" {type}: {reason}")}{mend}", type, reason);
    }

    /// <summary><c>error.type</c> and <c>error.reason</c>, or an <c>error</c> that is a text.</summary>
    public static (string? Type, string? Reason) ReadError(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("error", out var error))
            {
                return (null, null);
            }

            return error.ValueKind == JsonValueKind.Object
                ? (Text(error, "type"), Text(error, "reason"))
                : ("error", error.ValueKind == JsonValueKind.String ? Cut(error.GetString()) : null);
        }
        catch (JsonException)
        {
            // A proxy's page, most likely; the status says enough.
            return (null, null);
        }
    }

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? Cut(value.GetString()) : null;

    private static string? Cut(string? text) => text is { Length: > MaxReason } ? text[..MaxReason] : text;
}
