using SecStream.Core.Queries;
using SecStream.Host.Explain;

namespace SecStream.Host.Stores;

/// <summary>
/// Events of a remote store for one derivation: fetched once into a file that goes away with this, for they are read more than once and may be more than memory
/// holds. Used by one thread at a time.
/// </summary>
internal sealed class FetchedEvents : IStoredEvents
{
    private const int PageSize = 1000;

    /// <summary>Beyond this a derivation would take longer than anybody waits.</summary>
    private const int MaxEvents = 2_000_000;

    private readonly string _folder;
    private readonly EventIndex _index;
    private readonly List<string> _faults;

    private FetchedEvents(string name, string folder, EventIndex index, List<string> faults) =>
        (Name, _folder, _index, _faults) = (name, folder, index, faults);

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public IReadOnlyList<EventPlace> Places => _index.Places;

    /// <inheritdoc/>
    public IEnumerable<string> Faults => _faults.Concat(_index.Faults);

    /// <summary>Fetches. A store finds by event time; an event whose clock was wrong is found by its id.</summary>
    public static async Task<FetchedEvents> FetchAsync(
        IEventStore store, string name, long from, long to, IReadOnlyCollection<string> ids, CancellationToken cancellation)
    {
        // Only this user can look into it: events are not for everybody on this machine.
        var folder = Directory.CreateTempSubdirectory("secstream-").FullName;
        var path = Path.Combine(folder, "events.ndjson");
        var faults = new List<string>();
        try
        {
            var written = 0L;
            await using (var file = File.Create(path))
            {
                var seen = new HashSet<string>(StringComparer.Ordinal);
                if (ids.Count > 0)
                {
                    written += await WriteAsync(store, new EventQuery { Ids = ids }, null, seen, file, cancellation).ConfigureAwait(false);
                }

                var span = new EventQuery { From = from == long.MinValue ? null : from, Until = to == long.MaxValue ? null : to + 1 };
                written += await WriteAsync(store, span, seen, null, file, cancellation).ConfigureAwait(false);
            }

            if (written >= MaxEvents)
            {
                faults.Add($"only the newest {MaxEvents:N0} events before the alert's end were read: what came before them is not looked at");
            }

            return new FetchedEvents(name, folder, EventIndex.Read(path, from, to, cancellation), faults);
        }
        catch (Exception)
        {
            // Whatever it was: the caller hears of it, and the file must not stay.
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Read(EventPlace place, Span<byte> destination) => _index.Read(place, destination);

    /// <inheritdoc/>
    public void Dispose()
    {
        _index.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Writes what a query finds, save what is known; notes what it was when asked to.</summary>
    private static async Task<long> WriteAsync(
        IEventStore store, EventQuery query, HashSet<string>? known, HashSet<string>? noted, Stream output, CancellationToken cancellation)
    {
        var count = 0L;
        Page<ReadOnlyMemory<byte>> page;
        do
        {
            page = await store.FindAsync(query with { Limit = PageSize }, cancellation).ConfigureAwait(false);
            foreach (var document in page.Items)
            {
                var id = known is { Count: > 0 } || noted is not null ? IdOf(document) : null;
                if (id is not null && known?.Contains(id) == true)
                {
                    continue;
                }

                noted?.Add(id ?? "");
                await output.WriteAsync(document, cancellation).ConfigureAwait(false);
                output.WriteByte((byte)'\n');
                count++;
            }

            query = query with { After = page.Next };
        }
        while (page.Next is not null && count < MaxEvents);
        return count;
    }

    private static string? IdOf(ReadOnlyMemory<byte> document)
    {
        using var parsed = System.Text.Json.JsonDocument.Parse(document, new System.Text.Json.JsonDocumentOptions { MaxDepth = 1000 });
        return Documents.DocumentFields.Text(parsed.RootElement, "event.id");
    }
}
