using System.Buffers;
using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Connectors.Elasticsearch.Events;
using SecStream.Connectors.Elasticsearch.Schema;

namespace SecStream.Connectors.Elasticsearch.Windows;

/// <summary>
/// Brings documents into the cluster, however often that takes: a batch is finished when each of its documents is there, or was refused for good. One batch at a time, so a
/// window that is written twice ends as its last version. Not thread-safe, save its health.
/// </summary>
internal sealed class WindowSender
{
    private const string BulkPath = "_bulk?filter_path=" + BulkStatuses.FilterPath;
    private const int MostDocuments = 10_000;

    private readonly IElasticsearchTransport _transport;
    private readonly int _mostBytes;
    private readonly SendDelays _delays;
    private readonly TimeProvider _time;
    private readonly Action<string> _report;
    private bool _hasTemplates;
    private int _most = MostDocuments;

    public WindowSender(IElasticsearchTransport transport, int mostBytes, SendTimings timings, TimeProvider time, Action<string> report, int seed)
    {
        (_transport, _mostBytes, _time, _report) = (transport, mostBytes, time, report);
        _delays = new SendDelays(timings.FirstDelay, timings.LongestDelay, seed);
        Health = new SendHealth(time);
    }

    /// <summary>How it fares.</summary>
    public SendHealth Health { get; }

    /// <summary>Sends documents; returns when all are finished.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; they come again.</exception>
    public async Task DeliverAsync(List<WindowDocument> documents, CancellationToken cancellation)
    {
        var pending = documents;
        for (var attempt = 0; pending.Count > 0;)
        {
            var (left, wait) = await TryAsync(pending, cancellation).ConfigureAwait(false);
            attempt = left.Count < pending.Count ? 0 : attempt;
            pending = left;
            if (wait is { } asked)
            {
                await Task.Delay(_delays.Of(attempt++, asked > TimeSpan.Zero ? asked : null), _time, cancellation).ConfigureAwait(false);
            }
        }

        Health.Succeeded();
    }

    /// <summary>Sends some once: what is left, and how long to wait before the next attempt (null: not at all; 0: the cluster does not say).</summary>
    private async Task<(List<WindowDocument> Left, TimeSpan? Wait)> TryAsync(List<WindowDocument> pending, CancellationToken cancellation)
    {
        try
        {
            if (!await HasTemplatesAsync(cancellation).ConfigureAwait(false))
            {
                return (pending, TimeSpan.Zero);
            }

            var count = CountOf(pending);
            using var answer = await _transport.SendAsync(HttpMethod.Post, BulkPath, RequestBody.Lines(Body(pending, count)), cancellation).ConfigureAwait(false);
            if (answer.IsSuccess)
            {
                _most = Math.Min(MostDocuments, _most * 2);
                return Take(pending, count, answer);
            }

            // Too large, or not understood as a whole: by halves down to the document that does it.
            if (answer.Kind is ElasticsearchFaultKind.TooLarge or ElasticsearchFaultKind.AnswerTooLarge || answer.Status == 400)
            {
                _most = Math.Max(1, count / 2);
                return count > 1 ? (pending, null) : ([.. Refused(pending[0], answer.Fault!.Type ?? SendHealth.TooLarge, answer.Fault.Message), .. pending.Skip(1)], null);
            }

            Interlocked.Add(ref Health.Retries, count);
            Health.Failed(answer.Fault!.Message, SendMends.Of(answer.Fault));
            return (pending, answer.RetryAfter ?? TimeSpan.Zero);
        }
        catch (ElasticsearchException fault)
        {
            // The cluster does not answer as it should; the documents stay, and are sent again.
            Health.Failed(fault.Message, SendMends.Of(fault.Fault));
            return (pending, TimeSpan.Zero);
        }
    }

    /// <summary>An index that is made without our template has guessed types for a month. So nothing is written before.</summary>
    private async Task<bool> HasTemplatesAsync(CancellationToken cancellation)
    {
        if (_hasTemplates)
        {
            return true;
        }

        using var answer = await _transport.SendAsync(HttpMethod.Get, $"_index_template/{ElasticsearchSchema.Features}", null, cancellation).ConfigureAwait(false);
        if (answer.Kind == ElasticsearchFaultKind.NotFound)
        {
            Health.Failed($"the index template {ElasticsearchSchema.Features} is not installed; windows wait in the data folder", "./run bootstrap");
            return false;
        }

        // Who may write need not be allowed to read templates: then bootstrap and check are trusted.
        if (answer.Kind != ElasticsearchFaultKind.Forbidden)
        {
            answer.EnsureSuccess();
        }

        return _hasTemplates = true;
    }

    private (List<WindowDocument> Left, TimeSpan? Wait) Take(List<WindowDocument> pending, int count, ElasticsearchAnswer answer)
    {
        var statuses = new BulkStatus[count];
        if (BulkStatuses.IsAllWell(answer.Body.Span))
        {
            Array.Fill(statuses, new BulkStatus(200, null, null));
        }
        else
        {
            BulkStatuses.Read(answer.Body, statuses);
        }

        var left = new List<WindowDocument>();
        TimeSpan? wait = null;
        for (var i = 0; i < count; i++)
        {
            if (statuses[i].IsDone)
            {
                Health.Sent += pending[i].IsWindow ? 1 : 0;
            }
            else if (statuses[i].IsDocument)
            {
                left.AddRange(Refused(pending[i], statuses[i].Type ?? "none", statuses[i].Text));
            }
            else
            {
                left.Add(pending[i]);
                wait = TimeSpan.Zero;
                Interlocked.Increment(ref Health.Retries);
                Health.Failed($"Elasticsearch did not take a window (status {statuses[i].Status}): {statuses[i].Text}", MendOf(statuses[i]));
            }
        }

        left.AddRange(pending.Skip(count));
        return (left, wait);
    }

    /// <summary>What is refused goes as the record alone; should that be refused, too, it would come for ever and hold up all behind it.</summary>
    private IEnumerable<WindowDocument> Refused(WindowDocument document, string type, string reason)
    {
        if (document.Bare?.Invoke() is { } bare)
        {
            Interlocked.Increment(ref Health.Unindexed);
            return [bare];
        }

        if (Health.Refuse(type))
        {
            _report($"Elasticsearch refuses windows for good, they are in the data folder alone; the first: {document.Id}: {reason}");
        }

        return [];
    }

    private static string? MendOf(BulkStatus status) => status.Status == 404
        ? "the index can't be made: ./run bootstrap, and let action.auto_create_index permit features-secstream.*"
        : SendMends.Of(status);

    private int CountOf(List<WindowDocument> pending)
    {
        var (count, bytes) = (0, 0L);
        while (count < pending.Count && count < _most && (count == 0 || bytes + pending[count].Lines.Length <= _mostBytes))
        {
            bytes += pending[count++].Lines.Length;
        }

        return count;
    }

    private static ReadOnlyMemory<byte> Body(List<WindowDocument> pending, int count)
    {
        var body = new ArrayBufferWriter<byte>(64 << 10);
        for (var i = 0; i < count; i++)
        {
            body.Write(pending[i].Lines.Span);
        }

        return body.WrittenMemory;
    }
}
