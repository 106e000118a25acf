using SecStream.Core.Alerts;

namespace SecStream.Connectors.Outbox;

/// <summary>Reads the outbox in order from a place on. Single-threaded.</summary>
internal sealed class OutboxReader(OutboxFolder folder, long position, OutboxOptions options) : IDisposable
{
    private const int MaxLineBytes = 64 << 20;

    private Stream? _stream;
    private OutboxSegment _segment;
    private byte[] _buffer = new byte[256 << 10];
    private int _start;
    private int _length;

    /// <summary>Place of the next entry.</summary>
    public long Position { get; private set; } = position;

    /// <summary>Lines that are no entries, so far: the disk has damaged them, or somebody has written there.</summary>
    public long DamagedLines { get; private set; }

    /// <summary>The last damage, for people.</summary>
    public string? Damage { get; private set; }

    /// <summary>The next entries that end at or before a place, at most a batch; none: there are no more.</summary>
    public List<OutboxEntry> Read(long end)
    {
        var entries = new List<OutboxEntry>();
        var bytes = 0L;
        while (entries.Count < options.BatchCount && bytes < options.BatchBytes && Position < end)
        {
            if (NextLine(end) is not { } line)
            {
                if (!MoveOn(end))
                {
                    break;
                }

                continue;
            }

            if (OutboxLine.Read(line, Position) is { } entry)
            {
                entries.Add(entry);
                bytes += line.Length;
            }
            else
            {
                Note($"{_segment.Path}, byte {Position - _segment.Start}: a damaged line is left out");
            }

            Position += line.Length + 1;
        }

        return entries;
    }

    /// <inheritdoc/>
    public void Dispose() => _stream?.Dispose();

    /// <summary>The next whole line of the open segment; null: it has no more.</summary>
    private Memory<byte>? NextLine(long end)
    {
        while (true)
        {
            var seen = _buffer.AsSpan(_start, _length);
            if (_stream is not null && seen.IndexOf((byte)'\n') is >= 0 and var newline)
            {
                if (Position + newline >= end)
                {
                    return null;
                }

                var line = _buffer.AsMemory(_start, newline);
                _start += newline + 1;
                _length -= newline + 1;
                return line;
            }

            if (_stream is null || !Fill())
            {
                return null;
            }
        }
    }

    private bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _length).CopyTo(_buffer);
            _start = 0;
        }

        if (_length == _buffer.Length)
        {
            if (_buffer.Length >= MaxLineBytes)
            {
                return false;
            }

            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        try
        {
            var read = _stream!.Read(_buffer, _length, _buffer.Length - _length);
            _length += read;
            return read > 0;
        }
        catch (InvalidDataException fault)
        {
            // A compressed segment is damaged: no retry mends it, and what follows in other segments must go out.
            Note($"{_segment.Path}: damaged behind byte {Position - _segment.Start}: {fault.Message}");
            return false;
        }
    }

    private void Note(string damage)
    {
        DamagedLines++;
        Damage = damage;
    }

    /// <summary>Opens the segment that holds the position, or the next one when that is gone. False: there is none yet.</summary>
    private bool MoveOn(long end)
    {
        var segments = folder.List();
        var at = segments.Count - 1;
        while (at > 0 && segments[at].Start > Position)
        {
            at--;
        }

        if (at < 0)
        {
            return false;
        }

        // The segment that is open has been read to its end: what follows begins with the next.
        if (_stream is not null && segments[at].Start == _segment.Start)
        {
            at++;
        }

        if (at >= segments.Count || segments[at].Start >= end)
        {
            return false;
        }

        _stream?.Dispose();
        (_start, _length) = (0, 0);
        _segment = segments[at];
        if (Position < _segment.Start)
        {
            Note($"{_segment.Path}: {_segment.Start - Position} bytes before it are gone");
            Position = _segment.Start;
        }

        try
        {
            _stream = OutboxFolder.Open(_segment, Position - _segment.Start);
        }
        catch (InvalidDataException fault)
        {
            Note($"{_segment.Path}: damaged: {fault.Message}");
            _stream = Stream.Null;
        }

        return true;
    }
}
