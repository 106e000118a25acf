using Microsoft.Win32.SafeHandles;

namespace SecStream.Connectors.Journal;

/// <summary>The segment that is written to. One thread.</summary>
internal sealed class SegmentWriter : IDisposable
{
    private readonly JournalDisk _disk;
    private readonly SafeFileHandle _file;
    private bool _dirty;

    private SegmentWriter(JournalDisk disk, SafeFileHandle file, JournalSegment segment, long end)
    {
        _disk = disk;
        _file = file;
        Segment = segment;
        End = end;
    }

    /// <summary>The segment.</summary>
    public JournalSegment Segment { get; }

    /// <summary>Position behind what is durable.</summary>
    public long End { get; private set; }

    /// <summary>Makes a segment; it is there, or it is not, when this returns or throws.</summary>
    public static SegmentWriter Create(JournalDisk disk, string directory, SegmentHeader header)
    {
        var path = JournalSegment.PathOf(directory, header.FirstPosition);
        var file = disk.Create(path);
        try
        {
            disk.Write(file, header.ToBytes(), 0);
            disk.Flush(file);
            disk.FlushDirectory(directory);
            return new SegmentWriter(disk, file, new JournalSegment(path, header.FirstPosition, header.Made), header.FirstPosition);
        }
        catch
        {
            file.Dispose();
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Opens the last segment of a journal; cuts off what a crash tore. <paramref name="scan"/> says where it ends.</summary>
    public static SegmentWriter Open(JournalDisk disk, JournalSegment segment, uint seed, out SegmentScan scan, out long cutBytes)
    {
        var file = disk.Open(segment.Path);
        try
        {
            scan = SegmentScan.Of(file, segment, seed);
            var writer = new SegmentWriter(disk, file, segment, scan.End);
            cutBytes = RandomAccess.GetLength(file) - segment.OffsetOf(scan.End);
            if (cutBytes > 0)
            {
                writer.Cut();
            }

            // Records that were written but not flushed when the process died are read from now on, so they have to stay.
            disk.Flush(file);
            return writer;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Writes frames and flushes them. When that fails nothing of them will ever be read: the file is cut, now or before the next write.</summary>
    public void Append(ReadOnlySpan<byte> frames)
    {
        if (_dirty)
        {
            Cut();
        }

        try
        {
            _dirty = true;
            _disk.Write(_file, frames, Segment.OffsetOf(End));
            _disk.Flush(_file);
        }
        catch
        {
            TryCut();
            throw;
        }

        _dirty = false;
        End += frames.Length;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private void TryCut()
    {
        try
        {
            Cut();
        }
        catch (IOException)
        {
            // The disk does not even cut now; the mark stays, and the next append cuts first or fails.
        }
    }

    private void Cut()
    {
        _disk.SetLength(_file, Segment.OffsetOf(End));
        _disk.Flush(_file);
        _dirty = false;
    }
}
