using SecStream.Models.Series;

namespace SecStream.Models.SeriesEnsemble;

/// <summary>The views of <see cref="SeriesEnsembleDetector"/> and what they remember.</summary>
internal sealed class Views
{
    private readonly SeriesEnsembleOptions _options;
    private readonly DayProfile _day = new();
    private readonly RecentValues _short = new(EnsembleTuning.ShortCount);
    private readonly RecentValues _long = new(EnsembleTuning.LongCount);
    private readonly RecentValues _steps = new(EnsembleTuning.UnrestCount);
    private readonly RecentValues _calm = new(EnsembleTuning.CalmCount);
    private readonly TailCalibration _step;
    private readonly TailCalibration _hour;
    private readonly TailCalibration _shortLevel;
    private readonly TailCalibration _longLevel;
    private readonly TailCalibration _unrest;
    private readonly TailCalibration _calmness;
    private double _slowMean;
    private double _last;
    private double _low = double.MaxValue;
    private double _high = double.MinValue;

    public Views(SeriesEnsembleOptions options)
    {
        _options = options;
        _step = Calibration();
        _hour = Calibration();
        _shortLevel = Calibration();
        _longLevel = Calibration();
        _unrest = Calibration();
        _calmness = Calibration();
    }

    /// <summary>Points seen.</summary>
    public int Count { get; private set; }

    public long StateBytes =>
        (6 * TailCalibration.StateBytes) + DayProfile.StateBytes + _short.StateBytes + _long.StateBytes + _steps.StateBytes
        + _calm.StateBytes + 120;

    /// <summary>Judges a point, then learns it: the decades of all views together.</summary>
    public double Next(long time, double value)
    {
        if (Count == 0)
        {
            _slowMean = value;
            _last = value;
        }

        var range = _high > _low ? _high - _low : 0;
        var band = _options.DeadBand.Width(_slowMean);
        var unit = Math.Max(EnsembleTuning.LeastUnit, EnsembleTuning.UnitOfRange * range);
        var sum = Steps(value, unit, band) + DayOf(time, value, unit, band) + Levels(value, unit, band) + Calm(value, range, unit, band) + Outside(value, range, band);
        Learn(value);
        return sum;
    }

    public void Save(BinaryWriter writer)
    {
        writer.Write(Count);
        writer.Write(_slowMean);
        writer.Write(_last);
        writer.Write(_low);
        writer.Write(_high);
        _day.Save(writer);
        foreach (var recent in Recent())
        {
            recent.Save(writer);
        }

        foreach (var calibration in Calibrations())
        {
            calibration.Save(writer);
        }
    }

    public void Restore(BinaryReader reader)
    {
        Count = StateFormat.ReadCount(reader, int.MaxValue);
        _slowMean = StateFormat.ReadFinite(reader);
        _last = StateFormat.ReadFinite(reader);
        _low = StateFormat.ReadFinite(reader);
        _high = StateFormat.ReadFinite(reader);
        _day.Restore(reader);
        foreach (var recent in Recent())
        {
            recent.Restore(reader);
        }

        foreach (var calibration in Calibrations())
        {
            calibration.Restore(reader);
        }
    }

    private static double Judge(TailCalibration calibration, double size, double unit, double band)
    {
        var decades = calibration.Next(size, unit);
        return size <= band ? 0 : decades;
    }

    private TailCalibration Calibration() =>
        new(_options.HistoryCount, _options.LearningCount, shape: 0, EnsembleTuning.MostExcess);

    private RecentValues[] Recent() => [_short, _long, _steps, _calm];

    private TailCalibration[] Calibrations() => [_step, _hour, _shortLevel, _longLevel, _unrest, _calmness];

    private double Steps(double value, double unit, double band)
    {
        var size = Math.Abs(value - _last);
        _steps.Add(size);
        return Judge(_step, size, unit, band) + Judge(_unrest, _steps.Mean, unit, band);
    }

    private double DayOf(long time, double value, double unit, double band)
    {
        var slot = DayProfile.SlotOf(time);
        var decades = _day.Count(slot) < EnsembleTuning.DayLearningCount ? 0 : Judge(_hour, Math.Abs(value - _day.Mean(slot)), unit, band);
        _day.Learn(slot, value);
        return decades;
    }

    private double Levels(double value, double unit, double band)
    {
        _short.Add(value);
        _long.Add(value);
        return Judge(_shortLevel, Math.Abs(_short.Mean - _slowMean), unit, band)
            + Judge(_longLevel, Math.Abs(_long.Mean - _slowMean), unit, band);
    }

    /// <summary>How much smaller the range of a stretch is than that of all: a flat line in a lively series.</summary>
    private double Calm(double value, double range, double unit, double band)
    {
        _calm.Add(value);
        if (!_calm.IsFull)
        {
            return 0;
        }

        var ratio = (range + unit) / (_calm.Range() + unit);
        return Judge(_calmness, Math.Max(Math.Log(ratio), 0), EnsembleTuning.CalmUnit, range <= band ? double.MaxValue : 0);
    }

    /// <summary>As in the benchmark's own HTM detector: a value well outside of the range of all before it.</summary>
    private double Outside(double value, double range, double band)
    {
        var by = Math.Max(value - _high, _low - value);
        return Count >= _options.LearningCount && by > EnsembleTuning.OutsideShare * range && by > band ? EnsembleTuning.OutsideDecades : 0;
    }

    private void Learn(double value)
    {
        Count = Math.Min(Count + 1, int.MaxValue - 1);
        _slowMean += Math.Max(EnsembleTuning.SlowWeight, 1.0 / Count) * (value - _slowMean);
        _last = value;
        _low = Math.Min(_low, value);
        _high = Math.Max(_high, value);
    }
}
