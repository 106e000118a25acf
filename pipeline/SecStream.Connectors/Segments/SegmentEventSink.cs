using System.Globalization;
using SecStream.Core.Events;
using SecStream.Core.Pipeline;

namespace SecStream.Connectors.Segments;

/// <summary>
/// Keeps event documents in segments by retention class, and dead letters beside them. <see cref="Write"/> is called by one thread; the state is
/// saved at a standstill; flushing and compressing go on in the background.
/// <code>
/// DIR/events/30d/0000000000000000.ndjson …     DIR/dead-letters/0000000000000000.ndjson …
/// </code>
/// What was written is cut back to the saved state by <see cref="Restore"/>. Segments closed before a committed state are compressed.
/// </summary>
public sealed class SegmentEventSink : IEventSink, IAsyncDisposable
{
    private const int Format = 0x31474553;

    private readonly string _events;
    private readonly SegmentOptions _options;
    private readonly TimeProvider _time;
    private readonly WriteAt _writeAt;
    private readonly CancellationToken _stop;
    private readonly Action<string> _report;
    private readonly Lock _lock = new();
    private readonly SortedDictionary<int, SegmentWriter> _classes = [];
    private readonly SegmentWriter _deadLetters;
    private readonly CancellationTokenSource _closing = new();
    private Task _compressing = Task.CompletedTask;
    private bool _isReady;

    /// <summary>Takes a data folder; no segment is changed before <see cref="Restore"/> or the first write.</summary>
    /// <param name="directory">The data folder.</param>
    /// <param name="options">Sizes.</param>
    /// <param name="time">For the age of segments and of dead letters.</param>
    /// <param name="report">Told what is damaged, and why a segment could not be compressed. May come on any thread.</param>
    /// <param name="stop">Ends the wait for a disk that takes nothing: the write fails, and is done again after a restart.</param>
    public SegmentEventSink(string directory, SegmentOptions options, TimeProvider time, Action<string> report, CancellationToken stop)
        : this(directory, options, time, report, RandomAccess.Write, stop)
    {
    }

    internal SegmentEventSink(
        string directory, SegmentOptions options, TimeProvider time, Action<string> report, WriteAt writeAt, CancellationToken stop)
    {
        (_options, _time, _report, _writeAt, _stop) = (options, time, report, writeAt, stop);
        _events = Directory.CreateDirectory(Path.Combine(directory, "events")).FullName;
        var letters = Directory.CreateDirectory(Path.Combine(directory, "dead-letters")).FullName;
        _deadLetters = new SegmentWriter(letters, options.DeadLetterSegmentBytes, options, time, writeAt, stop);
        foreach (var (_, days) in SegmentCatalog.Classes(_events))
        {
            Class(days);
        }
    }

    /// <summary>Why nothing can be written at present, which stops intake: a full disk, for one. Null when all is well.</summary>
    public string? Blocked
    {
        get
        {
            lock (_lock)
            {
                return Writers().Select(writer => writer.Blocked).FirstOrDefault(blocked => blocked is not null);
            }
        }
    }

    /// <inheritdoc/>
    public void Write(IngestOutput output)
    {
        Continue();
        if (_options.KeepEvents)
        {
            AddEvents(output);
        }

        GatherDeadLetters(output.DeadLetters.Written);
        foreach (var writer in _classes.Values)
        {
            Flush(writer);
        }

        Flush(_deadLetters);
    }

    private void AddEvents(IngestOutput output)
    {
        var events = output.Events.Written;
        var marks = output.Marks.All;
        if (marks.IsEmpty && !events.IsEmpty)
        {
            throw new InvalidOperationException("events without marks: the ingest stage must be told to mark them");
        }

        foreach (ref readonly var mark in marks)
        {
            Class(mark.RetentionDays).Add(events.Slice(mark.Start, mark.Length), mark.Time, mark.Evaluated, output.Marks.Hashes(mark));
        }
    }

    /// <inheritdoc/>
    public void Save(BinaryWriter writer)
    {
        Continue();
        writer.Write(Format);
        writer.Write(_classes.Count);
        foreach (var (days, segments) in _classes)
        {
            writer.Write(days);
            segments.Save(writer);
        }

        _deadLetters.Save(writer);
    }

