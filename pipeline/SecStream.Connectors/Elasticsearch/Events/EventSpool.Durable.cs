namespace SecStream.Connectors.Elasticsearch.Events;

/// <summary>What a snapshot needs of the spool: that it finds on disk what is not in the cluster.</summary>
internal sealed partial class EventSpool
{
    private long _keptSent = -1;
    private long _saved;
    private SpoolChunk? _held;
    private bool _isHeldDone;

    /// <summary>The place behind everything written: what a snapshot has to know.</summary>
    public long Save()
    {
        lock (_lock)
        {
            return _saved = _end;
        }
    }

    /// <summary>Brings to disk what was written before the last <see cref="Save"/> and has not been sent meanwhile. By one thread at a time.</summary>
    /// <exception cref="IOException">The disk takes nothing: the snapshot can't count on it.</exception>
    public void MakeDurable()
    {
        long saved;
        lock (_lock)
        {
            saved = _saved;
        }

        WriteUnsent(saved);
        MarkEnd(saved);
        List<(SpoolFile File, long Length)> files;
        bool hasNewNames;
        lock (_lock)
        {
            files = [.. _files.Values.Where(file => file.First < saved && file.End > _done && file.DurableLength < file.Length).Select(file => (file, file.Length))];
            (hasNewNames, _hasNewNames) = (_hasNewNames, false);
        }

        foreach (var (file, length) in files)
        {
            try
            {
                RandomAccess.FlushToDisk(file.Handle);
                file.DurableLength = Math.Max(file.DurableLength, length);
            }
            catch (ObjectDisposedException)
            {
                // All of it was sent while the others were flushed, and it is gone.
            }
        }

        if (hasNewNames)
        {
            new Journal.JournalDisk().FlushDirectory(_folder.Name);
        }
    }

    /// <summary>Before the end in order: what memory holds goes to disk, that the next start need not wait for it to come again.</summary>
    public void KeepUnsent()
    {
        try
        {
            WriteUnsent(_end);
        }
        catch (IOException)
        {
            // What the last snapshot counts on is there already; the rest comes again from the sources.
        }
    }

    /// <summary>Keeps the place up to which everything was sent, when it is another than the one kept.</summary>
    public void KeepSent()
    {
        var done = Done;
        if (done != _keptSent)
        {
            _folder.WriteSent(done);
            _keptSent = done;
        }
    }

    /// <summary>Writes what is in memory alone, up to a place; what is sent before its turn comes is left out.</summary>
    private void WriteUnsent(long to)
    {
        while (HoldUnwritten(to, out var length) is { } chunk)
        {
            try
            {
                if (TryWrite(chunk.Bytes.AsSpan(chunk.OnDisk, length), chunk.Start + chunk.OnDisk) is { } fault)
                {
                    throw new IOException($"{_folder.Name}: {fault}");
                }

                chunk.OnDisk += length;
            }
            finally
            {
                LetGo(chunk);
            }
        }
    }

    /// <summary>The first chunk that is not on disk up to a place, and how much of it is missing; it is not used for anything else until it is let go.</summary>
    private SpoolChunk? HoldUnwritten(long to, out int length)
    {
        lock (_lock)
        {
            _held = _taken.Concat(_ready).Concat(_tail is null ? [] : [_tail])
                .Where(chunk => chunk.Start + chunk.OnDisk < Math.Min(chunk.End, to))
                .MinBy(chunk => chunk.Start);
            length = _held is null ? 0 : (int)(Math.Min(_held.End, to) - _held.Start) - _held.OnDisk;
            return _held;
        }
    }

    private void LetGo(SpoolChunk chunk)
    {
        lock (_lock)
        {
            _held = null;
            if (_isHeldDone)
            {
                _isHeldDone = false;
                Free(chunk);
            }
        }
    }

    /// <summary>Where the last frames before a saved place were sent and never written, an empty file says that the spool did not end before it.</summary>
    private void MarkEnd(long place)
    {
        lock (_lock)
        {
            if (_files.Count == 0 || _files.Values[^1].End < place)
            {
                _files.Add(place, new SpoolFile(place, _folder.Create(place), 0));
                _hasNewNames = true;
            }
        }
    }
}
