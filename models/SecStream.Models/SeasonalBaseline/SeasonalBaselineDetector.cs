using SecStream.Models.Series;

namespace SecStream.Models.SeasonalBaseline;

/// <summary>
/// Distance from the mean of the same hour of the same day of the week in its standard deviations; holidays are an eighth kind of day. Means and variances are
/// exponentially weighted (West 1979). The variance of an hour is drawn towards the mean variance of that hour within all kinds of day as long as it has few
/// points (as a prior of four points). Assumes a season of a day and a week and a level that is the same from week to week. O(1) a point; 240 slots, 5 800 bytes. Fails on other seasons,
/// on daylight saving (an hour is off by one until it has adapted) and on trends within a few weeks.
/// </summary>
public sealed class SeasonalBaselineDetector : SeriesDetector
{
    private const uint Mark = 0x4553_4142;
    private const byte Version = 1;
    private const int Hours = 24;
    private const int DayKinds = 8;
    private const int Holiday = 7;

    /// <summary>Behind the kinds of day: all days together, and the distances of points from the mean of their own slot.</summary>
    private const int EveryDay = DayKinds;
    private const int Distances = DayKinds + 1;
    private const double PriorCount = 4;
    private const long MicrosecondsOfHour = 3_600_000_000;
    private const long HighestHour = 9_999 * 8_766L;
    private readonly SeasonalBaselineOptions _options;
    private readonly Slot[] _slots = new Slot[(DayKinds + 2) * Hours];

    /// <summary>Makes one that has learned nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public SeasonalBaselineDetector(SeasonalBaselineOptions options)
        : base("seasonal baseline", Mark, Version)
    {
        _options = OptionCheck.Checked(options, o => o.Check());
    }

    /// <inheritdoc/>
    public override long StateBytes => (24L * _slots.Length) + 32;

    /// <inheritdoc/>
    private protected override double Take(long time, double value)
    {
        var (kind, hour) = Place(time);
        ref var slot = ref _slots[(kind * Hours) + hour];
        ref var everyDay = ref _slots[(EveryDay * Hours) + hour];
        ref var distances = ref _slots[(Distances * Hours) + hour];
        var score = Judge(value, slot, everyDay, distances);

        // All days of an hour: a day counts a seventh of what it counts in its own slot.
        if (slot.Count > 0)
        {
            distances.Learn(value - slot.Mean, _options.AdaptationRate / 7);
        }

        everyDay.Learn(value, _options.AdaptationRate / 7);
        slot.Learn(value, _options.AdaptationRate);
        return score;
    }

    /// <inheritdoc/>
    private protected override void SaveState(BinaryWriter writer)
    {
        foreach (ref readonly var slot in _slots.AsSpan())
        {
            writer.Write(slot.Count);
            writer.Write(slot.Mean);
            writer.Write(slot.Variance);
        }
    }

    /// <inheritdoc/>
    private protected override void RestoreState(BinaryReader reader)
    {
        foreach (ref var slot in _slots.AsSpan())
        {
            slot.Count = StateFormat.ReadCount(reader, int.MaxValue);
            slot.Mean = StateFormat.ReadFinite(reader);
            slot.Variance = StateFormat.ReadFinite(reader);
        }
    }

    private double Judge(double value, in Slot slot, in Slot everyDay, in Slot distances)
    {
        if (everyDay.Count < _options.LearningCount)
        {
            return double.NaN;
        }

        if (slot.Count < _options.SlotCount)
        {
            return _options.DeadBand.Score(value - everyDay.Mean, Math.Sqrt(everyDay.Variance), everyDay.Mean);
        }

        var variance = ((slot.Count * slot.Variance) + (PriorCount * distances.Variance)) / (slot.Count + PriorCount);
        return _options.DeadBand.Score(value - slot.Mean, Math.Sqrt(variance), slot.Mean);
    }

    private (int Kind, int Hour) Place(long time)
    {
        var hours = Math.Clamp((long)Math.Floor((double)(time + (_options.UtcOffset.Ticks / TimeSpan.TicksPerMicrosecond)) / MicrosecondsOfHour), 0, HighestHour);
        var day = (int)(hours / Hours);
        var date = DateOnly.FromDayNumber(DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber + Math.Min(day, 2_900_000));
        return (_options.Holidays.Contains(date) ? Holiday : (int)date.DayOfWeek, (int)(hours % Hours));
    }

    private struct Slot
    {
        public int Count;
        public double Mean;
        public double Variance;

        public void Learn(double value, double rate)
        {
            Count = Count == int.MaxValue ? Count : Count + 1;
            var weight = Math.Max(rate, 1.0 / Count);
            var difference = value - Mean;
            Mean += weight * difference;
            Variance = (1 - weight) * (Variance + (weight * difference * difference));
        }
    }
}
