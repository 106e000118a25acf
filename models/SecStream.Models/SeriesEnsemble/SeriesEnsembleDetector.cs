using SecStream.Models.Series;

namespace SecStream.Models.SeriesEnsemble;

/// <summary>
/// Several views of one series, each calibrated on what the series itself has shown, added up and calibrated again. The views are: the step from the last point;
/// the distance from the usual value of the half hour of the day; the level of a short and of a longer stretch against the slow mean; the unrest of a stretch, and
/// its unusual calm; values outside of all seen before. Each becomes a tail probability in decades (<see cref="TailCalibration"/>). Their sum, Fisher's way of
/// combining (1932), is calibrated once more, because views of one series are not independent. A score then hides weaker ones for a while: an anomaly is told when
/// it begins, not at each of its points.
/// <para>The score is in decades and for ranking: more is stranger, and of two series the same score is about as rare. Assumes that most of the past is normal and
/// that a day is the season, if there is one. O(1) a point whatever the history; some 14 KB. Fails on weekly seasons (weekends look strange until they fade into
/// the calibration), on slow drifts, and where anomalies of one kind are so frequent that they are the series' normal.</para>
/// </summary>
public sealed class SeriesEnsembleDetector : SeriesDetector
{
    private const uint Mark = 0x4C42_4D45;
    private const byte Version = 1;
    private readonly SeriesEnsembleOptions _options;
    private readonly Views _views;
    private readonly TailCalibration _fusion;
    private double _peak;

    /// <summary>Makes one that has learned nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public SeriesEnsembleDetector(SeriesEnsembleOptions options)
        : base("series ensemble", Mark, Version)
    {
        _options = OptionCheck.Checked(options, o => o.Check());
        _views = new Views(options);
        _fusion = new TailCalibration(options.HistoryCount, options.LearningCount, EnsembleTuning.SumShape, double.PositiveInfinity);
    }

    /// <inheritdoc/>
    public override long StateBytes => _views.StateBytes + TailCalibration.StateBytes + 48;

    /// <inheritdoc/>
    private protected override double Take(long time, double value)
    {
        var isLearning = _views.Count < _options.LearningCount;
        var sum = _views.Next(time, value);
        var calibrated = _fusion.Next(sum, EnsembleTuning.SumUnit);
        
        // Where no view sees anything there is nothing to rank.
        var score = Told(sum > 0 ? calibrated + (EnsembleTuning.SumShare * (sum - calibrated)) : 0);
        return isLearning ? double.NaN : score;
    }

    /// <inheritdoc/>
    private protected override void SaveState(BinaryWriter writer)
    {
        writer.Write(_peak);
        _fusion.Save(writer);
        _views.Save(writer);
    }

    /// <inheritdoc/>
    private protected override void RestoreState(BinaryReader reader)
    {
        _peak = StateFormat.ReadFinite(reader);
        _fusion.Restore(reader);
        _views.Restore(reader);
    }

    /// <summary>The score, or 0 while a stronger one is not long ago.</summary>
    private double Told(double decades)
    {
        _peak *= Math.Pow(0.5, 1 / _options.QuietHalfLife);
        if (decades <= _peak)
        {
            return 0;
        }

        _peak = decades;
        return decades;
    }
}
