using Microsoft.Win32.SafeHandles;

namespace SecStream.Connectors.Elasticsearch.Events;

/// <summary>The files of the spool: written, read back, gone back in, deleted.</summary>
internal sealed partial class EventSpool
{
    private readonly SortedList<long, SpoolFile> _files = [];
    private bool _hasNewNames;

    private sealed class SpoolFile(long first, SafeFileHandle handle, long length)
    {
        public readonly long First = first;
        public readonly SafeFileHandle Handle = handle;
        public long Length = length;
        public long DurableLength = length;

        /// <summary>It is being written; each file by one thread, for places are.</summary>
        public bool IsInUse;

        public long End => First + Length;
    }

    /// <summary>
    /// Goes on with what there is: all that was not sent comes again. What was written last may be torn when there was no saved place, and is cut off.
    /// </summary>
    public void Continue()
    {
        var files = _folder.List();
        var sent = _folder.ReadSent() ?? 0;

        // What was sent last was perhaps never written: its places are not used again, for they count as sent.
        OpenFiles(files, files.Count == 0 ? sent : Math.Max(sent, WholeEnd(files.Keys[^1], files.Values[^1])), sent);
    }

    /// <summary>Goes back to a saved place: what was written behind it is cut off, for it comes again.</summary>
    public void Restore(long place)
    {
        var files = _folder.List();
        var end = Math.Max(_folder.ReadSent() ?? 0, files.Count == 0 ? 0 : files.Keys[^1] + files.Values[^1]);
        if (end < place)
        {
            _report($"{_folder.Name} ends at {end}, the snapshot was taken at {place}: events that waited between for Elasticsearch are gone, and are not in it");
        }

        // First of all: else what is written at a place that was sent in another form before would be taken for sent.
        var sent = Math.Min(_folder.ReadSent() ?? 0, place);
        _folder.WriteSent(sent);
        OpenFiles(files, place, sent);
    }

    /// <summary>Everything saved was sent, and the rest comes again: begins with nothing.</summary>
    public void Empty()
    {
        var files = _folder.List();
        var end = Math.Max(_folder.ReadSent() ?? 0, files.Count == 0 ? 0 : files.Keys[^1] + files.Values[^1]);
        foreach (var first in files.Keys)
        {
            _folder.Delete(first);
        }

        OpenFiles([], end, end);
    }

    private void OpenFiles(SortedList<long, long> files, long end, long sent)
    {
        sent = Math.Min(sent, end);
        foreach (var (first, length) in files)
        {
            // One that begins at the end stays, empty: see MarkEnd.
            if (first > end || first + length <= sent)
            {
                _folder.Delete(first);
                continue;
            }

            // What lies behind the next one's place is left of a write that failed.
            var next = files.Keys.Where(other => other > first).Append(end).Min();
            var file = new SpoolFile(first, _folder.Open(first), Math.Min(length, Math.Min(next, end) - first));
            RandomAccess.SetLength(file.Handle, file.Length);
            _files.Add(first, file);
        }

        lock (_lock)
        {
            _end = _diskTo = end;
            _diskFrom = sent;
            while (_diskFrom < _diskTo && FileAt(_diskFrom) is null)
            {
                PassGap();
            }

            _done = _diskFrom;
            _diskWritten = _diskFrom < _diskTo ? WrittenAt(_diskFrom) : 0;
        }
    }

    private long WrittenAt(long place)
    {
        Span<byte> header = stackalloc byte[SpoolFrame.HeaderBytes];
        var read = FileAt(place) is { } file ? RandomAccess.Read(file.Handle, header, place - file.First) : 0;
        return SpoolFrame.TryReadHeader(header[..read], place, out var found) ? found.Written : Core.Events.EventClock.ToMicroseconds(_time.GetUtcNow());
    }

    /// <summary>Where the whole frames of a file end.</summary>
    private long WholeEnd(long first, long length)
    {
        using var handle = _folder.Open(first);
        Span<byte> header = stackalloc byte[SpoolFrame.HeaderBytes];
        var place = first;
        while (true)
        {
            var read = RandomAccess.Read(handle, header, place - first);
            if (!SpoolFrame.TryReadHeader(header[..read], place, out var found) || place + found.Length > first + length)
            {
                return place;
            }

            place += found.Length;
        }
    }

    private string? TryWrite(ReadOnlySpan<byte> bytes, long place)
    {
        SpoolFile? file = null;
        var written = 0;
        try
        {
            file = FileFor(place);
            _writeAt(file.Handle, bytes, place - file.First);
            written = bytes.Length;
            return null;
        }
        catch (IOException fault)
        {
            // Most likely the disk is full. Another attempt follows; whoever waits for it says so.
            return CutBack(file) ?? fault.Message;
        }
        finally
        {
            lock (_lock)
            {
                if (file is not null)
                {
                    file.Length += written;
                    file.IsInUse = false;
                }
            }
        }
    }

