using System.Globalization;
using System.Text;
using SecStream.Core.Events;

namespace SecStream.Connectors.Embedded;

/// <summary>
/// Addresses and networks that are refused. Every change is a decision (durable, chained, by whom); the list as it stands is exported to a file in
/// the format of intelligence lists, which a running service takes up. Thread-safe.
/// </summary>
public sealed class Blacklist
{
    private const int MaxText = 500;

    private readonly SqliteAlertStore _store;
    private readonly TimeProvider _time;

    internal Blacklist(SqliteAlertStore store, string path, TimeProvider time) => (_store, FilePath, _time) = (store, path, time);

    /// <summary>The exported list: <c>value,reason,expires</c>. Replaced as a whole, and only when its content changes.</summary>
    public string FilePath { get; }

    /// <summary>Adds an address or network, or replaces its entry.</summary>
    /// <param name="address"><c>203.0.113.7</c>, <c>203.0.113.0/24</c>, <c>2001:db8::/32</c>.</param>
    /// <param name="reason">Why; may be empty.</param>
    /// <param name="expires">From when on it no longer counts; null for never.</param>
    /// <param name="by">Who.</param>
    /// <param name="cancellation">Cancels the wait for other decisions.</param>
    /// <exception cref="ArgumentException">A value can't be used; the message says why and what to write.</exception>
    public async Task<BlacklistEntry> AddAsync(string address, string reason, DateTimeOffset? expires, string by, CancellationToken cancellation)
    {
        var now = _time.GetUtcNow();
        if (expires <= now)
        {
            throw new ArgumentException($"expiry {expires:u} is past; name a time to come");
        }

        var entry = new BlacklistEntry(
            BlacklistAddress.Canonical(address),
            Text("reason", reason),
            Text("by", by) is { Length: > 0 } who ? who : throw new ArgumentException("name who decides"),
            EventClock.ToMicroseconds(now),
            expires is { } time ? EventClock.ToMicroseconds(time) : null);
        await _store.RecordAsync(() => [new BlacklistAddition(entry)], cancellation).ConfigureAwait(false);
        return entry;
    }

    /// <summary>Removes an address or network. False: it is not on the list.</summary>
    /// <exception cref="ArgumentException">It is no address or network.</exception>
    public async Task<bool> RemoveAsync(string address, string by, CancellationToken cancellation)
    {
        var value = BlacklistAddress.Canonical(address);
        var removal = new BlacklistRemoval(value, EventClock.ToMicroseconds(_time.GetUtcNow()), Text("by", by));
        return await _store.RecordAsync(() => Entries().Exists(entry => entry.Value == value) ? [removal] : [], cancellation).ConfigureAwait(false) > 0;
    }

    /// <summary>Removes what has expired. Returns how many.</summary>
    public Task<int> CleanupAsync(string by, CancellationToken cancellation)
    {
        var now = EventClock.ToMicroseconds(_time.GetUtcNow());
        return _store.RecordAsync(
            () => [.. Entries().Where(entry => entry.Expires <= now).Select(entry => new BlacklistRemoval(entry.Value, now, Text("by", by)))], cancellation);
    }

    /// <summary>All entries by value, those that have expired included.</summary>
    public Task<IReadOnlyList<BlacklistEntry>> ListAsync(CancellationToken cancellation) =>
        Task.Run<IReadOnlyList<BlacklistEntry>>(Entries, cancellation);

    /// <summary>Writes the exported list when it is missing or differs: at the start of the service.</summary>
    public Task ExportAsync(CancellationToken cancellation) => _store.RecordAsync(() => [], cancellation);

    /// <summary>
    /// Takes over what another copy of the list decided: additions and replacements as they are, and removals. Each only while the entry here is still the
    /// one that was seen, so a decision made meanwhile stands. Returns how many took effect.
    /// </summary>
    internal Task<int> TakeOverAsync(IReadOnlyList<(BlacklistEntry? Seen, BlacklistEntry? Wanted)> changes, string by, CancellationToken cancellation)
    {
        var now = EventClock.ToMicroseconds(_time.GetUtcNow());
        return _store.RecordAsync(
            () =>
            {
                var here = Entries().ToDictionary(entry => entry.Value, StringComparer.Ordinal);
                return
                [
                    .. changes
                        .Where(change => here.GetValueOrDefault((change.Seen ?? change.Wanted)!.Value) == change.Seen)
                        .Select(Decision (change) => change.Wanted is { } wanted ? new BlacklistAddition(wanted) : new BlacklistRemoval(change.Seen!.Value, now, by)),
                ];
            },
            cancellation);
    }

    /// <summary>When each of these was removed last, by what the decision log says; one that never was is missing.</summary>
    internal Task<IReadOnlyDictionary<string, long>> RemovalsAsync(IReadOnlySet<string> values, CancellationToken cancellation) =>
        Task.Run<IReadOnlyDictionary<string, long>>(
            () =>
            {
                var removals = new Dictionary<string, long>(StringComparer.Ordinal);
                foreach (var (decision, _) in _store.Decisions.Read(0))
                {
                    cancellation.ThrowIfCancellationRequested();
                    if (decision is BlacklistRemoval removal && values.Contains(removal.Value))
                    {
                        removals[removal.Value] = removal.At;
                    }
                }

                return removals;
            },
            cancellation);

    /// <summary>The list in the format of intelligence lists.</summary>
    public static string ToIntelText(IEnumerable<BlacklistEntry> entries)
    {
        var text = new StringBuilder("# Written by SecStream; ./run blacklist changes it.\nvalue,reason,expires\n");
        foreach (var entry in entries.OrderBy(entry => entry.Value, StringComparer.Ordinal))
        {
            var expires = entry.Expires is { } time
                ? EventClock.ToInstant(time).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture)
                : "";
            text.Append(CultureInfo.InvariantCulture, $"{entry.Value},\"{entry.Reason.Replace("\"", "\"\"", StringComparison.Ordinal)}\",{expires}\n");
        }

        return text.ToString();
    }

    /// <summary>Brings the exported file to the tables. Within a turn of the decision log.</summary>
    internal void Export()
    {
        var content = Encoding.UTF8.GetBytes(ToIntelText(Entries()));
        if (File.Exists(FilePath) && File.ReadAllBytes(FilePath).AsSpan().SequenceEqual(content))
        {
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        var temporary = FilePath + ".tmp";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, FilePath, overwrite: true);
    }

    private static string Text(string name, string text) => text switch
    {
        { Length: > MaxText } => throw new ArgumentException($"{name}: {text.Length} characters; write at most {MaxText}"),
        _ when text.Any(char.IsControl) => throw new ArgumentException($"{name}: write it on one line, without control characters"),
        _ => text.Trim(),
    };

    private List<BlacklistEntry> Entries() => _store.Read((connection, transaction) =>
    {
        using var statement = new SqliteStatement(connection, transaction, "SELECT value, reason, by, at, expires FROM blacklist ORDER BY value");
        using var rows = statement.Rows();
        var entries = new List<BlacklistEntry>();
        while (rows.Read())
        {
            entries.Add(new BlacklistEntry(rows.GetString(0), rows.GetString(1), rows.GetString(2), rows.GetInt64(3), rows.IsDBNull(4) ? null : rows.GetInt64(4)));
        }

        return entries;
    });
}
