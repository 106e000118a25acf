namespace SecStream.Connectors.Journal;

/// <summary>What a reader sees of a journal: one that grows, or one that is closed.</summary>
internal sealed class JournalView
{
    private readonly RecordJournal? _journal;
    private readonly IReadOnlyList<JournalSegment> _segments = [];
    private readonly long _end;

    /// <summary>A journal that is written to by this process.</summary>
    public JournalView(RecordJournal journal) => (_journal, Id) = (journal, journal.Identity);

    private JournalView(JournalId? id, IReadOnlyList<JournalSegment> segments, long end) => (Id, _segments, _end) = (id, segments, end);

    /// <summary>The id; null for an empty folder.</summary>
    public JournalId? Id { get; }

    /// <summary>The journal behind it when it grows.</summary>
    public RecordJournal? Growing => _journal;

    /// <summary>Nothing at or behind it can be read now. To be asked before <see cref="Segments"/>: the end never lies behind those asked for later.</summary>
    public long End => _journal?.DurablePosition ?? _end;

    /// <summary>The segments, in order.</summary>
    public IReadOnlyList<JournalSegment> Segments => _journal?.Segments ?? _segments;

    /// <summary>Looks at a folder that nobody writes to, without changing it.</summary>
    public static JournalView OfClosed(string directory)
    {
        var folder = JournalFolder.Read(directory);
        if (folder is not { Id: { } id, Segments: [.., var last] })
        {
            return new JournalView(null, [], 0);
        }

        using var file = JournalFolder.OpenToRead(last.Path);
        return new JournalView(id, folder.Segments, SegmentScan.Of(file, last, id.Seed).End);
    }
}
