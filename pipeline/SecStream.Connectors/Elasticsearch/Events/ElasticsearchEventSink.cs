using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Connectors.Segments;
using SecStream.Core.Events;
using SecStream.Core.Pipeline;
using SecStream.Core.Text;

namespace SecStream.Connectors.Elasticsearch.Events;

/// <summary>
/// Writes events into data streams. <see cref="Write"/> puts them into a bounded spool and returns; senders bring them from there into the
/// cluster, in no particular order, until each is there. An event has the same id and goes to the same stream however often it comes, so what is sent
/// again after a crash is there once. What a snapshot counts on and the cluster does not have lies on disk before the snapshot counts. <see cref="Write"/>, <see cref="Save"/> and <see cref="Restore"/> are called by one thread.
/// <code>
/// events ─▶ spool (memory; disk what is more) ─▶ bulk requests ─▶ 201, 409  done
///                        ▲                             │  429, 5xx, no answer ─▶ again, later
///                        └── place up to which all     │  400 ─▶ once more as text ─▶ dead letter
///                            is done, in a file        │  413 ─▶ smaller requests
/// </code>
/// </summary>
public sealed class ElasticsearchEventSink : IEventSink, IAsyncDisposable
{
    private const int Format = 0x31535345;
    private const int FrameBytes = 1 << 20;
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(2);

    private readonly TimeProvider _time;
    private readonly EventSpool _spool;
    private readonly EventLines _lines;
    private readonly BulkSender _sender;
    private readonly SendLoop _loop;
    private readonly long _spoolBytes;
    private bool _isReady;

    /// <summary>Prepares; nothing is read, changed or sent before <see cref="Restore"/> or the first write.</summary>
    /// <param name="transport">The cluster.</param>
    /// <param name="options">Sizes.</param>
    /// <param name="spoolFolder">Where events wait; made if it is not there. For this sink alone.</param>
    /// <param name="tenant">Whose events they are; becomes part of the streams' names.</param>
    /// <param name="deadLetters">Takes what the cluster refuses for good.</param>
    /// <param name="time">For waits and ages.</param>
    /// <param name="report">Told what people should know. May come on any thread.</param>
    /// <param name="giveUp">Ends the wait for a spool or disk that is full: the write fails, and is done again after a restart.</param>
    public ElasticsearchEventSink(
        IElasticsearchTransport transport,
        ElasticsearchOptions options,
        string spoolFolder,
        string tenant,
        IRefusedDocuments deadLetters,
        TimeProvider time,
        Action<string> report,
        CancellationToken giveUp)
        : this(transport, options, spoolFolder, tenant, deadLetters, time, report, EventSinkTuning.Standard, giveUp)
    {
    }

    internal ElasticsearchEventSink(
        IElasticsearchTransport transport,
        ElasticsearchOptions options,
        string spoolFolder,
        string tenant,
        IRefusedDocuments deadLetters,
        TimeProvider time,
        Action<string> report,
        EventSinkTuning tuning,
        CancellationToken giveUp)
    {
        (_time, _spoolBytes) = (time, options.SpoolBytes);
        var folder = new SpoolFolder(spoolFolder);
        _sender = new BulkSender(transport, tenant, deadLetters, tuning.Timings, time, report, (int)StableHash.Compute(System.Text.Encoding.UTF8.GetBytes(folder.Name)));
        var sizes = new SpoolSizes(options.SpoolBytes, options.BulkBytes, options.BulkRequests + 2, tuning.Linger, tuning.RetryInterval);
        _spool = new EventSpool(folder, sizes, time, report, tuning.WriteAt, giveUp) { Obstacle = () => _sender.Health.Failure.Error };
        _lines = new EventLines(new EventStreams(folder.Name, tenant));
        _loop = new SendLoop(_spool, _sender, options.BulkRequests, s_tick, time, report);
    }

    /// <summary>
    /// A snapshot counts only when everything before it is in the cluster, not only in the spool: for members of a consumer group, whose partitions may
    /// be another's after it, while their spool stays here. Default false.
    /// </summary>
    public bool FlushesBeforeCommit { get; init; }

    /// <summary>Why nothing can be written at present, which stops intake: a full spool or disk. Null when all is well.</summary>
    public string? Blocked => _spool.Blocked;

