using Microsoft.Win32.SafeHandles;
using SecStream.Core.Text;

namespace SecStream.Connectors.Segments;

/// <summary>Writes bytes at an offset of a file. A seam for tests of disks that are full.</summary>
internal delegate void WriteAt(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset);

/// <summary>
/// Writes the segments of one class. Documents are gathered (<see cref="Add"/>) and written as one (<see cref="Write"/>) by one thread; saving,
/// closing, compressing and reading may be done by others meanwhile.
/// </summary>
internal sealed partial class SegmentWriter : IDisposable
{
    private readonly string _folder;
    private readonly long _segmentBytes;
    private readonly SegmentOptions _options;
    private readonly TimeProvider _time;
    private readonly WriteAt _writeAt;
    private readonly CancellationToken _stop;
    private readonly Lock _lock = new();
    private readonly List<Segment> _closed = [];
    private readonly ByteWriter _pending = new(64 * 1024);
    private readonly List<PendingMark> _marks = [];
    private readonly List<ulong> _hashes = [];
    private Segment? _open;
    private long _next;

    public SegmentWriter(string folder, long segmentBytes, SegmentOptions options, TimeProvider time, WriteAt writeAt, CancellationToken stop)
    {
        _folder = folder;
        _segmentBytes = segmentBytes;
        _options = options;
        _time = time;
        _writeAt = writeAt;
        _stop = stop;
    }

    private readonly record struct PendingMark(int Length, long Time, long Evaluated, int FirstHash, int HashCount);

    /// <summary>Why nothing can be written at present; null when all is well.</summary>
    public string? Blocked { get; private set; }

    /// <summary>Whether documents wait for <see cref="Write"/>.</summary>
    public bool HasPending => _marks.Count > 0;

    /// <summary>Gathers a document, with its line end.</summary>
    public void Add(ReadOnlySpan<byte> line, long time, long evaluated, ReadOnlySpan<ulong> hashes)
    {
        _pending.Write(line);
        _marks.Add(new PendingMark(line.Length, time, evaluated, _hashes.Count, hashes.Length));
        _hashes.AddRange(hashes);
    }

    /// <summary>Writes what was gathered. While the disk takes nothing it waits and tries again: nothing is lost, nothing is there twice.</summary>
    /// <exception cref="IOException">It was told to stop while it waited.</exception>
    public void Write()
    {
        while (!TryWrite())
        {
            if (_stop.WaitHandle.WaitOne(_options.RetryInterval))
            {
                throw new IOException($"stopped while nothing could be written to {_folder} ({Blocked}); what is missing is read again after a restart");
            }
        }

        _pending.Reset(keepAtMost: 4 << 20);
        _marks.Clear();
        _hashes.Clear();
    }

    /// <summary>Closes the segment being written when it is full, or when it was begun long ago. Only while nothing is being written.</summary>
    private void CloseOld()
    {
        lock (_lock)
        {
            if (_open is { } open && (open.Length >= _segmentBytes || _time.GetUtcNow() - open.Opened >= _options.SegmentAge))
            {
                open.Scan.Close();
                _closed.Add(open);
                _open = null;
            }
        }
    }

    /// <summary>The segments with plain files, as a reader may see them now.</summary>
    public IReadOnlyList<SegmentView> Views()
    {
        lock (_lock)
        {
            var views = _closed.Select(segment => new SegmentView(_folder, segment.First, [.. segment.Scan.Blocks], IsOpen: false)).ToList();
            if (_open is { } open)
            {
                views.Add(new SegmentView(_folder, open.First, open.Scan.Snapshot(), IsOpen: true));
            }

            return views;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _open?.Dispose();
            _closed.ForEach(segment => segment.Dispose());
        }
    }

    private bool TryWrite()
    {
        Segment? segment = null;
        try
        {
            CloseOld();
            segment = _open ?? Create();
            _writeAt(segment.File, _pending.Written, segment.Length);
            Blocked = null;
        }
        catch (IOException fault)
        {
            // Most likely the disk is full. What may have been written of the lines is cut off, intake stops with this thread, and it says so.
            Blocked = fault.Message;
            CutBack(segment);
            return false;
        }

        lock (_lock)
        {
            foreach (var mark in _marks)
            {
                segment.Scan.Add(
                    mark.Length,
                    mark.Time,
                    mark.Evaluated,
                    System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_hashes).Slice(mark.FirstHash, mark.HashCount));
            }

            _next = segment.Scan.Next;
        }

        return true;
    }

    private Segment Create()
    {
        Directory.CreateDirectory(_folder);
        var file = File.OpenHandle(SegmentName.Raw(_folder, _next), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        var segment = new Segment(_folder, _next, file, new BlockScan(_next, _options.BlockBytes), _time.GetUtcNow());
        lock (_lock)
        {
            _open = segment;
        }

        return segment;
    }

    private static void CutBack(Segment? segment)
    {
        try
        {
            if (segment is not null)
            {
                RandomAccess.SetLength(segment.File, segment.Length);
            }
        }
        catch (IOException)
        {
            // The next attempt writes over the same bytes, and a restart cuts them off: nothing depends on it but readers of the file.
        }
    }
}
