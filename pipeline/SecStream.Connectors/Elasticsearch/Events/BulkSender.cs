using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Connectors.Elasticsearch.Schema;
using SecStream.Core.Events;

namespace SecStream.Connectors.Elasticsearch.Events;

/// <summary>How events are sent.</summary>
/// <param name="FirstDelay">Wait after a first failure, at most; doubles.</param>
/// <param name="LongestDelay">Longest wait, unless the cluster asks for more.</param>
/// <param name="KnownFor">How long it counts as known when streams rolled over, for documents that came for the first time.</param>
/// <param name="KnownForAgain">The same for documents that may have been sent before.</param>
internal sealed record SendTimings(TimeSpan FirstDelay, TimeSpan LongestDelay, TimeSpan KnownFor, TimeSpan KnownForAgain)
{
    public static SendTimings Standard { get; } = new(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(1));

    /// <summary>Clocks of senders run ahead by this much at most; what is further in the future is taken at the time it came.</summary>
    public static readonly long Margin = 10 * EventClock.Minute;
}

/// <summary>
/// Brings chunks into the cluster, however often that takes: a chunk is finished when each of its documents is there or was put aside. Shared by all
/// senders; thread-safe, save that a chunk has one sender.
/// </summary>
internal sealed partial class BulkSender
{
    private const string BulkPath = "_bulk?filter_path=" + BulkStatuses.FilterPath;

    private readonly IElasticsearchTransport _transport;
    private readonly IRefusedDocuments _refused;
    private readonly SendTimings _timings;
    private readonly SendDelays _delays;
    private readonly TimeProvider _time;
    private readonly Action<string> _report;
    private readonly WriteIndexAges _ages;
    private readonly SentBefore _before;
    private readonly long _started;
    private long _mostBytes = long.MaxValue;
    private bool _hasHalved;
    private volatile bool _hasTemplates;

    public BulkSender(
        IElasticsearchTransport transport, string tenant, IRefusedDocuments refused, SendTimings timings, TimeProvider time, Action<string> report, int seed)
    {
        (_transport, _refused, _timings, _time, _report) = (transport, refused, timings, time, report);
        _delays = new SendDelays(timings.FirstDelay, timings.LongestDelay, seed);
        _ages = new WriteIndexAges(transport, EventStreams.Pattern(tenant), time, report);
        _before = new SentBefore(transport);
        _started = EventClock.ToMicroseconds(time.GetUtcNow());
        Health = new SendHealth(time);
    }

    /// <summary>How it fares.</summary>
    public SendHealth Health { get; }