    /// <summary>How it fares. Thread-safe.</summary>
    public EventSinkStatus Status
    {
        get
        {
            var (since, error, mend) = _sender.Health.Failure;
            return new EventSinkStatus
            {
                SpooledBytes = _spool.WaitingBytes,
                SpoolLimitBytes = _spoolBytes,
                OldestUnsent = _spool.OldestWritten is { } written ? EventClock.ToInstant(written) : null,
                Sent = Interlocked.Read(ref _sender.Health.Sent),
                Conflicts = Interlocked.Read(ref _sender.Health.Conflicts),
                Retries = Interlocked.Read(ref _sender.Health.Retries),
                Unindexed = Interlocked.Read(ref _sender.Health.Unindexed),
                DeadLetters = Interlocked.Read(ref _sender.Health.DeadLetters),
                FailingSince = _loop.Fault is null ? since : since ?? _time.GetUtcNow(),
                Error = _loop.Fault ?? error,
                Mend = mend,
                Blocked = Blocked,
            };
        }
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">It was told to give up while it waited for a spool or disk that is full.</exception>
    public void Write(IngestOutput output)
    {
        Continue();
        var events = output.Events.Written;
        var marks = output.Marks;
        if (marks.All.IsEmpty && !events.IsEmpty)
        {
            throw new InvalidOperationException("events without marks: the ingest stage must be told to mark them");
        }

        foreach (ref readonly var mark in marks.All)
        {
            _lines.Add(marks, mark, events.Slice(mark.Start, mark.Length));
            if (_lines.Frame.Length >= FrameBytes)
            {
                Append();
            }
        }

        if (!_lines.Items.IsEmpty)
        {
            Append();
        }
    }

    /// <inheritdoc/>
    public void Save(BinaryWriter writer)
    {
        Continue();
        writer.Write(Format);
        writer.Write(FlushesBeforeCommit);
        writer.Write(_spool.Save());
    }

    /// <inheritdoc/>
    public async Task MakeDurableAsync(CancellationToken cancellation)
    {
        if (FlushesBeforeCommit)
        {
            await FlushedAsync(cancellation).ConfigureAwait(false);
            return;
        }

        await Task.Run(_spool.MakeDurable, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The state is another sink's.</exception>
    public void Restore(BinaryReader reader)
    {
        if (reader.ReadInt32() != Format)
        {
            throw new InvalidDataException("the snapshot was not taken of a spool for Elasticsearch; move it away to start anew");
        }

        var (wasFlushed, place) = (reader.ReadBoolean(), reader.ReadInt64());
        _isReady = true;
        if (wasFlushed)
        {
            _spool.Empty();
        }
        else
        {
            _spool.Restore(place);
        }

        _loop.Start();
    }

    /// <summary>Completes when everything written so far is in the cluster, or a dead letter. Thread-safe.</summary>
    public Task FlushedAsync(CancellationToken cancellation) => _spool.FlushAsync(cancellation);

    /// <summary>Stops sending: requests under way may end, for two seconds; the rest waits in the spool for the next start. Writes must have ended.</summary>
    public ValueTask DisposeAsync() => StopAsync(s_grace, keepsPlace: true);

    /// <summary>Stops as a crash would, with what happens to be on disk.</summary>
    internal ValueTask CrashAsync() => StopAsync(TimeSpan.Zero, keepsPlace: false);

    private async ValueTask StopAsync(TimeSpan grace, bool keepsPlace)
    {
        if (!await _loop.StopAsync(grace).ConfigureAwait(false))
        {
            return;
        }

        if (keepsPlace && _isReady)
        {
            _spool.KeepUnsent();
            _spool.KeepSent();
        }

        _loop.Dispose();
        _spool.Dispose();
    }

    private void Append()
    {
        try
        {
            _spool.Append(_lines.Frame, _lines.Items);
        }
        finally
        {
            _lines.Clear();
        }
    }

    /// <summary>There was no state to go back to: what is there is sent.</summary>
    private void Continue()
    {
        if (!_isReady)
        {
            _isReady = true;
            _spool.Continue();
            _loop.Start();
        }
    }
}

/// <summary>What only tests set.</summary>
internal sealed record EventSinkTuning(SendTimings Timings, TimeSpan Linger, TimeSpan RetryInterval, WriteAt WriteAt)
{
    public static EventSinkTuning Standard { get; } = new(SendTimings.Standard, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), RandomAccess.Write);
}
