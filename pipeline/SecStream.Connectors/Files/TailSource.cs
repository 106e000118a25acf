using SecStream.Core.Observations;
using SecStream.Core.Pipeline;

namespace SecStream.Connectors.Files;

/// <summary>
/// Follows a file: what is in it, what is appended, and, when it is rotated (renamed, or copied and truncated), what comes after. A rotated file
/// is read to its end before the new one. After a restart it finds the place again by the fingerprint, also in a file rotated meanwhile.
/// </summary>
public sealed class TailSource(string path, string tenant, TimeProvider time) : IRecordSource
{
    private static readonly TimeSpan s_checkInterval = TimeSpan.FromSeconds(1);

    // Rotation makes the new file first and gives it its owner and mode then: for a moment it may not be readable.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private const int RememberedFiles = 64;

    private readonly Queue<string> _between = new();
    private readonly Queue<ulong> _finished = new();
    private LineReader? _reader;
    private DateTimeOffset _nextCheck;
    private DateTimeOffset? _unreadableSince;
    private long _limit = long.MaxValue;

    /// <inheritdoc/>
    public string Name => path;

    /// <summary>A tail never ends.</summary>
    public bool HasEnded => false;

    /// <inheritdoc/>
    public ulong SourceHash
    {
        get
        {
            _reader?.Identify();
            return _reader?.SourceHash ?? 0;
        }
    }

    /// <inheritdoc/>
    public long Position => _reader?.Position ?? 0;

    /// <inheritdoc/>
    public long Limit
    {
        get => _limit;
        set
        {
            _limit = value;
            if (_reader is not null)
            {
                _reader.Limit = value;
            }
        }
    }

    /// <summary>What could not be read: a file that was gone when its place was looked for. Null when nothing is missing.</summary>
    public string? Gap { get; private set; }

    /// <summary>Rotations seen.</summary>
    public int Rotations { get; private set; }

    /// <inheritdoc/>
    public bool TryRead(RecordBatch batch)
    {
        try
        {
            var read = TryReadNow(batch);
            _unreadableSince = read ? null : _unreadableSince;
            return read;
        }
        catch (Exception fault) when (fault is (UnauthorizedAccessException or FileNotFoundException) && IsBearable())
        {
            // Looked at in the middle of a rotation; nothing has been taken, the next call looks again.
            return false;
        }
    }

    /// <inheritdoc/>
    public void Save(BinaryWriter writer)
    {
        writer.Write(_reader is not null);
        writer.Write(Position);
        writer.Write(SourceHash);
        writer.Write(_finished.Count > 0 ? _finished.Last() : 0);
    }

    /// <inheritdoc/>
    public void Restore(BinaryReader reader)
    {
        var wasOpen = reader.ReadBoolean();
        var (position, source, before) = (reader.ReadInt64(), reader.ReadUInt64(), reader.ReadUInt64());
        Remember(before);
        if (!wasOpen || source == 0)
        {
            QueueRotatedAfter(before);
            return;
        }

        var found = Candidates().FirstOrDefault(candidate => IsSource(candidate, source, position));
        if (found is null)
        {
            Gap = $"{path}: the file read last is gone; what was appended to it after position {position} has not been seen";
            return;
        }

        OpenFile(found);
        _reader!.Seek(position, source);
        foreach (var file in found == path ? [] : RotatedAfter(found))
        {
            _between.Enqueue(file);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _reader?.Dispose();

    private bool TryReadNow(RecordBatch batch)
    {
        if (_reader is null && !TryOpen())
        {
            return false;
        }

        if (_reader!.TryRead(batch, final: false))
        {
            return true;
        }

        if (_limit != long.MaxValue || time.GetUtcNow() < _nextCheck)
        {
            return false;
        }

        _nextCheck = time.GetUtcNow() + s_checkInterval;
        if (!IsRotated())
        {
            _unreadableSince = null;
            return false;
        }

        return Rotate(batch);
    }

    private bool IsBearable()
    {
        _unreadableSince ??= time.GetUtcNow();
        return time.GetUtcNow() - _unreadableSince < s_patience;
    }

    /// <summary>The file that was begun had no line yet: it may have got some since, and have been rotated away after the one read before it.</summary>
    private void QueueRotatedAfter(ulong before)
    {
        if (before != 0 && Candidates().FirstOrDefault(file => file != path && IsSource(file, before, 0)) is { } read)
        {
            foreach (var file in RotatedAfter(read))
            {
                _between.Enqueue(file);
            }
        }
    }

    private bool TryOpen()
    {
        while (_between.TryDequeue(out var between))
        {
            if (File.Exists(between))
            {
                OpenFile(between);
                return true;
            }
        }

        if (!File.Exists(path))
        {
            return false;
        }

        OpenFile(path);
        return true;
    }

    private void OpenFile(string file)
    {
        _reader?.Dispose();
        _reader = Reader(file);
    }

    private LineReader Reader(string file) => new(FileSource.Open(file), tenant) { Limit = _limit };

    private bool IsRotated()
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            return false;
        }

        // The length behind the name is read before the length of what is open: were they one file, the latter could not be less.
        var length = file.Length;
        if (length == 0 && _reader!.Position > 0 && _reader.Length >= _reader.Position)
        {
            // A new file that nobody writes to yet: the writer still has the old one.
            return false;
        }

        return length < _reader!.Position || _reader.Length < length || !HeadMatches(path, _reader.SourceHash);
    }