    /// <summary>Sends a chunk; returns when it is finished.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; the chunk comes again.</exception>
    public async Task DeliverAsync(SpoolChunk chunk, CancellationToken cancellation)
    {
        var pending = chunk.Pending;
        pending.Begin();
        var attempt = 0;
        while (pending.Count > 0)
        {
            var before = pending.Count;
            var wait = await TryAsync(pending, cancellation).ConfigureAwait(false);
            pending.Compact();
            if (wait is not { } asked)
            {
                continue;
            }

            pending.IsSuspect = true;
            attempt = pending.Count < before ? 0 : attempt;
            await Task.Delay(_delays.Of(attempt++, asked > TimeSpan.Zero ? asked : null), _time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Sends what is left once; null when nothing speaks against going on at once, else how long the cluster asks to wait (0: it does not say).</summary>
    private async Task<TimeSpan?> TryAsync(PendingDocuments pending, CancellationToken cancellation)
    {
        try
        {
            if (!await HasTemplatesAsync(cancellation).ConfigureAwait(false))
            {
                return TimeSpan.Zero;
            }

            await LeaveOutSentAsync(pending, cancellation).ConfigureAwait(false);
            TimeSpan? wait = null;
            for (var from = 0; from < pending.Count;)
            {
                var to = pending.EndOf(from, Interlocked.Read(ref _mostBytes));
                var (goesOn, asked) = await SendAsync(pending, from, to, cancellation).ConfigureAwait(false);
                wait = asked ?? wait;
                if (!goesOn)
                {
                    return wait ?? TimeSpan.Zero;
                }

                from = to;
            }

            if (wait is null)
            {
                Health.Succeeded();
            }

            return wait;
        }
        catch (ElasticsearchException fault)
        {
            // The cluster does not answer as it should; the documents stay, and are sent again.
            Fail(fault.Fault);
            return TimeSpan.Zero;
        }
    }

    /// <summary>
    /// A stream that is made without our templates gets other people's (<c>logs-*-*</c>), and guessed types until it rolls over. So nothing is written before.
    /// </summary>
    private async Task<bool> HasTemplatesAsync(CancellationToken cancellation)
    {
        if (_hasTemplates)
        {
            return true;
        }

        using var answer = await _transport.SendAsync(HttpMethod.Get, $"_index_template/{RetentionClass.All[0].Name}", null, cancellation).ConfigureAwait(false);
        if (answer.Kind == ElasticsearchFaultKind.NotFound)
        {
            Health.Failed($"the index template {RetentionClass.All[0].Name} is not installed; events wait in the spool", "./run bootstrap");
            return false;
        }

        // Who may write need not be allowed to read templates: then bootstrap and check are trusted.
        if (answer.Kind != ElasticsearchFaultKind.Forbidden)
        {
            answer.EnsureSuccess();
        }

        return _hasTemplates = true;
    }

    /// <summary>Sends some; says whether the rest of the chunk should be tried now, and what wait is asked for (null: none is needed).</summary>
    private async Task<(bool GoesOn, TimeSpan? Wait)> SendAsync(PendingDocuments pending, int from, int to, CancellationToken cancellation)
    {
        var began = _time.GetTimestamp();
        using var answer = await _transport.SendAsync(HttpMethod.Post, BulkPath, pending.Body(from, to), cancellation).ConfigureAwait(false);
        Health.Answered?.Invoke(_time.GetElapsedTime(began));
        if (answer.IsSuccess)
        {
            Widen();
            return (true, Take(pending, from, to, answer));
        }

        if (answer.Kind is ElasticsearchFaultKind.TooLarge or ElasticsearchFaultKind.AnswerTooLarge)
        {
            Halve(pending, from, to, answer.Fault!);
            return (true, null);
        }

        if (answer.Status == 400)
        {
            // The request as a whole was not understood: the document that does that is found by halves, and the others go on.
            if (to - from == 1)
            {
                PutAside(pending, from, answer.Fault!.Type ?? "none", answer.Fault.Reason ?? answer.Fault.Message);
                _refused.Flush();
                return (true, null);
            }

            var middle = from + ((to - from) / 2);
            var first = await SendAsync(pending, from, middle, cancellation).ConfigureAwait(false);
            var second = first.GoesOn ? await SendAsync(pending, middle, to, cancellation).ConfigureAwait(false) : first;
            return (second.GoesOn, second.Wait ?? first.Wait);
        }

        Interlocked.Add(ref Health.Retries, to - from);
        Fail(answer.Fault!);
        return (false, answer.RetryAfter ?? TimeSpan.Zero);
    }

    /// <summary>A bound was perhaps a proxy's bad day: it rises again, slowly, for each try beyond it is in vain.</summary>
    private void Widen()
    {
        var bytes = Interlocked.Read(ref _mostBytes);
        if (bytes < long.MaxValue)
        {
            Interlocked.CompareExchange(ref _mostBytes, bytes > int.MaxValue ? long.MaxValue : bytes + (bytes / 256) + 1, bytes);
        }
    }

    private void Halve(PendingDocuments pending, int from, int to, ElasticsearchFault fault)
    {
        if (to - from == 1)
        {
            PutAside(pending, from, SendHealth.TooLarge, fault.Message);
            _refused.Flush();
            return;
        }

        pending.IsSuspect = true;
        var bytes = pending.BytesOf(from, to);
        var half = Math.Max(1, bytes / 2);
        if (half < Interlocked.Read(ref _mostBytes))
        {
            Interlocked.Exchange(ref _mostBytes, half);
        }

        if (Interlocked.Exchange(ref _hasHalved, true) == false)
        {
            _report($"Elasticsearch takes no request of {bytes:N0} bytes; they are made smaller. Lower elasticsearch.bulk_bytes, or raise http.max_content_length (or the bound of a proxy before it)");
        }
    }

    private void Fail(ElasticsearchFault fault) => Health.Failed(fault.Message, SendMends.Of(fault));
}
