namespace SecStream.Connectors.Segments;

/// <summary>Saving, going back, and compressing what nobody can go back behind any more.</summary>
internal sealed partial class SegmentWriter
{
    private List<(Segment Segment, long Length)> _saved = [];
    private long _savedFirst;
    private long _durableFirst;
    private long _committedFirst;

    /// <summary>Writes the number of the next document and the length of the segment being written.</summary>
    public void Save(BinaryWriter writer)
    {
        CloseOld();
        lock (_lock)
        {
            writer.Write(_next);
            writer.Write(_open?.First ?? -1);
            writer.Write(_open?.Length ?? 0);
            _savedFirst = _open?.First ?? _next;
            _saved = [.. _closed.Concat(_open is null ? [] : [_open]).Where(s => s.DurableLength < s.Length).Select(s => (s, s.Length))];
        }
    }

    /// <summary>Flushes to disk what was written before the last <see cref="Save"/>.</summary>
    public void MakeDurable()
    {
        List<(Segment Segment, long Length)> saved;
        long first;
        lock (_lock)
        {
            (saved, first) = (_saved, _savedFirst);
        }

        foreach (var (segment, length) in saved)
        {
            RandomAccess.FlushToDisk(segment.File);
            segment.DurableLength = Math.Max(segment.DurableLength, length);
        }

        lock (_lock)
        {
            _durableFirst = Math.Max(_durableFirst, first);
        }
    }

    /// <summary>The state made durable last will never be gone back behind; returns whether some segment may be compressed now.</summary>
    public bool Commit()
    {
        lock (_lock)
        {
            _committedFirst = _durableFirst;
            return _closed.Exists(segment => segment.First < _committedFirst);
        }
    }

    /// <summary>Compresses the segments that were closed before the committed state, and removes their plain files.</summary>
    /// <exception cref="IOException">A segment could not be written; it stays as it is.</exception>
    public void Compress(CancellationToken cancellation)
    {
        while (Compressible() is { } segment)
        {
            CompressedSegment.Write(_folder, segment.First, segment.Scan.Blocks, cancellation);
            lock (_lock)
            {
                _closed.Remove(segment);
            }

            segment.Dispose();
            File.Delete(segment.Path);
        }
    }

    /// <summary>Goes back to a saved state: later segments are removed, the one that was being written is cut to its length.</summary>
    /// <exception cref="InvalidDataException">The files do not hold what the state says.</exception>
    public void Restore(BinaryReader reader)
    {
        var next = reader.ReadInt64();
        var openFirst = reader.ReadInt64();
        Restore(next, openFirst, reader.ReadInt64());
    }

    /// <summary>Goes back to a state; with none of a class everything of it came later.</summary>
    public void Restore(long next, long openFirst, long length)
    {
        SegmentName.DeleteTemporary(_folder);
        var last = openFirst >= 0 ? openFirst : next - 1;
        foreach (var (first, files) in SegmentName.List(_folder))
        {
            if (first > last)
            {
                Delete(first);
            }
            else if (first != openFirst && files.Raw)
            {
                RestoreClosed(first, files.Compressed);
            }
        }

        _next = next;
        _savedFirst = _durableFirst = _committedFirst = openFirst >= 0 ? openFirst : next;
        if (openFirst >= 0)
        {
            RestoreOpen(openFirst, length);
        }
    }

    /// <summary>Takes up what is there without a saved state: nothing is removed but a line that a crash tore; writing goes on in a new segment.</summary>
    public void Continue(Action<string> report)
    {
        SegmentName.DeleteTemporary(_folder);
        foreach (var (first, files) in SegmentName.List(_folder))
        {
            if (files.Compressed)
            {
                File.Delete(SegmentName.Raw(_folder, first));
                _next = Math.Max(_next, first + SegmentReader.IndexOf(_folder, first, _options.BlockBytes, report).Count);
            }
            else
            {
                var segment = Open(first, long.MaxValue);
                RandomAccess.SetLength(segment.File, segment.Length);
                segment.Scan.Close();
                _closed.Add(segment);
                _next = Math.Max(_next, segment.Scan.Next);
            }
        }
    }

    private Segment? Compressible()
    {
        lock (_lock)
        {
            return _closed.Find(segment => segment.First < _committedFirst);
        }
    }

    private void RestoreClosed(long first, bool isCompressed)
    {
        if (isCompressed)
        {
            // A crash came between the rename of the compressed file, which was on disk by then, and this.
            File.Delete(SegmentName.Raw(_folder, first));
            return;
        }

        var segment = Open(first, long.MaxValue);
        segment.Scan.Close();
        _closed.Add(segment);
    }

    private void RestoreOpen(long first, long length)
    {
        var raw = SegmentName.Raw(_folder, first);
        if (!File.Exists(raw) && File.Exists(SegmentName.Compressed(_folder, first)))
        {
            CompressedSegment.Expand(_folder, first, SegmentReader.IndexOf(_folder, first, _options.BlockBytes, message => throw new InvalidDataException(message)));
        }

        if (File.Exists(raw))
        {
            File.Delete(SegmentName.Compressed(_folder, first));
            File.Delete(SegmentName.Index(_folder, first));
        }

        var known = File.Exists(raw) ? new FileInfo(raw).Length : 0;
        if (known < length)
        {
            throw new InvalidDataException($"{raw} holds {known} bytes, the snapshot was taken at {length}: the file has been cut since");
        }

        var segment = Open(first, length);
        RandomAccess.SetLength(segment.File, length);
        segment.DurableLength = length;
        _open = segment;
        if (segment.Length != length || segment.Scan.Next != _next)
        {
            throw new InvalidDataException(
                $"{raw} holds {segment.Scan.Next - first} events in {segment.Length} bytes, the snapshot was taken at {_next - first} in {length}: the file has been changed since");
        }
    }

    private Segment Open(long first, long length)
    {
        var path = SegmentName.Raw(_folder, first);
        var scan = new BlockScan(first, _options.BlockBytes);
        using (var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0))
        {
            scan.Read(stream, Math.Min(length, stream.Length));
        }

        var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        return new Segment(_folder, first, file, scan, new DateTimeOffset(File.GetCreationTimeUtc(path), TimeSpan.Zero));
    }

    private void Delete(long first)
    {
        File.Delete(SegmentName.Raw(_folder, first));
        File.Delete(SegmentName.Compressed(_folder, first));
        File.Delete(SegmentName.Index(_folder, first));
    }
}
