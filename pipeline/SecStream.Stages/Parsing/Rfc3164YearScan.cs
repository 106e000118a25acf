using SecStream.Core.Events;
using SecStream.Stages.Parsing.Syslog;
using SecStream.Stages.Parsing.Time;

namespace SecStream.Stages.Parsing;

/// <summary>
/// Finds the year of a file's first line from all of its lines: their years rise by one whenever time steps back by more than 180 days, and
/// the last line is not after the file's modification time. Feed every line, then ask. Lines of other formats are passed over.
/// </summary>
public sealed class Rfc3164YearScan
{
    // A leap year, so that a 29 February keeps its distance.
    private const int BaseYear = 2000;

    // The log's zone may be unknown and the host's clock ahead: an hour too many may not cost a whole year.
    internal const long Slack = 14 * EventClock.Hour;

    private readonly YearClock _clock = new(BaseYear);
    private int _month;
    private int _day;
    private long _timeOfDay;

    /// <summary>Takes one line, in file order.</summary>
    public void Add(ReadOnlySpan<byte> line)
    {
        line = line.StartsWith("\uFEFF"u8) ? line[3..] : line;
        SyslogHeader.SkipPriority(ref line, out _);
        line = HeaderVariants.SkipWeekday(line);
        if (Rfc3164Timestamp.TryParse(line, out var stamp) && stamp.Year == 0)
        {
            _clock.Resolve(_month = stamp.Month, _day = stamp.Day, _timeOfDay = stamp.TimeOfDay);
        }
    }

    /// <summary>Year of the first line; null when no line had a time without year.</summary>
    public int? FirstYear(DateTimeOffset lastModified) =>
        _month == 0 ? null : YearClock.LatestYear(EventClock.ToMicroseconds(lastModified) + Slack, _month, _day, _timeOfDay) - (_clock.Year - BaseYear);
}
