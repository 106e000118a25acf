namespace SecStream.Connectors.Journal;

/// <summary>The segments of a journal that is written to. Thread-safe.</summary>
internal sealed class SegmentSet(IEnumerable<JournalSegment> segments)
{
    private readonly Lock _gate = new();
    private volatile JournalSegment[] _segments = [.. segments];

    /// <summary>The segments now, in order; the last one grows.</summary>
    public IReadOnlyList<JournalSegment> Now => _segments;

    /// <summary>Adds the next one.</summary>
    public void Add(JournalSegment segment)
    {
        lock (_gate)
        {
            _segments = [.. _segments, segment];
        }
    }

    /// <summary>
    /// Deletes the oldest segments as long as <paramref name="mayGo"/> says so of the oldest and the one after it. The last one stays: it holds
    /// the journal's id. Returns how many went.
    /// </summary>
    public int DeleteOldest(long released, Func<JournalSegment, JournalSegment, bool> mayGo)
    {
        lock (_gate)
        {
            var deleted = 0;
            while (_segments is [var oldest, var next, ..] && next.First <= released && mayGo(oldest, next) && TryDelete(oldest))
            {
                _segments = _segments[1..];
                deleted++;
            }

            return deleted;
        }
    }

    private static bool TryDelete(JournalSegment segment)
    {
        try
        {
            File.Delete(segment.Path);
            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // It takes space and does no harm; the next call tries again.
            return false;
        }
    }
}
