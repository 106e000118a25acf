using System.Buffers;
using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Core.Alerts;

namespace SecStream.Connectors.Elasticsearch.Alerts;

/// <summary>
/// Writes alerts and incidents into monthly indices, under their ids. The highest revision wins, in whatever order and however often revisions come;
/// what analysts decided is never touched. Not thread-safe: the outbox has one pump for it.
/// </summary>
/// <param name="transport">The cluster.</param>
/// <param name="options">Sizes.</param>
/// <param name="report">Told of a change that the cluster will never take; its place in the outbox is passed. May come on any thread.</param>
public sealed class ElasticsearchAlertSink(IElasticsearchTransport transport, ElasticsearchOptions options, Action<string> report) : IOutboxSink
{
    private const string BulkPath = "_bulk?filter_path=" + BulkRefusals.FilterPath;

    private bool _hasTemplates;
    private long _putAside;

    /// <inheritdoc/>
    public string Name => "elasticsearch";

    /// <summary>Changes that the cluster would never take and that were reported; they are in the outbox and in the local store.</summary>
    public long PutAside => Interlocked.Read(ref _putAside);

    /// <inheritdoc/>
    /// <exception cref="ElasticsearchException">The cluster did not take all; what it took is harmless when it comes again.</exception>
    public async Task DeliverAsync(IReadOnlyList<OutboxEntry> entries, CancellationToken cancellation)
    {
        await EnsureTemplatesAsync(cancellation).ConfigureAwait(false);
        await WriteAsync(Newest(entries), isBare: false, cancellation).ConfigureAwait(false);
    }

    /// <summary>The index that a change is written to.</summary>
    public static string IndexOf(OutboxEntry entry) => AlertLines.IndexOf(entry);

    /// <summary>Of several revisions of one alert only the last has to travel.</summary>
    internal static IReadOnlyList<OutboxEntry> Newest(IReadOnlyList<OutboxEntry> entries)
    {
        var newest = new Dictionary<string, OutboxEntry>(entries.Count, StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            if (!newest.TryGetValue(entry.Id, out var known)
                || entry.Revision > known.Revision
                || (entry.Revision == known.Revision && entry.IsSettled && !known.IsSettled))
            {
                newest[entry.Id] = entry;
            }
        }

        return [.. newest.Values];
    }

    /// <summary>
    /// An index that is made without our template has guessed types, and answers wrongly for a month. So nothing is written before the template is there.
    /// </summary>
    private async Task EnsureTemplatesAsync(CancellationToken cancellation)
    {
        if (_hasTemplates)
        {
            return;
        }

        using var answer = await transport.SendAsync(HttpMethod.Get, "_index_template/secstream-alerts", null, cancellation).ConfigureAwait(false);
        if (answer.Kind == ElasticsearchFaultKind.NotFound)
        {
            throw new ElasticsearchException($"the index template secstream-alerts is not installed: run ./run bootstrap; alerts wait in the outbox meanwhile");
        }

        // Who may write need not be allowed to read templates: then bootstrap and check are trusted.
        if (answer.Kind != ElasticsearchFaultKind.Forbidden)
        {
            answer.EnsureSuccess();
        }

        _hasTemplates = true;
    }

    private async Task WriteAsync(IReadOnlyList<OutboxEntry> entries, bool isBare, CancellationToken cancellation)
    {
        for (var i = 0; i < entries.Count;)
        {
            var body = new ArrayBufferWriter<byte>(64 << 10);
            var first = i;
            while (i < entries.Count && (i == first || body.WrittenCount + (entries[i].Document.Length * 3L) < options.BulkBytes))
            {
                AlertLines.Write(entries[i++], isBare, body);
            }

            await SendAsync([.. entries.Skip(first).Take(i - first)], isBare, body.WrittenMemory, cancellation).ConfigureAwait(false);
        }
    }

    private async Task SendAsync(IReadOnlyList<OutboxEntry> entries, bool isBare, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        List<BulkRefusal> refusals;
        using (var answer = await transport.SendAsync(HttpMethod.Post, BulkPath, RequestBody.Lines(body), cancellation).ConfigureAwait(false))
        {
            if (answer.Kind == ElasticsearchFaultKind.TooLarge)
            {
                await HalveAsync(entries, isBare, answer.Fault!, cancellation).ConfigureAwait(false);
                return;
            }

            refusals = BulkRefusals.Read(answer.EnsureSuccess(), entries.Count);
        }

        if (refusals.FirstOrDefault(refusal => !refusal.IsDocument) is { Reason: not null } passing)
        {
            throw new ElasticsearchException($"{AlertLines.IndexOf(entries[passing.Index])} did not take an alert (status {passing.Status}): {passing.Reason}");
        }

        if (isBare)
        {
            refusals.ForEach(refusal => Leave(entries[refusal.Index], refusal.Reason));
        }
        else if (refusals.Count > 0)
        {
            await WriteAsync([.. refusals.Select(refusal => entries[refusal.Index])], isBare: true, cancellation).ConfigureAwait(false);
        }
    }

    private async Task HalveAsync(IReadOnlyList<OutboxEntry> entries, bool isBare, ElasticsearchFault fault, CancellationToken cancellation)
    {
        if (entries.Count > 1)
        {
            await WriteAsync([.. entries.Take(entries.Count / 2)], isBare, cancellation).ConfigureAwait(false);
            await WriteAsync([.. entries.Skip(entries.Count / 2)], isBare, cancellation).ConfigureAwait(false);
        }
        else if (!isBare)
        {
            await WriteAsync(entries, isBare: true, cancellation).ConfigureAwait(false);
        }
        else
        {
            Leave(entries[0], fault.Message);
        }
    }

    /// <summary>It would come for ever and hold up all behind it.</summary>
    private void Leave(OutboxEntry entry, string reason)
    {
        Interlocked.Increment(ref _putAside);
        report($"alert {entry.Id} revision {entry.Revision} is not in Elasticsearch, which refuses it: {reason}. It is in the outbox at byte {entry.Position}");
    }
}
