using Microsoft.Win32.SafeHandles;
using SecStream.Core.Observations;
using SecStream.Core.Pipeline;

namespace SecStream.Connectors.Journal;

/// <summary>
/// Reads a journal: frames go from the file straight into the buffers of batches. What can't be read (a damaged disk) is skipped up to the next
/// record that can, and reported in <see cref="Gaps"/>. One reader at a time.
/// </summary>
public sealed class JournalSource : IRecordSource
{
    private const int BatchBytes = 256 << 10;
    private const int BatchRecords = 1000;
    private const int MaxGaps = 1000;

    // The id of a record has 40 bits for its position: behind each TiB the source takes another hash, so that ids stay apart.
    private const int EraBits = 40;

    private readonly JournalView _view;
    private readonly string _tenant;
    private readonly List<JournalGap> _gaps = [];
    private JournalSegment? _segment;
    private SafeFileHandle? _file;
    private long _position;
    private long _era = -1;
    private ulong _hash;

    /// <summary>Reads a journal that is written to.</summary>
    public JournalSource(RecordJournal journal, string tenant)
        : this(new JournalView(journal), journal.Name, tenant)
    {
    }

    private JournalSource(JournalView view, string name, string tenant)
    {
        (_view, Name, _tenant) = (view, name, tenant);
        _position = view.Segments is [var first, ..] ? first.First : 0;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Only a replay ends.</summary>
    public bool HasEnded => _view.Growing is null && _position >= _view.End;

    /// <inheritdoc/>
    public ulong SourceHash => HashAt(_position);

    /// <inheritdoc/>
    public long Position => _position;

    /// <inheritdoc/>
    public long Limit { get; set; } = long.MaxValue;

    /// <summary>What could not be read, oldest first; the first 1 000.</summary>
    public IReadOnlyList<JournalGap> Gaps => _gaps;

    /// <summary>The last gap in words; null when nothing is missing.</summary>
    public string? Gap => _gaps is [.., var last] ? last.Detail : null;

    /// <summary>Opens the journal of a folder to read it to its end, without changing it.</summary>
    /// <exception cref="InvalidDataException">A file in the folder is no segment of this journal.</exception>
    public static JournalSource OpenForReplay(string directory, string tenant) => new(JournalView.OfClosed(directory), directory, tenant);

    /// <summary>Whether a folder holds a journal.</summary>
    public static bool IsJournal(string directory) =>
        Directory.Exists(directory) && Directory.EnumerateFiles(directory, "*" + JournalSegment.Extension).Any(path => JournalSegment.TryParseName(path, out _));

    /// <inheritdoc/>
    public bool TryRead(RecordBatch batch)
    {
        while (true)
        {
            var end = _view.End;
            if (_position >= Math.Min(end, Limit))
            {
                return false;
            }

            var readable = Enter(end);
            if (readable > _position && Fill(batch, readable))
            {
                batch.EndPosition = _position;
                return true;
            }
        }
    }

    /// <inheritdoc/>
    public void Save(BinaryWriter writer)
    {
        writer.Write(_position);
        writer.Write(HashAt(0));
    }

    /// <summary>
    /// Goes to a saved position. To be called before anything is appended: when the journal has lost its end, it gives no position below this one
    /// from now on. What may be released, the owner of the snapshots knows: there may be an older one to go back to.
    /// </summary>
    public void Restore(BinaryReader reader)
    {
        var (position, hash) = (reader.ReadInt64(), reader.ReadUInt64());
        var end = _view.End;
        if (hash != HashAt(0))
        {
            Miss(new JournalGap(Name, 0, 0, _position, $"journal {Name}: is another one than when the state was saved; it is read from its beginning"));
            return;
        }

        _position = position;
        if (position > end)
        {
            Miss(new JournalGap(
                Name, 0, end, position, $"journal {Name}: ends at position {end}, but had been read up to {position}: its disk or a backup lost the end; no position is given twice"));
            _view.Growing?.AdvanceTo(position);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    /// <summary>Opens the segment of the position; returns where what can be read of it ends. A position that is in no file moves on to one that is.</summary>
    private long Enter(long end)
    {
        var segments = _view.Segments;
        var index = segments.Count - 1;
        while (index > 0 && segments[index].First > _position)
        {
            index--;
        }

        var (segment, next) = (segments[index], index + 1 < segments.Count ? Math.Min(segments[index + 1].First, end) : end);
        if (segment.First > _position)
        {
            Skip(segment, segment.First, $"records from position {_position} to {segment.First} are gone: their segments were deleted");
            return _position;
        }

        if (segment != _segment && !TryOpen(segment))
        {
            Skip(segment, next, "the segment is gone; restore it from a backup, or accept the gap");
            return _position;
        }

        var length = segment.First + RandomAccess.GetLength(_file!) - SegmentHeader.Bytes;
        if (length <= _position)
        {
            Skip(segment, next, $"the segment ends at offset {segment.OffsetOf(length)}, before its last records; restore it from a backup, or accept the gap");
            return _position;
        }

        return Math.Min(length, next);
    }

    private bool TryOpen(JournalSegment segment)
    {
        _file?.Dispose();
        (_file, _segment) = (null, null);
        try
        {
            _file = JournalFolder.OpenToRead(segment.Path);
            _segment = segment;
            return true;
        }
        catch (FileNotFoundException)
        {
            // Somebody deleted it: that is a gap, not a reason to stand still.
            return false;
        }
    }

    private bool Fill(RecordBatch batch, long readable)
    {
        var wanted = (int)Math.Min(readable - _position, BatchBytes);
        while (true)
        {
            if (batch.Buffer.Length < wanted)
            {
                batch.Buffer = new byte[Math.Max(wanted, BatchBytes)];
            }

            var length = RandomAccess.Read(_file!, batch.Buffer.AsSpan(0, wanted), _segment!.OffsetOf(_position));
            var state = Split(batch, length, out var frame);
            if (batch.Records.Count > 0)
            {
                return true;
            }

            if (state == FrameState.Partial && length == wanted && frame.Length > wanted && _position + frame.Length <= readable)
            {
                wanted = frame.Length;
                continue;
            }

            SkipDamage(state, frame, readable);
            return false;
        }
    }

    /// <summary>Takes whole frames up to the bounds of a batch; says what comes after them.</summary>
    private FrameState Split(RecordBatch batch, int length, out JournalFrame frame)
    {
        batch.SourceHash = HashAt(_position);
        var stop = Math.Min(Limit, ((_position >> EraBits) + 1) << EraBits);
        var at = 0;
        while (true)
        {
            var state = JournalFrame.Read(batch.Buffer.AsSpan(at, length - at), _position, _view.Id!.Seed, out frame);
            if (state != FrameState.Whole || batch.Records.Count == BatchRecords || _position >= stop)
            {
                return state;
            }

            batch.Records.Add(new RecordSlice(at + JournalFrame.HeaderBytes, frame.PayloadLength, _position, frame.Arrival));
            at += frame.Length;
            _position += frame.Length;
        }
    }

    private void SkipDamage(FrameState state, JournalFrame frame, long readable)
    {
        var next = state == FrameState.BadPayload
            ? _position + frame.Length
            : FrameSearch.Next(_file!, _segment!, _position + 1, readable, _view.Id!.Seed, groupAfter: -1);
        next = next < 0 ? readable : next;
        Skip(_segment!, next, $"{next - _position} bytes are damaged and can't be read; restore the file from a backup and replay, or accept the gap");
    }

    private void Skip(JournalSegment segment, long to, string detail)
    {
        var offset = segment.OffsetOf(Math.Max(_position, segment.First));
        Miss(new JournalGap(segment.Path, offset, _position, to, $"{segment.Path}: offset {offset}: {detail} (journal {Name}, positions {_position} to {to})"));
        _position = to;
    }

    private void Miss(JournalGap gap)
    {
        if (_gaps.Count < MaxGaps)
        {
            _gaps.Add(gap);
        }
    }

    private ulong HashAt(long position)
    {
        if (_view.Id is not null && position >> EraBits != _era)
        {
            _era = position >> EraBits;
            _hash = EventId.SourceHash(_tenant, _era == 0 ? _view.Id.Hex : $"{_view.Id.Hex}:{_era}");
        }

        return _hash;
    }
}
