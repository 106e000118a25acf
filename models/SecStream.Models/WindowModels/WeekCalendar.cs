namespace SecStream.Models.WindowModels;

/// <summary>
/// Where a time lies in the week (UTC): 168 slots of an hour and a day of the week, and 48 coarse ones of an hour and working day or weekend. Holidays are Sundays.
/// Windows of a day or more know no hours. Immutable.
/// </summary>
internal sealed class WeekCalendar
{
    public const int Slots = 168;
    public const int CoarseSlots = 48;
    public const long Hour = 3_600_000_000;
    public const long Day = 24 * Hour;
    private const int Sunday = 6;
    private const int FirstWeekendDay = 5;
    private readonly HashSet<long> _holidays;

    public WeekCalendar(long window, IEnumerable<long> holidays)
    {
        Window = window;
        HasHours = window < Day;
        _holidays = [.. holidays];
    }

    public long Window { get; }

    /// <summary>Whether windows are short enough to have an hour.</summary>
    public bool HasHours { get; }

    public IEnumerable<long> Holidays => _holidays.Order();

    /// <summary>The slot of a window.</summary>
    public int SlotOf(long start)
    {
        var day = Math.DivRem(start, Day, out var inDay);
        var hour = HasHours ? (int)(inDay / Hour) : 0;
        return (DayOfWeek(day) * 24) + hour;
    }

    /// <summary>The coarse slot of a slot.</summary>
    public static int Coarse(int slot) => (slot % 24) + (slot >= FirstWeekendDay * 24 ? 24 : 0);

    /// <summary>Whether a day is one of the weekend, or a holiday.</summary>
    public bool IsWeekend(long day) => DayOfWeek(day) >= FirstWeekendDay;

    /// <summary>Monday 0; day 0 was a Thursday.</summary>
    private int DayOfWeek(long day) => _holidays.Count > 0 && _holidays.Contains(day) ? Sunday : (int)((day + 3) % 7);
}
