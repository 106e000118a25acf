namespace SecStream.Connectors.Segments;

/// <summary>How long stored events and dead letters are kept.</summary>
public sealed record RetentionOptions
{
    /// <summary>Days a class is kept when not as long as it is named after: 30 → 60 keeps the events of class <c>30d</c> for 60 days. From 1 on.</summary>
    public IReadOnlyDictionary<int, int> Days { get; init; } = new Dictionary<int, int>();

    /// <summary>Days dead letters are kept, from 1 on. Default 90.</summary>
    public int DeadLetterDays { get; init; } = 90;

    /// <summary>All that is wrong, each with the mend; empty when nothing is.</summary>
    public IEnumerable<string> Validate()
    {
        foreach (var (days, kept) in Days.Where(pair => pair.Value < 1))
        {
            yield return $"retention of class {days}d: {kept} days; use a number from 1 on";
        }

        if (DeadLetterDays < 1)
        {
            yield return $"retention of dead letters: {DeadLetterDays} days; use a number from 1 on";
        }
    }
}

/// <summary>A class of stored events, and what of it has had its time.</summary>
/// <param name="Name">Class (<c>30d</c>) or <c>dead-letters</c>.</param>
/// <param name="KeptDays">Days it is kept.</param>
/// <param name="Segments">Segments.</param>
/// <param name="Events">Events or letters.</param>
/// <param name="Bytes">Bytes on disk.</param>
/// <param name="Oldest">Event time of the oldest, microseconds since 1970 UTC; null when it is empty.</param>
/// <param name="Newest">Event time of the newest.</param>
/// <param name="ExpiredSegments">Closed segments whose newest event is older than it is kept.</param>
/// <param name="ExpiredEvents">Events in them.</param>
/// <param name="ExpiredBytes">Their bytes on disk.</param>
public sealed record RetentionClass(
    string Name, int KeptDays, int Segments, long Events, long Bytes, long? Oldest, long? Newest, int ExpiredSegments, long ExpiredEvents, long ExpiredBytes);