    /// <inheritdoc/>
    public Task MakeDurableAsync(CancellationToken cancellation) => Task.Run(
        () =>
        {
            foreach (var writer in AllWriters())
            {
                cancellation.ThrowIfCancellationRequested();
                writer.MakeDurable();
            }
        },
        cancellation);

    /// <inheritdoc/>
    public void Committed()
    {
        if (_compressing.Exception is { } bug)
        {
            throw new InvalidOperationException("compressing segments has failed", bug.InnerException);
        }

        var some = false;
        foreach (var writer in AllWriters())
        {
            some |= writer.Commit();
        }

        if (some && _compressing.IsCompleted)
        {
            _compressing = Task.Run(Compress, CancellationToken.None);
        }
    }

    /// <inheritdoc/>
    public void Restore(BinaryReader reader)
    {
        if (reader.ReadInt32() != Format)
        {
            throw new InvalidDataException("the snapshot was not taken of event segments; move it away to start anew");
        }

        var later = _classes.Keys.ToHashSet();
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var days = reader.ReadInt32();
            later.Remove(days);
            Class(days).Restore(reader);
        }

        foreach (var days in later)
        {
            Class(days).Restore(0, -1, 0);
        }

        _deadLetters.Restore(reader);
        _isReady = true;
    }

    /// <summary>A store over what this sink writes, reading beside it.</summary>
    public SegmentEventStore OpenStore() => new(_events, () => Views(AllWriters().SkipLast(1)), _options, _report);

    /// <summary>Completes when nothing is being compressed.</summary>
    public Task WhenCompressedAsync() => _compressing;

    /// <summary>Closes the files; compressing stops and is done after the next start. Writes must have ended.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_closing.IsCancellationRequested)
        {
            return;
        }

        await _closing.CancelAsync().ConfigureAwait(false);
        await _compressing.ConfigureAwait(false);
        foreach (var writer in AllWriters())
        {
            writer.Dispose();
        }

        _closing.Dispose();
    }

    private static void Flush(SegmentWriter writer)
    {
        if (writer.HasPending)
        {
            writer.Write();
        }
    }

    private static List<SegmentView> Views(IEnumerable<SegmentWriter> writers) => [.. writers.SelectMany(writer => writer.Views())];

    private SegmentWriter Class(int days)
    {
        if (_classes.TryGetValue(days, out var known))
        {
            return known;
        }

        var folder = Path.Combine(_events, days.ToString(CultureInfo.InvariantCulture) + "d");
        var writer = new SegmentWriter(folder, _options.SegmentBytes, _options, _time, _writeAt, _stop);
        lock (_lock)
        {
            _classes.Add(days, writer);
        }

        return writer;
    }

    /// <summary>The writers, that of dead letters last.</summary>
    private List<SegmentWriter> AllWriters()
    {
        lock (_lock)
        {
            return [.. Writers()];
        }
    }

    private IEnumerable<SegmentWriter> Writers() => _classes.Values.Append(_deadLetters);

    private void GatherDeadLetters(ReadOnlySpan<byte> letters)
    {
        var now = letters.IsEmpty ? 0 : EventClock.ToMicroseconds(_time.GetUtcNow());
        while (!letters.IsEmpty)
        {
            var length = letters.IndexOf((byte)'\n') + 1;
            _deadLetters.Add(letters[..length], now, now, []);
            letters = letters[length..];
        }
    }

    /// <summary>There was no state to go back to: what is there stays, and writing goes on behind it.</summary>
    private void Continue()
    {
        if (!_isReady)
        {
            _isReady = true;
            AllWriters().ForEach(writer => writer.Continue(_report));
        }
    }

    private void Compress()
    {
        try
        {
            foreach (var writer in AllWriters())
            {
                writer.Compress(_closing.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The service ends; plain segments are as good, and are compressed after the next start.
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Nothing is lost, the plain segment stays; the next commit tries again.
            _report($"a segment could not be compressed: {fault.Message}");
        }
    }
}
