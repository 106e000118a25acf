namespace SecStream.Connectors.Outbox;

/// <summary>The segment that is written. One writer.</summary>
internal class OutboxFile : IDisposable
{
    private readonly OutboxOptions _options;
    private readonly TimeProvider _time;
    private FileStream? _stream;
    private string? _path;
    private long _start;
    private DateTimeOffset _born;

    /// <summary>Opens the last segment of a folder, or begins the first.</summary>
    public OutboxFile(string directory, OutboxOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        Directory.CreateDirectory(directory);
        Folder = new OutboxFolder(directory);
        var segments = Folder.List();
        var last = segments.Count > 0 ? segments[^1] : default;
        if (last.Path is null || last.IsCompressed)
        {
            _start = last.Path is null ? 0 : last.Start + LengthOf(last);
            Position = _start;
            return;
        }

        _start = last.Start;
        _born = File.GetCreationTimeUtc(last.Path);
        _path = last.Path;
        _stream = new FileStream(last.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        var end = EndOfLastLine(_stream);
        _stream.SetLength(end);
        _stream.Seek(end, SeekOrigin.Begin);

        // What the process before wrote and did not make durable counts from now on.
        _stream.Flush(flushToDisk: true);
        Position = _start + end;
    }

    /// <summary>All the files.</summary>
    public OutboxFolder Folder { get; }

    /// <summary>Place behind the last byte that is on disk.</summary>
    public long Position { get; private set; }

    /// <summary>Writes whole lines and makes them durable: all or none.</summary>
    /// <exception cref="IOException">They could not be; may be tried again.</exception>
    public void Write(ReadOnlySpan<byte> lines)
    {
        try
        {
            if (_stream is null && _path is not null)
            {
                Reopen();
            }

            if (_stream is null || IsDue(_stream.Length))
            {
                Begin();
            }

            WriteTo(_stream!, lines);
            _stream!.Flush(flushToDisk: true);
            Position += lines.Length;
        }
        catch
        {
            // After a failed flush nobody knows what is on disk: cut back and write all of it again, through a new handle.
            _stream?.Dispose();
            _stream = null;
            throw;
        }
    }

    /// <summary>Goes on at a later place, in a new segment: the end of the outbox is lost, and no place may be given twice.</summary>
    public void AdvanceTo(long position)
    {
        _stream?.Dispose();
        (_stream, _path, Position) = (null, null, position);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Writes; tests put a full disk here.</summary>
    protected virtual void WriteTo(FileStream stream, ReadOnlySpan<byte> lines) => stream.Write(lines);

    private bool IsDue(long length) => length >= _options.SegmentBytes || (length > 0 && _time.GetUtcNow() - _born >= _options.SegmentAge);

    private void Begin()
    {
        var path = Folder.PathOf(Position);
        var stream = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        _stream?.Dispose();
        (_stream, _path, _start, _born) = (stream, path, Position, _time.GetUtcNow());
    }

    private void Reopen()
    {
        _stream = new FileStream(_path!, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        _stream.SetLength(Position - _start);
        _stream.Seek(0, SeekOrigin.End);
    }

    private static long LengthOf(OutboxSegment segment)
    {
        using var stream = OutboxFolder.Open(segment, 0) ?? throw new FileNotFoundException("a segment of the outbox went away", segment.Path);
        var buffer = new byte[64 << 10];
        var length = 0L;
        while (stream.Read(buffer) is > 0 and var read)
        {
            length += read;
        }

        return length;
    }

    private static long EndOfLastLine(FileStream stream)
    {
        var buffer = new byte[64 << 10];
        for (var end = stream.Length; end > 0;)
        {
            var start = Math.Max(0, end - buffer.Length);
            stream.Seek(start, SeekOrigin.Begin);
            var part = buffer.AsSpan(0, (int)(end - start));
            stream.ReadExactly(part);
            if (part.LastIndexOf((byte)'\n') is >= 0 and var at)
            {
                return start + at + 1;
            }

            end = start;
        }

        return 0;
    }
}