    /// <summary>Takes away what a write that failed has left: the next one need not be at the same place. Returns why it can't.</summary>
    private static string? CutBack(SpoolFile? file)
    {
        try
        {
            if (file is not null)
            {
                RandomAccess.SetLength(file.Handle, file.Length);
            }

            return null;
        }
        catch (IOException fault)
        {
            // Then it stays, and is known by the place it is at: a restart looks no further than the next file's.
            return fault.Message;
        }
    }

    /// <summary>The file that ends at a place, or a new one; in use until it was written.</summary>
    private SpoolFile FileFor(long place)
    {
        lock (_lock)
        {
            if (_files.Values.LastOrDefault(file => file.First <= place) is not { } file || file.End != place || (file.Length > 0 && file.Length >= _sizes.FileBytes))
            {
                file = new SpoolFile(place, _folder.Create(place), 0);
                _files.Add(place, file);
                _hasNewNames = true;
            }

            file.IsInUse = true;
            return file;
        }
    }

    private SpoolFile? FileAt(long place)
    {
        for (var i = _files.Count - 1; i >= 0; i--)
        {
            if (_files.Keys[i] <= place)
            {
                return place < _files.Values[i].End ? _files.Values[i] : null;
            }
        }

        return null;
    }

    /// <summary>Deletes the files all of which was sent; the last one too, once it is full, which the next write then does not go on with.</summary>
    private void DeleteSent()
    {
        while (_files.Count > 0 && _files.Values[0] is { IsInUse: false } file && file.End <= _done && (_files.Count > 1 || file.Length >= _sizes.FileBytes))
        {
            _files.RemoveAt(0);
            file.Handle.Dispose();
            _folder.Delete(file.First);
        }
    }

    /// <summary>Reads the next chunk back; null when what lay there is damaged, and was passed over.</summary>
    private SpoolChunk? TryTakeFromDisk()
    {
        SpoolFile? file;
        SpoolChunk chunk;
        long available;
        lock (_lock)
        {
            if ((file = FileAt(_diskFrom)) is null)
            {
                PassGap();
                Advance();
                return null;
            }

            chunk = Rent(_diskFrom) ?? throw new InvalidOperationException("more chunks are taken than there are senders");
            available = Math.Min(file.End, _diskTo) - _diskFrom;
        }

        Read(chunk, file, available);
        lock (_lock)
        {
            if (chunk.Count > 0)
            {
                chunk.OnDisk = chunk.Length;
                _diskFrom = chunk.End;
                _diskWritten = chunk.Written;
                _taken.Add(chunk);
                return chunk;
            }

            _free.Push(chunk);
            _diskFrom = NextFrame(file, _diskFrom + 1, _diskFrom + available);
            Advance();
        }

        return null;
    }

    private static void Read(SpoolChunk chunk, SpoolFile file, long available)
    {
        var bytes = (int)Math.Min(available, chunk.Bytes.Length);
        Fill(chunk, file, bytes);
        if (chunk.Count == 0 && SpoolFrame.TryReadHeader(chunk.Bytes.AsSpan(0, bytes), chunk.Start, out var header) && header.Length > bytes && header.Length <= available)
        {
            // One document that is longer than a chunk.
            chunk.Reserve((int)header.Length);
            Fill(chunk, file, (int)header.Length);
        }
    }

    private static void Fill(SpoolChunk chunk, SpoolFile file, int bytes)
    {
        var filled = 0;
        while (filled < bytes)
        {
            var read = RandomAccess.Read(file.Handle, chunk.Bytes.AsSpan(filled, bytes - filled), chunk.Start - file.First + filled);
            if (read == 0)
            {
                break;
            }

            filled += read;
        }

        chunk.Load(filled);
    }

    private void PassGap()
    {
        var next = _files.Keys.Where(first => first > _diskFrom).DefaultIfEmpty(_diskTo).Min();
        _diskFrom = Math.Min(next, _diskTo);
    }

    /// <summary>Where the next whole frame begins that is behind a damaged one: each says its own place.</summary>
    private long NextFrame(SpoolFile file, long from, long end)
    {
        var bytes = new byte[end - from];
        var read = RandomAccess.Read(file.Handle, bytes, from - file.First);
        var next = end;
        for (var i = 0; i + SpoolFrame.HeaderBytes <= read; i++)
        {
            if (SpoolFrame.TryReadHeader(bytes.AsSpan(i, read - i), from + i, out var header)
                && header.Length <= read - i
                && SpoolFrame.TryReadItems(bytes.AsSpan(i, read - i), header, out _))
            {
                next = from + i;
                break;
            }
        }

        _report($"{_folder.PathOf(file.First)} is damaged: {next - from + 1} bytes from {from - 1} on can't be read, their events are not in Elasticsearch");
        return next;
    }
}
