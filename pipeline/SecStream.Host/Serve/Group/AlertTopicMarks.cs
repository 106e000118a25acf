namespace SecStream.Host.Serve.Group;

/// <summary>
/// Where in the alert topic a member that takes over has to read on: what the topic holds before such a mark is in the snapshot, and every other sink has
/// it. A mark is noted before a snapshot (ends of the topic's partitions, and the place in the outbox at that time), and holds for it once all sinks have come
/// to that place. A sink that is away keeps the last mark that it had come to. Thread-safe.
/// </summary>
internal sealed class AlertTopicMarks
{
    private const int Most = 64;
    private readonly Lock _lock = new();
    private readonly List<Mark> _marks = [];

    private sealed record Mark(long Outbox, IReadOnlyDictionary<int, long> Ends);

    /// <summary>Notes where things are. The ends must have been asked for before the place in the outbox was read: what comes in between is read twice, harmlessly.</summary>
    /// <param name="outbox">Place in the outbox behind everything that may be in the topic.</param>
    /// <param name="ends">Next offset of each partition of the topic.</param>
    public void Note(long outbox, IReadOnlyDictionary<int, long> ends)
    {
        lock (_lock)
        {
            if (_marks.Count == Most)
            {
                // The oldest one may be all that a sink that is away has come to; every other one may go.
                _marks.RemoveAt(Most / 2);
            }

            _marks.Add(new Mark(outbox, ends));
        }
    }

    /// <summary>The newest mark that all sinks and the snapshot have come to; null: none yet, so all of the topic has to be read.</summary>
    /// <param name="delivered">Place in the outbox that all sinks have come to.</param>
    /// <param name="snapshot">Place in the outbox that the snapshot knows.</param>
    public IReadOnlyDictionary<int, long>? Best(long delivered, long snapshot)
    {
        lock (_lock)
        {
            var limit = Math.Min(delivered, snapshot);
            var last = _marks.FindLastIndex(mark => mark.Outbox <= limit);
            if (last < 0)
            {
                return null;
            }

            var best = _marks[last].Ends;
            _marks.RemoveRange(0, last);
            return best;
        }
    }
}
