using SecStream.Core.Events;

namespace SecStream.Connectors.Journal;

/// <summary>
/// Writes groups of appends: stamps them, makes their frames, rolls segments. One thread. A group that throws is not in the journal, and the
/// next one is tried afresh: when space returns, so does the journal.
/// </summary>
internal sealed class JournalWriter : IDisposable
{
    private const int KeptBufferBytes = 8 << 20;

    private readonly string _directory;
    private readonly JournalOptions _options;
    private readonly TimeProvider _time;
    private readonly JournalDisk _disk;
    private SegmentWriter _segment;
    private byte[] _buffer = new byte[64 << 10];
    private long _lastArrival;
    private long _ahead;
    private long _lacking;

    private JournalWriter(string directory, JournalOptions options, TimeProvider time, JournalDisk disk, JournalId id, SegmentWriter segment, long lastArrival)
    {
        (_directory, _options, _time, _disk, Id) = (directory, options, time, disk, id);
        (_segment, _lastArrival) = (segment, lastArrival);
    }

    /// <summary>The journal's id.</summary>
    public JournalId Id { get; }

    /// <summary>Position behind what is durable.</summary>
    public long End => _segment.End;

    /// <summary>The segment written to.</summary>
    public JournalSegment Segment => _segment.Segment;

    /// <summary>Bytes that a crash had left behind the last whole append, cut off when the journal was opened.</summary>
    public long CutBytes { get; private init; }

    /// <summary>How far the last stamp was ahead of the clock, in microseconds.</summary>
    public long StampAhead => Volatile.Read(ref _ahead);

    /// <summary>The last group was refused for lack of room, and there would be room for it now.</summary>
    public bool HasRoomAgain => Volatile.Read(ref _lacking) is > 0 and var needed && _disk.FreeBytes(_directory) >= needed;

    /// <summary>Opens or makes the journal of a folder.</summary>
    public static JournalWriter Open(string directory, JournalOptions options, TimeProvider time, JournalDisk disk, JournalFolder folder)
    {
        if (folder is { Id: { } id, Segments: [.., var last] })
        {
            var segment = SegmentWriter.Open(disk, last, id.Seed, out var scan, out var cut);
            return new JournalWriter(directory, options, time, disk, id, segment, scan.LastArrival) { CutBytes = cut };
        }

        var first = folder.Torn is not null && JournalSegment.TryParseName(folder.Torn, out var named) ? named : 0;
        var header = new SegmentHeader(JournalId.Create(), first, EventClock.ToMicroseconds(time.GetUtcNow()));
        return new JournalWriter(directory, options, time, disk, header.Id, SegmentWriter.Create(disk, directory, header), header.Made);
    }

    /// <summary>
    /// Makes a group durable. <paramref name="floor"/>: no position below it is given. <paramref name="rolled"/> is called with a new segment before
    /// anything is in it.
    /// </summary>
    /// <exception cref="IOException">Nothing of it is in the journal.</exception>
    public void Write(List<PendingAppend> group, long floor, Action<JournalSegment> rolled)
    {
        var bytes = group.Sum(append => append.FrameBytes);
        var free = _disk.FreeBytes(_directory);
        if (free - bytes < _options.MinFreeBytes)
        {
            Volatile.Write(ref _lacking, _options.MinFreeBytes + bytes);
            throw new IOException(
                $"{_directory}: {free} bytes are free on the disk, and {_options.MinFreeBytes} have to stay free; make room, or lower journal.min_free ({nameof(JournalOptions.MinFreeBytes)})");
        }

        Volatile.Write(ref _lacking, 0);
        var now = EventClock.ToMicroseconds(_time.GetUtcNow());
        _lastArrival = Math.Max(_lastArrival, now);
        Volatile.Write(ref _ahead, _lastArrival - now);
        if (floor > End || (End > Segment.First && End - Segment.First + bytes > _options.SegmentBytes))
        {
            Roll(Math.Max(End, floor));
            rolled(Segment);
        }

        _segment.Append(Frames(group, (int)bytes));
        _buffer = _buffer.Length > KeptBufferBytes ? new byte[KeptBufferBytes] : _buffer;
    }

    /// <inheritdoc/>
    public void Dispose() => _segment.Dispose();

    private void Roll(long first)
    {
        var next = SegmentWriter.Create(_disk, _directory, new SegmentHeader(Id, first, _lastArrival));
        _segment.Dispose();
        _segment = next;
    }

    private ReadOnlySpan<byte> Frames(List<PendingAppend> group, int bytes)
    {
        if (_buffer.Length < bytes)
        {
            _buffer = new byte[Math.Max(bytes, Math.Min(2 * _buffer.Length, KeptBufferBytes))];
        }

        var at = 0;
        foreach (var entries in group.Select(append => append.Entries))
        {
            for (var i = 0; i < entries.Count; i++)
            {
                var payload = entries[i];
                var frame = new JournalFrame(payload.Length, i < entries.Count - 1, (uint)at, _lastArrival);
                frame.Write(_buffer.AsSpan(at), payload, End + at, Id.Seed);
                at += frame.Length;
            }
        }

        return _buffer.AsSpan(0, at);
    }
}
