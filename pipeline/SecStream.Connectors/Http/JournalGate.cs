using SecStream.Core.Pipeline;

namespace SecStream.Connectors.Http;

/// <summary>The way into the journal: waits a bounded time for room, and says in HTTP's words why there is none.</summary>
internal sealed class JournalGate(IRecordJournal journal, HttpIngestOptions options, TimeProvider time)
{
    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits for room before a body is read: until then it stays with the client, not in memory.</summary>
    /// <exception cref="IngestException">429: there was none in time.</exception>
    public async Task WaitForRoomAsync(CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        while (journal.IsFull)
        {
            if (time.GetElapsedTime(began) >= options.FullWait)
            {
                throw Full();
            }

            await Task.Delay(s_step, time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Appends; the records are on disk when it completes.</summary>
    /// <exception cref="IngestException">429: full; 503: it cannot be written. Nothing was accepted.</exception>
    public async Task AppendAsync(JournalEntries entries)
    {
        if (entries.Count == 0)
        {
            return;
        }

        // Not bound to the client's connection: a record under way is finished, or the answer to a re-send would be a guess.
        using var limit = new CancellationTokenSource(options.FullWait, time);
        try
        {
            await journal.AppendAsync(entries, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            throw Full();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Nothing of it will be read; the client keeps what it has and is told to come again.
            throw new IngestException(503, $"the journal {journal.Name} cannot be written: {fault.Message}; nothing was accepted", "cluster_block_exception");
        }
    }

    private IngestException Full() => new(
        429, $"the journal {journal.Name} has been full for {options.FullWait.TotalSeconds:0.#} s; send this again later", "es_rejected_execution_exception");
}
