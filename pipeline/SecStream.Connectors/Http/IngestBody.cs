using SecStream.Core.Pipeline;

namespace SecStream.Connectors.Http;

/// <summary>
/// The body of <c>POST /ingest</c>: NDJSON or text, a line a record, as it is (what is no event goes to the dead letters later); a JSON array
/// of objects; or objects one after the other, over several lines if they like. All or nothing.
/// </summary>
internal static class IngestBody
{
    /// <summary>Reads the records.</summary>
    /// <param name="reader">The body.</param>
    /// <param name="contentType">Media type without parameters, lower case; empty: by content.</param>
    /// <param name="entries">Where they go.</param>
    /// <param name="maxCount">Most records.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="IngestException">The body is malformed or too long; says where.</exception>
    public static async Task ReadAsync(BodyReader reader, string contentType, JournalEntries entries, int maxCount, CancellationToken cancellation)
    {
        await reader.SkipMarkAsync(cancellation).ConfigureAwait(false);
        if (contentType is "application/x-ndjson" or "application/ndjson" or "application/jsonl" or "text/plain")
        {
            await ReadLinesAsync(reader, entries, maxCount, cancellation).ConfigureAwait(false);
        }
        else
        {
            switch (await reader.PeekAsync(cancellation).ConfigureAwait(false))
            {
                case '[':
                    reader.Skip();
                    await ReadArrayAsync(reader, entries, maxCount, cancellation).ConfigureAwait(false);
                    break;
                case '{':
                    await ReadObjectsAsync(reader, entries, maxCount, cancellation).ConfigureAwait(false);
                    break;
                case -1:
                    break;
                default:
                    await ReadLinesAsync(reader, entries, maxCount, cancellation).ConfigureAwait(false);
                    break;
            }
        }
    }

    private static async Task ReadLinesAsync(BodyReader reader, JournalEntries entries, int maxCount, CancellationToken cancellation)
    {
        while (true)
        {
            switch (await reader.ReadLineAsync(cancellation).ConfigureAwait(false))
            {
                case LineKind.End:
                    return;
                case LineKind.TooLong:
                    throw reader.TooLong($"line {reader.Line}");
                default:
                    AddLine(reader, entries, maxCount);
                    break;
            }
        }
    }

    private static void AddLine(BodyReader reader, JournalEntries entries, int maxCount)
    {
        if (!reader.Current.Trim(" \t\r"u8).IsEmpty)
        {
            Add(entries, reader.Current, maxCount);
        }
    }

    private static async Task ReadArrayAsync(BodyReader reader, JournalEntries entries, int maxCount, CancellationToken cancellation)
    {
        var next = await reader.PeekAsync(cancellation).ConfigureAwait(false);
        for (var element = 0; next != ']'; element++)
        {
            if (next != '{')
            {
                throw new IngestException(400, next < 0
                    ? $"the array ends before its bracket, after {element} elements; nothing was accepted"
                    : $"element {element} (line {reader.Line + 1}) is no object; an array of JSON objects is expected; nothing was accepted");
            }

            await ReadObjectAsync(reader, $"element {element}", cancellation).ConfigureAwait(false);
            Add(entries, OneLine(reader.Current), maxCount);
            next = await reader.PeekAsync(cancellation).ConfigureAwait(false);
            if (next == ',')
            {
                reader.Skip();
                next = await reader.PeekAsync(cancellation).ConfigureAwait(false);
                next = next == ']' ? 0 : next;
            }
            else if (next != ']')
            {
                throw new IngestException(400, $"after element {element} (line {reader.Line + 1}) a comma or the end of the array is expected; nothing was accepted");
            }
        }

        reader.Skip();
        if (await reader.PeekAsync(cancellation).ConfigureAwait(false) >= 0)
        {
            throw new IngestException(400, $"something follows the array (line {reader.Line + 1}); nothing was accepted");
        }
    }

    /// <summary>Objects one after the other. When the first lies in a line of its own, the rest is taken as lines: a broken one spoils no other.</summary>
    private static async Task ReadObjectsAsync(BodyReader reader, JournalEntries entries, int maxCount, CancellationToken cancellation)
    {
        for (var number = 1; await reader.PeekAsync(cancellation).ConfigureAwait(false) is var next and >= 0; number++)
        {
            if (next != '{')
            {
                throw new IngestException(400, $"after object {number - 1} (line {reader.Line + 1}) an object is expected; {Lines}");
            }

            await ReadObjectAsync(reader, $"object {number}", cancellation).ConfigureAwait(false);
            var isLine = number == 1 && !reader.Current.Contains((byte)'\n');
            Add(entries, OneLine(reader.Current), maxCount);
            if (isLine && await reader.IsAtLineEndAsync(cancellation).ConfigureAwait(false))
            {
                await ReadLinesAsync(reader, entries, maxCount, cancellation).ConfigureAwait(false);
                return;
            }
        }
    }

    private static async Task ReadObjectAsync(BodyReader reader, string what, CancellationToken cancellation)
    {
        var line = reader.Line + 1;
        if (!await reader.ReadObjectAsync(cancellation).ConfigureAwait(false))
        {
            throw new IngestException(400, $"the body ends within {what}, which begins in line {line}; {Lines}");
        }

        if (JsonShape.TryRead(reader.Current, out _) is { } reason)
        {
            throw new IngestException(400, $"{what}, which begins in line {line}, is not JSON: {reason}; {Lines}");
        }
    }

    private const string Lines = "nothing was accepted (Content-Type: application/x-ndjson has every line taken as it is)";

    /// <summary>A record is a line everywhere behind the journal; outside of strings, where JSON has no raw line ends, white space is white space.</summary>
    private static ReadOnlySpan<byte> OneLine(Span<byte> document)
    {
        document.Replace((byte)'\n', (byte)' ');
        document.Replace((byte)'\r', (byte)' ');
        return document;
    }

    private static void Add(JournalEntries entries, ReadOnlySpan<byte> record, int maxCount)
    {
        if (entries.Count >= maxCount)
        {
            throw new IngestException(413, $"the request has more than {maxCount} records; send it in parts; nothing was accepted");
        }

        entries.Add(record);
    }
}
