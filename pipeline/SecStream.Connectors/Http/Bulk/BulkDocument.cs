using System.Text.Encodings.Web;
using System.Text.Json;
using SecStream.Core.Text;

namespace SecStream.Connectors.Http.Bulk;

/// <summary>
/// The document of an action as it goes to the journal. An <c>_id</c> is an identity: where the document has no <c>event.id</c>, it becomes it, with the index, so
/// that a document sent again is known. The name of a data stream says type, data set and namespace where the document does not.
/// </summary>
internal static class BulkDocument
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Writes the document, one JSON object without line ends.</summary>
    public static void Write(ReadOnlySpan<byte> document, in JsonShape shape, in BulkAction action, ByteWriter target)
    {
        target.Reset(keepAtMost: 1 << 20);
        var open = document.IndexOf((byte)'{') + 1;
        var addsId = action.Id is not null && !shape.HasEventId;
        string dataset = "", space = "";
        var addsStream = !shape.HasDataStream && TryReadDataStream(action.Index, out dataset, out space);
        if (!addsId && !addsStream)
        {
            target.Write(document);
            return;
        }

        using var writer = new Utf8JsonWriter(target, s_options);
        writer.WriteStartObject();
        if (addsId)
        {
            // An _id is unique in its index only.
            writer.WriteString("event.id"u8, $"{action.Index}/{action.Id}");
        }

        if (addsStream)
        {
            writer.WriteString("data_stream.type"u8, "logs"u8);
            writer.WriteString("data_stream.dataset"u8, dataset);
            writer.WriteString("data_stream.namespace"u8, space);
        }

        writer.Flush();
        var rest = document[open..];
        if (rest.TrimStart(" \t\r\n"u8)[0] != '}')
        {
            target.WriteByte((byte)',');
        }

        target.Write(rest);
    }

    /// <summary><c>logs-DATASET-NAMESPACE</c>: neither part may have a dash of its own.</summary>
    public static bool TryReadDataStream(string index, out string dataset, out string space)
    {
        (dataset, space) = ("", "");
        var parts = index.Split('-', 4);
        if (parts.Length != 3 || parts[0] != "logs" || parts[1].Length == 0 || parts[2].Length == 0)
        {
            return false;
        }

        (dataset, space) = (parts[1], parts[2]);
        return true;
    }
}
