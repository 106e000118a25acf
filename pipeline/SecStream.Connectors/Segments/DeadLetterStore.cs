using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using SecStream.Connectors.Elasticsearch.Events;
using SecStream.Core.Queries;
using SecStream.Core.Text;

namespace SecStream.Connectors.Segments;

/// <summary>A record that could not be parsed.</summary>
/// <param name="Time">When it was set aside, microseconds since 1970 UTC.</param>
/// <param name="Source">Where it came from.</param>
/// <param name="Position">Its position there.</param>
/// <param name="Class">Why it could not be parsed.</param>
/// <param name="Bytes">The original bytes.</param>
/// <param name="Document">The letter as it is stored, UTF-8 JSON.</param>
public sealed record StoredDeadLetter(long Time, string Source, long Position, string Class, ReadOnlyMemory<byte> Bytes, ReadOnlyMemory<byte> Document)
{
    /// <summary>What makes it this letter and no other: source, position and content.</summary>
    public string Key =>
        string.Create(CultureInfo.InvariantCulture, $"{StableHash.Compute(System.Text.Encoding.UTF8.GetBytes(Source)):x16}-{Position}-{StableHash.Compute(Bytes.Span):x16}");
}

/// <summary>Which dead letters are asked for. What is null does not restrict.</summary>
public sealed record DeadLetterQuery
{
    /// <summary>Set aside at or after, microseconds since 1970 UTC.</summary>
    public long? From { get; init; }

    /// <summary>Set aside before.</summary>
    public long? Until { get; init; }

    /// <summary>Error class.</summary>
    public string? Class { get; init; }

    /// <summary>Name of the source.</summary>
    public string? Source { get; init; }
}

/// <summary>Reads dead letters, while the service writes them. Thread-safe.</summary>
public sealed class DeadLetterStore
{
    private const int PageLetters = 500;
    private readonly SegmentEventStore _store;
    private readonly Action<string> _report;

    /// <summary>Takes a data folder.</summary>
    public DeadLetterStore(string directory, SegmentOptions options, Action<string> report)
    {
        var folder = Path.Combine(directory, "dead-letters");
        var refused = RefusedDocuments.Folder(directory);
        _store = new SegmentEventStore(new SegmentCatalog(() => [(folder, 0), (refused, 0)], () => [], options.BlockBytes, report), report);
        _report = report;
    }

    /// <summary>The letters asked for, in the order they were set aside or from the newest on.</summary>
    public async IAsyncEnumerable<StoredDeadLetter> ReadAsync(
        DeadLetterQuery query, bool newestFirst, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var where = new List<(string, string)>();
        if (query.Class is { } name)
        {
            where.Add(("error.type", name));
        }

        if (query.Source is { } source)
        {
            where.Add(("source", source));
        }

        string? after = null;
        do
        {
            var page = await _store.FindAsync(
                new EventQuery { From = query.From, Until = query.Until, Where = where, Limit = PageLetters, Ascending = !newestFirst, After = after }, cancellation).ConfigureAwait(false);
            foreach (var item in page.Items)
            {
                if (Read(item) is { } letter)
                {
                    yield return letter;
                }
            }

            after = page.Next;
        }
        while (after is not null);
    }

    /// <summary>Reads a stored letter; null: it lacks something.</summary>
    internal static StoredDeadLetter? TryRead(ReadOnlyMemory<byte> document)
    {
        using var parsed = JsonDocument.Parse(document);
        var root = parsed.RootElement;
        return root.TryGetProperty("bytes", out var bytes)
            && bytes.ValueKind == JsonValueKind.String
            && bytes.TryGetBytesFromBase64(out var original)
            && StoredDocument.Texts(root, "source").FirstOrDefault() is { } source
            && StoredDocument.Texts(root, "error.type").FirstOrDefault() is { } error
            && root.TryGetProperty("position", out var position)
            && position.TryGetInt64(out var at)
            ? new StoredDeadLetter(StoredDocument.Time(root), source, at, error, original, document)
            : null;
    }

    private StoredDeadLetter? Read(ReadOnlyMemory<byte> document)
    {
        if (TryRead(document) is { } letter)
        {
            return letter;
        }

        _report("a dead letter lacks source, position, error class or bytes, and is left out");
        return null;
    }
}
