using System.Buffers;
using System.Text.Json;
using SecStream.Core.Alerts;

namespace SecStream.Connectors.Outbox;

/// <summary>Why changes of alerts wait in memory, and since when.</summary>
public sealed record OutboxFault(DateTimeOffset Since, string Message);

/// <summary>
/// The durable log of what the alert book decided; sinks deliver from it. Appending goes to memory, and a writer in the background makes groups
/// durable; a full disk makes it wait, and then those who append, so nothing is lost. Thread-safe.
/// <code>
/// alerts/00000000000000000000.ndjson.gz   closed and delivered everywhere
/// alerts/00000000000016777301.ndjson      the name is the place of the first byte
/// </code>
/// </summary>
public sealed class AlertOutbox : IAsyncDisposable
{
    private readonly object _gate = new();
    private readonly SemaphoreSlim _work = new(0, 1);
    private readonly OutboxFile _file;
    private readonly Task _writer;
    private readonly TimeProvider _time;
    private readonly Utf8JsonWriter _json;
    private readonly CancellationToken _stop;
    private readonly CancellationTokenRegistration _stopped;
    private ArrayBufferWriter<byte> _filling = new(64 << 10);
    private ArrayBufferWriter<byte> _writing = new(64 << 10);
    private TaskCompletionSource _progress = New();
    private long _appended;
    private long _durable;
    private bool _isClosing;
    private bool _gaveUp;

    /// <summary>Opens or makes the outbox in a folder. A last line torn by a crash is cut off: nobody has it.</summary>
    /// <param name="directory">The folder: <c>data/alerts</c>. One process at a time.</param>
    /// <param name="options">Bounds.</param>
    /// <param name="time">Clock.</param>
    /// <param name="stop">Ends the wait for a disk that takes nothing: appending fails, and what is missing is decided again after a restart.</param>
    /// <exception cref="IOException">The folder can't be read or written.</exception>
    public AlertOutbox(string directory, OutboxOptions options, TimeProvider time, CancellationToken stop = default)
        : this(new OutboxFile(directory, options, time), options, time, stop)
    {
    }

    internal AlertOutbox(OutboxFile file, OutboxOptions options, TimeProvider time, CancellationToken stop = default)
    {
        Options = options;
        _time = time;
        _file = file;
        _json = OutboxLine.MakeWriter(_filling);
        _appended = _durable = _file.Position;
        _writer = Task.Run(WriteAllAsync, CancellationToken.None);
        _stop = stop;
        _stopped = stop.Register(PulseWaiting);
    }

    /// <summary>Bounds.</summary>
    public OutboxOptions Options { get; }

    /// <summary>The folder.</summary>
    public string Directory => _file.Folder.Directory;

    /// <summary>Place behind what has been appended. With the state of the alert book at the same moment it belongs into a snapshot.</summary>
    public long Position
    {
        get
        {
            lock (_gate)
            {
                return _appended;
            }
        }
    }

    /// <summary>Place up to which everything is on disk.</summary>
    public long DurablePosition
    {
        get
        {
            lock (_gate)
            {
                return _durable;
            }
        }
    }

    /// <summary>Told the place and the lines of a group before they are written; they are written when it has completed. Before anything is appended.</summary>
    public Func<long, ReadOnlyMemory<byte>, Task>? BeforeWrite { get; set; }

    /// <summary>Why nothing can be written just now: a blind spot in the making. Null when all is well.</summary>
    public OutboxFault? Fault { get; private set; }

    /// <summary>Appends a change; waits while the disk is behind by <see cref="OutboxOptions.MaxPendingBytes"/>.</summary>
    /// <exception cref="ArgumentException">The document is not one line.</exception>
    /// <exception cref="IOException">It was told to stop while it waited.</exception>
    /// <exception cref="ObjectDisposedException">The outbox has been closed.</exception>
    public void Append(OutboxEntry entry)
    {
        lock (_gate)
        {
            while (!_isClosing && !_stop.IsCancellationRequested && _filling.WrittenCount >= Options.MaxPendingBytes)
            {
                Monitor.Wait(_gate);
            }

            ObjectDisposedException.ThrowIf(_isClosing, this);
            if (_filling.WrittenCount >= Options.MaxPendingBytes)
            {
                throw new IOException($"stopped while no alert could be written to {Directory} ({Fault?.Message}); what is missing is decided again after a restart");
            }

            var before = _filling.WrittenCount;
            OutboxLine.Write(_filling, _json, entry);
            _appended += _filling.WrittenCount - before;
            Wake();
        }
    }

    /// <summary>
    /// No place before this one is given from now on: a snapshot or a sink knows it, so the outbox has lost its end, and what comes would be taken
    /// for what was delivered already. Before anything is appended.
    /// </summary>
    /// <returns>What is missing, in words; null: nothing is.</returns>
    public string? AdvanceTo(long position)
    {
        lock (_gate)
        {
            if (position <= _appended)
            {
                return null;
            }

            var text = $"{Directory}: the outbox ends at {_appended}, but had come to {position}: its disk or a backup lost the end. Alerts in it are kept only where they had "
                + "been delivered; `serve --rebuild` derives them again";
            _file.AdvanceTo(position);
            _appended = _durable = position;
            return text;
        }
    }

