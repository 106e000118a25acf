using System.Buffers;

namespace SecStream.Connectors.Http;

/// <summary>What <see cref="BodyReader.ReadLineAsync"/> found.</summary>
internal enum LineKind
{
    /// <summary>Nothing more.</summary>
    End,

    /// <summary>A line with its end.</summary>
    Line,

    /// <summary>The last line, without an end.</summary>
    Unterminated,

    /// <summary>A line beyond the bound of a record; it has been skipped.</summary>
    TooLong,
}

/// <summary>Lines and JSON objects of a body, through a window no longer than the longest record. One request, one thread at a time.</summary>
internal sealed class BodyReader(Stream body, HttpIngestOptions options, BodyBudget budget) : IDisposable
{
    private byte[] _window = ArrayPool<byte>.Shared.Rent(options.WindowBytes);
    private int _start;
    private int _end;
    private int _itemLength;
    private int _gap;
    private long _read;
    private bool _ended;

    /// <summary>The line or object read last; good until the next is read.</summary>
    public Span<byte> Current => _window.AsSpan(_start - _itemLength - _gap, _itemLength);

    /// <summary>Number of the line read last, or of the line an object read last ends in, from 1.</summary>
    public long Line { get; private set; }

    /// <summary>Reads a line; its end (LF, CR LF) is not part of it.</summary>
    /// <exception cref="IngestException">The body is too long.</exception>
    public async ValueTask<LineKind> ReadLineAsync(CancellationToken cancellation)
    {
        Forget();
        var scanned = 0;
        var skipping = false;
        while (true)
        {
            var at = _window.AsSpan(_start + scanned, _end - _start - scanned).IndexOf((byte)'\n');
            if (at >= 0)
            {
                return Take(scanned + at, 1, skipping);
            }

            scanned = _end - _start;
            if (scanned > options.MaxRecordBytes + 1)
            {
                skipping = true;
                (_start, _end, scanned) = (0, 0, 0);
            }

            if (!await FillAsync(cancellation).ConfigureAwait(false))
            {
                return _end == _start && !skipping ? LineKind.End : Take(_end - _start, 0, skipping);
            }
        }
    }

    /// <summary>The next byte that is no white space, without taking it; -1 at the end. Skips a byte-order mark.</summary>
    public async ValueTask<int> PeekAsync(CancellationToken cancellation)
    {
        Forget();
        while (true)
        {
            while (_start < _end)
            {
                var value = _window[_start];
                if (value is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'))
                {
                    return value;
                }

                Line += value == '\n' ? 1 : 0;
                _start++;
            }

            if (!await FillAsync(cancellation).ConfigureAwait(false))
            {
                return -1;
            }
        }
    }

    /// <summary>Skips a byte-order mark, where the body begins with one.</summary>
    public async ValueTask SkipMarkAsync(CancellationToken cancellation)
    {
        while (_end - _start < 3 && await FillAsync(cancellation).ConfigureAwait(false))
        {
        }

        if (_window.AsSpan(_start, _end - _start).StartsWith("\uFEFF"u8))
        {
            _start += 3;
        }
    }

    /// <summary>Takes the byte that <see cref="PeekAsync"/> saw.</summary>
    public void Skip() => _start++;

    /// <summary>Reads an object whose brace <see cref="PeekAsync"/> saw; only its braces and strings are looked at. False: the body ends in it.</summary>
    /// <exception cref="IngestException">413: it is longer than a record may be, or the body is too long.</exception>
    public async ValueTask<bool> ReadObjectAsync(CancellationToken cancellation)
    {
        Forget();
        var extent = default(JsonExtent);
        var scanned = 0;
        while (true)
        {
            var length = extent.Find(_window.AsSpan(_start + scanned, _end - _start - scanned));
            if (length >= 0 && scanned + length <= options.MaxRecordBytes)
            {
                _itemLength = scanned + length;
                _gap = 0;
                _start += _itemLength;
                Line += Current.Count((byte)'\n');
                return true;
            }

            scanned = _end - _start;
            if (length >= 0 || scanned > options.MaxRecordBytes)
            {
                throw TooLong($"the object that begins in line {Line + 1}");
            }

            if (!await FillAsync(cancellation).ConfigureAwait(false))
            {
                return false;
            }
        }
    }

    /// <summary>Whether nothing but blanks stands before the end of this line (or body); takes the line end if so.</summary>
    public async ValueTask<bool> IsAtLineEndAsync(CancellationToken cancellation)
    {
        Forget();
        while (true)
        {
            while (_start < _end)
            {
                var value = _window[_start];
                if (value is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'))
                {
                    return false;
                }

                _start++;
                if (value == '\n')
                {
                    Line++;
                    return true;
                }
            }

            if (!await FillAsync(cancellation).ConfigureAwait(false))
            {
                return true;
            }
        }
    }

    /// <summary>The error for a record beyond the bound.</summary>
    public IngestException TooLong(string what) =>
        new(413, $"{what} is longer than a record may be ({options.MaxRecordBytes} bytes); nothing of this request was accepted");

    /// <inheritdoc/>
    public void Dispose()
    {
        budget.Return(_read);
        _read = 0;
        if (_window.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_window);
            _window = [];
            (_start, _end, _itemLength, _gap) = (0, 0, 0, 0);
        }
    }

    private LineKind Take(int length, int terminator, bool skipped)
    {
        Line++;
        var content = length > 0 && _window[_start + length - 1] == '\r' ? length - 1 : length;
        _itemLength = content;
        _gap = length - content + terminator;
        _start += length + terminator;
        if (skipped || content > options.MaxRecordBytes)
        {
            return LineKind.TooLong;
        }

        return terminator == 0 ? LineKind.Unterminated : LineKind.Line;
    }

    private void Forget() => (_itemLength, _gap) = (0, 0);

    /// <summary>Reads more behind what is in the window; false at the end.</summary>
    private async ValueTask<bool> FillAsync(CancellationToken cancellation)
    {
        if (_ended)
        {
            return false;
        }

        if (_end == _window.Length)
        {
            MakeRoom();
        }

        var count = await body.ReadAsync(_window.AsMemory(_end), cancellation).ConfigureAwait(false);
        _ended = count == 0;
        _end += count;
        if (_read + count > options.MaxBodyBytes)
        {
            throw new IngestException(413, $"the body is longer than {options.MaxBodyBytes} bytes (after decompression); send it in parts");
        }

        budget.Take(count);
        _read += count;
        return !_ended;
    }

    private void MakeRoom()
    {
        var kept = _window.AsSpan(_start, _end - _start);
        if (_start >= _window.Length / 2)
        {
            kept.CopyTo(_window);
        }
        else
        {
            var larger = ArrayPool<byte>.Shared.Rent(_window.Length * 2);
            kept.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_window);
            _window = larger;
        }

        _end -= _start;
        _start = 0;
    }
}
