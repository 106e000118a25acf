using System.Text;
using SecStream.Core.Events;
using SecStream.Core.Pipeline;

namespace SecStream.Connectors.Segments;

/// <summary>What became of dead letters that were to be sent again.</summary>
/// <param name="Sent">Sent.</param>
/// <param name="Before">Left out: they had been sent before.</param>
public sealed record RetryResult(long Sent, long Before);

/// <summary>
/// Sends the original bytes of dead letters in again, and remembers which: <c>dead-letters/retried.keys</c>, a key a line, written after what it
/// stands for was taken. A crash between the two sends at most one batch twice. What is set aside once more after it was sent again is a letter of
/// <see cref="Journal"/>, and left out. One at a time.
/// </summary>
public sealed class DeadLetterRetry(string directory, DeadLetterStore store, TimeProvider time)
{
    /// <summary>Name of the journal that what is sent again must be put into.</summary>
    public const string Journal = "dlq-retry";

    private const int BatchLetters = 500;
    private const int BatchBytes = 4 << 20;
    private readonly string _path = Path.Combine(directory, "dead-letters", "retried.keys");

    /// <summary>Sends letters in batches of at most 500, or 4 MiB.</summary>
    /// <param name="query">Which.</param>
    /// <param name="again">Those that were sent before, too.</param>
    /// <param name="send">Completes when the records have been taken durably; the entries are reused after that.</param>
    /// <param name="cancellation">Ends it between batches.</param>
    public async Task<RetryResult> SendAsync(
        DeadLetterQuery query, bool again, Func<JournalEntries, CancellationToken, ValueTask> send, CancellationToken cancellation)
    {
        var known = File.Exists(_path) ? (await File.ReadAllLinesAsync(_path, cancellation).ConfigureAwait(false)).ToHashSet(StringComparer.Ordinal) : [];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var (entries, keys) = (new JournalEntries(), new List<string>());
        var (sent, before) = (0L, 0L);

        // Letters that come while this runs may be the very ones sent: without an end there would be none.
        var bounded = query with { Until = query.Until ?? EventClock.ToMicroseconds(time.GetUtcNow()) };
        await foreach (var letter in store.ReadAsync(bounded, newestFirst: false, cancellation).ConfigureAwait(false))
        {
            if ((!again && (letter.Source == Journal || known.Contains(letter.Key))) || !seen.Add(letter.Key))
            {
                before++;
                continue;
            }

            entries.Add(letter.Bytes.Span);
            keys.Add(letter.Key);
            sent++;
            if (entries.Count >= BatchLetters || entries.Bytes >= BatchBytes)
            {
                await FlushAsync(entries, keys, send, cancellation).ConfigureAwait(false);
            }
        }

        await FlushAsync(entries, keys, send, cancellation).ConfigureAwait(false);
        return new RetryResult(sent, before);
    }

    private async Task FlushAsync(
        JournalEntries entries, List<string> keys, Func<JournalEntries, CancellationToken, ValueTask> send, CancellationToken cancellation)
    {
        if (entries.Count == 0)
        {
            return;
        }

        await send(entries, cancellation).ConfigureAwait(false);

        // What was taken is noted whatever the caller wants by now: else it would be sent twice.
        var text = Encoding.ASCII.GetBytes(string.Concat(keys.Select(key => key + "\n")));
        await using var file = new FileStream(_path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        await file.WriteAsync(text, CancellationToken.None).ConfigureAwait(false);
        file.Flush(flushToDisk: true);
        entries.Clear();
        keys.Clear();
    }
}