    private bool Rotate(RecordBatch batch)
    {
        if (TakeCopy())
        {
            return _reader!.TryRead(batch, final: false);
        }

        QueueRotatedSince();
        var next = Reader(_between.TryDequeue(out var between) && File.Exists(between) ? between : path);

        // The end of the old file: what stands there without a line end is its last line.
        var rest = _reader!.TryRead(batch, final: true);
        Rotations++;
        Remember(_reader.SourceHash);
        _reader.Dispose();
        _reader = next;

        // The new file is read by the next call: whoever drives this may have decisions to obey at places of it.
        return rest;
    }

    /// <summary>The file was copied and cut before all of it was read: the copy has the rest.</summary>
    private bool TakeCopy()
    {
        var (position, source) = (_reader!.Position, _reader.SourceHash);
        if (source == 0 || _reader.Length >= position || Candidates().FirstOrDefault(file => file != path && IsSource(file, source, position)) is not { } copy)
        {
            return false;
        }

        OpenFile(copy);
        _reader.Seek(position, source);
        return true;
    }

    private void Remember(ulong source)
    {
        if (source != 0)
        {
            _finished.Enqueue(source);
        }

        if (_finished.Count > RememberedFiles)
        {
            _finished.Dequeue();
        }
    }

    /// <summary>Whoever was held up by the work behind finds several rotations at once.</summary>
    private void QueueRotatedSince()
    {
        if (_between.Count == 0 && _reader!.SourceHash != 0 && Candidates().FirstOrDefault(file => file != path && IsSource(file, _reader.SourceHash, _reader.Position)) is { } read)
        {
            foreach (var file in RotatedAfter(read))
            {
                _between.Enqueue(file);
            }
        }
    }

    /// <summary>
    /// Files rotated away after the one given, oldest first: several rotations happened while nobody read. Only names that rotation gives
    /// (.1, -20260302) count.
    /// </summary>
    private IEnumerable<string> RotatedAfter(string found) =>
        Candidates()
            .Where(file => file != path && file != found && Path.GetFileName(file).AsSpan(Path.GetFileName(path).Length) is ['.' or '-', >= '0' and <= '9', ..])
            .Where(file => File.GetLastWriteTimeUtc(file) >= File.GetLastWriteTimeUtc(found))

            // Times of files are coarse, and copies keep those of what they are copied from: one that was read already may seem to come after.
            .Where(file => !_finished.Any(source => IsSource(file, source, 0)))
            .OrderBy(File.GetLastWriteTimeUtc);

    private IEnumerable<string> Candidates()
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var siblings = Directory.Exists(folder) ? Directory.EnumerateFiles(folder, Path.GetFileName(path) + "?*") : [];
        return siblings.Where(s => !s.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal).Prepend(path);
    }

    private bool IsSource(string file, ulong source, long position)
    {
        try
        {
            return File.Exists(file) && new FileInfo(file).Length >= position && HeadMatches(file, source);
        }
        catch (Exception fault) when (file != path && fault is (UnauthorizedAccessException or FileNotFoundException))
        {
            // A file beside the log that may not be read, or was removed just now, is not the one that was read.
            return false;
        }
    }

    private bool HeadMatches(string file, ulong source)
    {
        if (source == 0)
        {
            return true;
        }

        using var stream = FileSource.Open(file);
        var head = new byte[64 * 1024];
        var length = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        var newline = head.AsSpan(0, length).IndexOf((byte)'\n');
        var line = head.AsSpan(0, newline >= 0 ? newline : length);
        return (newline >= 0 || length == head.Length) && EventId.SourceHash(tenant, LineReader.Fingerprint(line)) == source;
    }
}
