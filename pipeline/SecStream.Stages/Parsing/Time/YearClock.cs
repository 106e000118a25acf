using SecStream.Core.Events;

namespace SecStream.Stages.Parsing.Time;

/// <summary>
/// The year of times that carry none, for lines in order: the year of the first line, one more whenever time steps back by more than 180
/// days. A line of late December that arrives just after New Year belongs to the year before and turns nothing.
/// </summary>
internal sealed class YearClock(int firstYear)
{
    private const long HalfYear = 180 * EventClock.Day;

    private int _year = firstYear;
    private bool _rolled;
    private long _last = long.MinValue;

    /// <summary>Year of the line seen last, before any exception for late lines.</summary>
    public int Year => _year;

    /// <summary>Local time of a date without year.</summary>
    public long Resolve(int month, int day, long timeOfDay)
    {
        var local = CivilTime.Microseconds(_year, month, day, timeOfDay);
        if (_last != long.MinValue)
        {
            if (_last - local > HalfYear && _year < 9998)
            {
                _year++;
                _rolled = true;
                local = CivilTime.Microseconds(_year, month, day, timeOfDay);
            }
            else if (_rolled && local - _last > HalfYear)
            {
                var yearBefore = CivilTime.Microseconds(_year - 1, month, day, timeOfDay);
                if (_last - yearBefore <= EventClock.Day)
                {
                    return yearBefore;
                }
            }
        }

        return _last = local;
    }

    /// <summary>The latest year in which the date is not after <paramref name="limit"/> (a local time).</summary>
    public static int LatestYear(long limit, int month, int day, long timeOfDay)
    {
        var year = EventClock.ToInstant(Math.Clamp(limit, 0, 8000 * 365 * EventClock.Day)).Year;
        while (year > 1 && (CivilTime.Microseconds(year, month, day, timeOfDay) > limit || (month == 2 && day == 29 && !DateTime.IsLeapYear(year))))
        {
            year--;
        }

        return year;
    }

    public void Save(BinaryWriter writer)
    {
        writer.Write(_year);
        writer.Write(_rolled);
        writer.Write(_last);
    }

    public static YearClock Restore(BinaryReader reader) => new(reader.ReadInt32()) { _rolled = reader.ReadBoolean(), _last = reader.ReadInt64() };
}
