using System.Text.Json;

namespace SecStream.Connectors.Http.Bulk;

/// <summary>An action line: <c>{"create":{"_index":"logs-nginx-default","_id":"…"}}</c>.</summary>
/// <param name="Name">The action.</param>
/// <param name="Index">Its index; empty: none is named.</param>
/// <param name="Id">Its id, or null.</param>
internal readonly record struct BulkAction(string Name, string Index, string? Id)
{
    /// <summary>Reads one, as strictly as Elasticsearch 8 does (BulkRequestParser), with its messages.</summary>
    /// <param name="line">The line; null comes back for a blank one, which is skipped.</param>
    /// <param name="number">Its number, from 1.</param>
    /// <param name="defaultIndex">The index in the path of the request; empty: none.</param>
    /// <exception cref="IngestException">400: it is none; nothing of the request is accepted.</exception>
    public static BulkAction? Read(ReadOnlySpan<byte> line, long number, string defaultIndex)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            return line.Trim(" \t\r"u8).IsEmpty || !reader.Read() ? null : Read(ref reader, number, defaultIndex);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // The line is not JSON, or its text is not UTF-8: what a client sends is not our fault, the answer names the line.
            throw Malformed(number, "it is not JSON");
        }
    }

    private static BulkAction Read(ref Utf8JsonReader reader, long number, string defaultIndex)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw Malformed(number, $"expected START_OBJECT but found [{Token(reader.TokenType)}]");
        }

        reader.Read();
        if (reader.TokenType != JsonTokenType.PropertyName)
        {
            throw Malformed(number, $"expected FIELD_NAME but found [{Token(reader.TokenType)}]");
        }

        var name = String(in reader, number);
        if (name is not ("create" or "index" or "update" or "delete"))
        {
            throw Malformed(number, $"expected field [create], [delete], [index] or [update] but found [{Short(name)}]");
        }

        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw Malformed(number, $"expected START_OBJECT but found [{Token(reader.TokenType)}]");
        }

        var action = ReadParameters(ref reader, number, new BulkAction(name, defaultIndex, null));
        if (!reader.Read() || reader.TokenType != JsonTokenType.EndObject || reader.Read())
        {
            throw Malformed(number, "expected END_OBJECT");
        }

        return action;
    }

    private static BulkAction ReadParameters(ref Utf8JsonReader reader, long number, BulkAction action)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = String(in reader, number);
            reader.Read();
            switch (name)
            {
                case "_index":
                    action = action with { Index = Text(in reader, name, number) ?? action.Index };
                    break;
                case "_id":
                    action = action with { Id = Text(in reader, name, number) };
                    break;

                // Elasticsearch 8 refuses _type. Fluent Bit sends it unless Suppress_Type_Name is set; refusing would only lose events.
                case "_type" or "routing" or "_routing" or "op_type" or "version" or "_version" or "version_type" or "if_seq_no" or "if_primary_term"
                    or "retry_on_conflict" or "pipeline" or "require_alias" or "require_data_stream" or "list_executed_pipelines":
                    Text(in reader, name, number);
                    break;
                case "_source" or "dynamic_templates":
                    reader.Skip();
                    break;
                default:
                    throw new IngestException(400, $"Action/metadata line [{number}] contains an unknown parameter [{Short(name)}]");
            }
        }

        return action;
    }

    private static string String(in Utf8JsonReader reader, long number)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, escaped: the client's line can't be read, and the answer says so.
            throw Malformed(number, "expected text but found an unpaired surrogate");
        }
    }

    private static string? Text(in Utf8JsonReader reader, string name, long number) => reader.TokenType switch
    {
        JsonTokenType.String => String(in reader, number),
        JsonTokenType.Number => System.Text.Encoding.UTF8.GetString(reader.ValueSpan),
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        JsonTokenType.Null => null,
        _ => throw Malformed(number, $"expected a simple value for field [{name}] but found [{Token(reader.TokenType)}]"),
    };

    private static IngestException Malformed(long number, string what) => new(400, $"Malformed action/metadata line [{number}], {what}");

    private static string Short(string text) => text.Length <= 64 ? text : text[..64];

    private static string Token(JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => "START_OBJECT",
        JsonTokenType.EndObject => "END_OBJECT",
        JsonTokenType.StartArray => "START_ARRAY",
        JsonTokenType.String => "VALUE_STRING",
        JsonTokenType.Number => "VALUE_NUMBER",
        JsonTokenType.Null => "VALUE_NULL",
        _ => "VALUE_BOOLEAN",
    };
}