    /// <summary>
    /// Takes lines that another outbox has written under the same places, where this one lacks them. Before anything is appended, in order.
    /// </summary>
    /// <exception cref="IOException">They can't be written.</exception>
    public void Adopt(long position, ReadOnlySpan<byte> lines)
    {
        lock (_gate)
        {
            if (position > _appended)
            {
                _file.AdvanceTo(position);
                _appended = position;
            }

            var known = (int)Math.Min(lines.Length, _appended - position);
            if (known < lines.Length)
            {
                _file.Write(lines[known..]);
                _appended += lines.Length - known;
            }

            _durable = _appended;
        }
    }

    /// <summary>Completes when everything appended so far is on disk.</summary>
    /// <exception cref="IOException">The outbox was closed before it could be written.</exception>
    public async Task FlushAsync(CancellationToken cancellation)
    {
        long target;
        lock (_gate)
        {
            target = _appended;
        }

        await WaitUntilAsync(target, cancellation).ConfigureAwait(false);
    }

    /// <summary>Completes when more than what ends at a place is on disk.</summary>
    public Task WaitBeyondAsync(long position, CancellationToken cancellation) => WaitUntilAsync(position + 1, cancellation);

    /// <summary>The changes from a place on, up to what is on disk now.</summary>
    /// <param name="from">Place from a snapshot.</param>
    /// <exception cref="InvalidDataException">The outbox ends before that place: files are missing.</exception>
    public IEnumerable<OutboxEntry> ReadFrom(long from)
    {
        var end = DurablePosition;
        if (from > end)
        {
            throw new InvalidDataException(
                $"{Directory}: the outbox ends at {end}, the snapshot was taken at {from}: files have been taken away since. "
                + "Put them back, or move the snapshot away to start anew (alerts keep their ids)");
        }

        return Read();

        IEnumerable<OutboxEntry> Read()
        {
            using var reader = new OutboxReader(_file.Folder, from, Options);
            while (reader.Read(end) is { Count: > 0 } entries)
            {
                foreach (var entry in entries)
                {
                    yield return entry;
                }
            }
        }
    }

    /// <summary>Writes what is left (a full disk is tried once more, then what was not durable is left to be derived again) and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _isClosing = true;
            Wake();
            Monitor.PulseAll(_gate);
        }

        await _writer.ConfigureAwait(false);
        await _stopped.DisposeAsync().ConfigureAwait(false);
        _file.Dispose();
        _work.Dispose();
        await _json.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>A reader from a place on, for one pump.</summary>
    internal OutboxReader MakeReader(long position) => new(_file.Folder, position, Options);

    /// <summary>The files, for compression and deletion.</summary>
    internal OutboxFolder Folder => _file.Folder;

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void PulseWaiting()
    {
        lock (_gate)
        {
            Monitor.PulseAll(_gate);
        }
    }

    private void Wake()
    {
        if (_work.CurrentCount == 0)
        {
            _work.Release();
        }
    }

    private async Task WaitUntilAsync(long target, CancellationToken cancellation)
    {
        while (true)
        {
            Task progress;
            lock (_gate)
            {
                if (_durable >= target)
                {
                    return;
                }

                if (_gaveUp)
                {
                    throw new IOException($"{Directory}: the outbox was closed before everything was on disk" + (Fault is { } fault ? $": {fault.Message}" : ""));
                }

                progress = _progress.Task;
            }

            await progress.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    private async Task WriteAllAsync()
    {
        for (var isLast = false; !isLast;)
        {
            await _work.WaitAsync().ConfigureAwait(false);
            var started = _time.GetTimestamp();
            lock (_gate)
            {
                isLast = _isClosing;
                (_filling, _writing) = (_writing, _filling);
                Monitor.PulseAll(_gate);
            }

            var written = await WriteGroupAsync().ConfigureAwait(false);
            lock (_gate)
            {
                _durable += written ? _writing.WrittenCount : 0;
                _gaveUp = isLast || !written;
                isLast |= !written;
                _writing.ResetWrittenCount();
                _progress.TrySetResult();
                _progress = New();
                if (_gaveUp)
                {
                    _progress.TrySetResult();
                }
            }

            var rest = Options.GroupInterval - _time.GetElapsedTime(started);
            if (rest > TimeSpan.Zero && !isLast && !_isClosing)
            {
                await Task.Delay(rest, _time).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Writes a group, however often the disk refuses. False: the outbox is being closed and the disk still refuses.</summary>
    private async Task<bool> WriteGroupAsync()
    {
        if (_writing.WrittenCount > 0 && BeforeWrite is { } before && !await IsHandedOnAsync(before).ConfigureAwait(false))
        {
            return false;
        }

        while (_writing.WrittenCount > 0)
        {
            var isLastTry = _isClosing;
            try
            {
                _file.Write(_writing.WrittenSpan);
                break;
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // A full disk, most often: what was appended stays in memory, those who append wait, and health says so.
                Fault = new OutboxFault(Fault?.Since ?? _time.GetUtcNow(), $"{Directory}: alerts can't be written: {fault.Message}; make room, writing goes on by itself");
                if (isLastTry)
                {
                    return false;
                }
            }

            for (var left = Options.WriteRetry; left > TimeSpan.Zero && !_isClosing; left -= TimeSpan.FromMilliseconds(100))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), _time).ConfigureAwait(false);
            }
        }

        Fault = null;
        return true;
    }

    /// <summary>False: it can't be handed on any more, so it must not go out from here either; whoever leads decides it again.</summary>
    private async Task<bool> IsHandedOnAsync(Func<long, ReadOnlyMemory<byte>, Task> before)
    {
        try
        {
            await before(_file.Position, _writing.WrittenMemory).ConfigureAwait(false);
            return true;
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            Fault = new OutboxFault(_time.GetUtcNow(), fault.Message);
            return false;
        }
    }
}
