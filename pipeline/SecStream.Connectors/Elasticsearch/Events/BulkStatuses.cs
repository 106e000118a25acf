using System.Text.Json;
using SecStream.Connectors.Elasticsearch.Client;

namespace SecStream.Connectors.Elasticsearch.Events;

/// <summary>What became of a document of a bulk request.</summary>
internal readonly record struct BulkStatus(int Status, string? Type, string? Reason)
{
    /// <summary>It is there now, or was before.</summary>
    public bool IsDone => Status is >= 200 and < 300 or 409;

    /// <summary>
    /// The document itself is at fault. Anything else (no index and none may be made, no privilege, a block, a limit of shards) is the cluster's affair,
    /// and the document is sent again when that has been put right.
    /// </summary>
    public bool IsDocument => Status is 400 or 413 or 422 && Type is not ("validation_exception" or "cluster_block_exception");

    public string Text => $"{Type ?? "error"}: {Reason ?? "no reason given"}";
}

/// <summary>Reads the answer to a bulk request without building it up in memory; most say nothing but that all went well.</summary>
internal static class BulkStatuses
{
    /// <summary>What of an answer is needed; <c>errors</c> comes first.</summary>
    public const string FilterPath = "errors,items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by.reason";

    private const int MaxReason = 1024;

    private static ReadOnlySpan<byte> AllWell => "{\"errors\":false"u8;

    /// <summary>Every document was taken.</summary>
    public static bool IsAllWell(ReadOnlySpan<byte> answer) => answer.StartsWith(AllWell);

    /// <summary>Reads the statuses, in the order of the request.</summary>
    /// <exception cref="ElasticsearchException">It is no answer to this request.</exception>
    public static void Read(ReadOnlyMemory<byte> answer, Span<BulkStatus> statuses)
    {
        var count = 0;
        try
        {
            var reader = new Utf8JsonReader(answer.Span);
            if (SeekItems(ref reader))
            {
                while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
                {
                    var status = ReadItem(ref reader);
                    if (count < statuses.Length)
                    {
                        statuses[count] = status;
                    }

                    count++;
                }
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException)
        {
            throw new ElasticsearchException($"the answer to a bulk request can't be read ({fault.Message}); is there a proxy that changes answers?", fault);
        }

        if (count != statuses.Length)
        {
            throw new ElasticsearchException($"the answer to a bulk request of {statuses.Length} documents names {count}; is there a proxy that changes answers?");
        }
    }

    private static bool SeekItems(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isItems = reader.ValueTextEquals("items"u8);
            reader.Read();
            if (isItems)
            {
                return reader.TokenType == JsonTokenType.StartArray;
            }

            reader.Skip();
        }

        return false;
    }

    /// <summary><c>{"create":{"status":400,"error":{…}}}</c>; stands on its end afterwards.</summary>
    private static BulkStatus ReadItem(ref Utf8JsonReader reader)
    {
        var result = new BulkStatus(500, null, null);
        reader.Read();
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("status"u8))
            {
                reader.Read();
                result = result with { Status = reader.GetInt32() };
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                reader.Read();
                result = ReadError(ref reader, result);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        reader.Read();
        return result;
    }

    private static BulkStatus ReadError(ref Utf8JsonReader reader, BulkStatus result)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return result with { Reason = reader.TokenType == JsonTokenType.String ? Cut(reader.GetString()!) : null };
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (isType, isReason, isCause) = (reader.ValueTextEquals("type"u8), reader.ValueTextEquals("reason"u8), reader.ValueTextEquals("caused_by"u8));
            reader.Read();
            if (isCause)
            {
                var cause = ReadError(ref reader, default);
                result = cause.Reason is { } why ? result with { Reason = Cut($"{result.Reason} ({why})") } : result;
            }
            else if (reader.TokenType == JsonTokenType.String && (isType || isReason))
            {
                var text = Cut(reader.GetString()!);
                result = isType ? result with { Type = text } : result with { Reason = text };
            }
            else
            {
                reader.Skip();
            }
        }

        return result;
    }

    private static string Cut(string text) => text.Length > MaxReason ? text[..MaxReason] : text;
}
