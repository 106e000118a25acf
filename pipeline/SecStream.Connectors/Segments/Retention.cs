using SecStream.Connectors.Elasticsearch.Events;
using SecStream.Core.Events;

namespace SecStream.Connectors.Segments;

/// <summary>
/// Removes segments that have had their time: whole ones, compressed, whose newest event is older than the days of their class. A segment that is
/// compressed lies before every state the service may go back to, so this may run beside it. Thread-safe.
/// </summary>
public sealed class Retention
{
    private const string DeadLetters = "dead-letters";
    private readonly string _events;
    private readonly string _deadLetters;
    private readonly string _refused;
    private readonly RetentionOptions _options;
    private readonly SegmentCatalog _catalog;

    /// <summary>Takes a data folder.</summary>
    /// <param name="directory">The data folder.</param>
    /// <param name="options">Days.</param>
    /// <param name="segments">Sizes.</param>
    /// <param name="report">Told what is damaged.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message says all that is.</exception>
    public Retention(string directory, RetentionOptions options, SegmentOptions segments, Action<string> report)
    {
        if (options.Validate().ToList() is { Count: > 0 } faults)
        {
            throw new ArgumentException(string.Join('\n', faults));
        }

        _events = Path.Combine(directory, "events");
        _deadLetters = Path.Combine(directory, DeadLetters);
        _refused = RefusedDocuments.Folder(directory);
        _options = options;
        _catalog = new SegmentCatalog(Folders, () => [], segments.BlockBytes, report);
    }

    /// <summary>What there is, and what of it has had its time at an instant.</summary>
    public IReadOnlyList<RetentionClass> Plan(DateTimeOffset now)
    {
        var found = new List<RetentionClass>();
        foreach (var group in _catalog.List().GroupBy(segment => (segment.Folder, segment.Days)))
        {
            var expired = group.Where(segment => IsExpired(segment, now)).ToList();
            var times = group.Aggregate(TimeSpread.None, (spread, segment) => spread.With(segment.Times));
            var isEmpty = times == TimeSpread.None;
            found.Add(new RetentionClass(
                Path.GetFileName(group.Key.Folder),
                Kept(group.Key.Days),
                group.Count(),
                group.Sum(s => s.Count),
                group.Sum(s => s.Bytes),
                isEmpty ? null : times.Least,
                isEmpty ? null : times.Greatest,
                expired.Count,
                expired.Sum(s => s.Count),
                expired.Sum(s => s.Bytes)));
        }

        return found;
    }

    /// <summary>Removes what has had its time; returns what was there before, the removed as expired.</summary>
    /// <exception cref="IOException">A file could not be removed; the rest goes the next time.</exception>
    public IReadOnlyList<RetentionClass> Apply(DateTimeOffset now)
    {
        var plan = Plan(now);
        foreach (var segment in _catalog.List().Where(segment => IsExpired(segment, now)))
        {
            // The data first: an index without data is litter, data without an index would be read anew in full.
            File.Delete(SegmentName.Compressed(segment.Folder, segment.First));
            File.Delete(SegmentName.Index(segment.Folder, segment.First));
        }

        return plan;
    }

    private IEnumerable<(string Folder, int Days)> Folders() => SegmentCatalog.Classes(_events).Append((_deadLetters, 0)).Append((_refused, 0));

    private bool IsExpired(SegmentInfo segment, DateTimeOffset now) =>
        segment.IsCompressed
        && segment.Count > 0
        && Newest(segment, now) < EventClock.ToMicroseconds(now - TimeSpan.FromDays(Kept(segment.Days)));

    /// <summary>
    /// The newest event of a segment; when that names a time to come, when the segment was last written. Else one record with a date of the next
    /// century would keep its segment as long, and whoever can write a log could fill the disk for good.
    /// </summary>
    private static long Newest(SegmentInfo segment, DateTimeOffset now) =>
        segment.Times.Greatest > EventClock.ToMicroseconds(now)
            ? Math.Min(segment.Times.Greatest, EventClock.ToMicroseconds(new DateTimeOffset(File.GetLastWriteTimeUtc(SegmentName.Compressed(segment.Folder, segment.First)), TimeSpan.Zero)))
            : segment.Times.Greatest;

    /// <summary>Class 0 stands for dead letters.</summary>
    private int Kept(int days) => days == 0 ? _options.DeadLetterDays : _options.Days.GetValueOrDefault(days, days);
}
