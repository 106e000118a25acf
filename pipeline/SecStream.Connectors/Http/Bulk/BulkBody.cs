using System.Text;
using SecStream.Core.Pipeline;
using SecStream.Core.Text;

namespace SecStream.Connectors.Http.Bulk;

/// <summary>
/// The body of <c>POST /_bulk</c>: pairs of lines. A malformed action line or a missing last line end refuses the request as a whole, a bad
/// document only itself, as Elasticsearch does (rest-api-spec, BulkRequestParser).
/// </summary>
internal sealed class BulkBody(BodyReader reader, JournalEntries entries, HttpIngestOptions options)
{
    private const int MaxIdBytes = 512;
    private const int MaxIndexBytes = 255;
    private readonly ByteWriter _document = new();

    /// <summary>What became of the actions, in order.</summary>
    public List<BulkItem> Items { get; } = [];

    /// <summary>Whether one of them was refused.</summary>
    public bool HasErrors { get; private set; }

    /// <summary>Reads the body.</summary>
    /// <exception cref="IngestException">Nothing of it is accepted.</exception>
    public async Task ReadAsync(string defaultIndex, CancellationToken cancellation)
    {
        var empty = true;
        while (true)
        {
            var kind = await reader.ReadLineAsync(cancellation).ConfigureAwait(false);
            if (kind == LineKind.End)
            {
                break;
            }

            empty = false;
            if (ReadAction(kind, defaultIndex) is not { } action)
            {
                continue;
            }

            if (action.Name == "delete")
            {
                Refuse(action, "illegal_argument_exception", "deletion is not supported: what has been accepted stays");
                continue;
            }

            kind = await reader.ReadLineAsync(cancellation).ConfigureAwait(false);
            if (kind == LineKind.End)
            {
                break;
            }

            AddDocument(action, kind);
        }

        if (Items.Count == 0)
        {
            throw empty
                ? new IngestException(400, "request body is required", "parse_exception")
                : new IngestException(400, "Validation Failed: 1: no requests added;", "action_request_validation_exception");
        }
    }

    private BulkAction? ReadAction(LineKind kind, string defaultIndex)
    {
        if (kind == LineKind.TooLong)
        {
            throw reader.TooLong($"Action/metadata line [{reader.Line}]");
        }

        var action = BulkAction.Read(reader.Current, reader.Line, defaultIndex);
        RequireEnd(kind);
        if (action is { Index.Length: 0 })
        {
            throw new IngestException(400, $"Validation Failed: 1: index is missing (line {reader.Line});", "action_request_validation_exception");
        }

        if (action is not null && Items.Count >= options.MaxRecordCount)
        {
            throw new IngestException(413, $"the request has more than {options.MaxRecordCount} actions; send it in parts");
        }

        return action;
    }

    private void AddDocument(in BulkAction action, LineKind kind)
    {
        RequireEnd(kind);
        if (kind == LineKind.TooLong)
        {
            Refuse(action, "illegal_argument_exception", $"the document in line {reader.Line} is longer than a record may be ({options.MaxRecordBytes} bytes)");
        }
        else if (action.Name == "update")
        {
            Refuse(action, "illegal_argument_exception", "updates are not supported: what has been accepted stays as it is; use create or index");
        }
        else if (Encoding.UTF8.GetByteCount(action.Index) > MaxIndexBytes)
        {
            Refuse(action with { Index = action.Index[..32] }, "invalid_index_name_exception", $"the name of the index is longer than {MaxIndexBytes} bytes");
        }
        else if (action.Id is { Length: 0 })
        {
            Refuse(action, "illegal_argument_exception", "if _id is specified it must not be empty");
        }
        else if (action.Id is not null && Encoding.UTF8.GetByteCount(action.Id) is > MaxIdBytes and var length)
        {
            Refuse(action with { Id = action.Id[..32] }, "illegal_argument_exception",
                $"id is too long, must be no longer than {MaxIdBytes} bytes but was: {length}");
        }
        else if (JsonShape.TryRead(reader.Current, out var shape) is { } reason)
        {
            Refuse(action, "mapper_parsing_exception", reason);
        }
        else
        {
            BulkDocument.Write(reader.Current, in shape, in action, _document);
            entries.Add(_document.Written);
            Items.Add(new BulkItem(action.Name, action.Index, action.Id));
        }
    }

    private static void RequireEnd(LineKind kind)
    {
        if (kind == LineKind.Unterminated)
        {
            throw new IngestException(400, @"The bulk request must be terminated by a newline [\n]");
        }
    }

    private void Refuse(in BulkAction action, string kind, string reason)
    {
        HasErrors = true;
        Items.Add(new BulkItem(action.Name, action.Index, action.Id, kind, reason));
    }
}
