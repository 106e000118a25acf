using SecStream.Core.Alerts;

namespace SecStream.Models.WindowModels.Figures;

/// <summary>What the manifest says of the model of one class (profile and length of window). Plain values, for JSON.</summary>
public sealed record ClassFigures
{
    /// <summary>The profile.</summary>
    public required string Profile { get; init; }

    /// <summary>Version of its schema.</summary>
    public required string SchemaVersion { get; init; }

    /// <summary>Length of the windows, µs.</summary>
    public required long Window { get; init; }

    /// <summary>Days learned from, calibrated on and evaluated on.</summary>
    public required TrainingSplit Days { get; init; }

    /// <summary>Windows learned from.</summary>
    public required long FitWindows { get; init; }

    /// <summary>Windows scored a day, on average of the calibration days: this class's part of N_ref.</summary>
    public required double WindowsPerDay { get; init; }

    /// <summary>Keys that are judged by their own past.</summary>
    public required int Keys { get; init; }

    /// <summary>Keys seen too shortly: judged by the class.</summary>
    public required int LearningKeys { get; init; }

    /// <summary>Bytes of the model for a key, on average.</summary>
    public required double BytesPerKey { get; init; }

    /// <summary>Bytes of what all keys share: tables of the class, forest, order of actions.</summary>
    public required long ClassBytes { get; init; }

    /// <summary>What was learned of each feature.</summary>
    public required FeatureFigures[] Features { get; init; }

    /// <summary>The detectors that the schema can feed, and their calibrations.</summary>
    public required DetectorFigures[] Detectors { get; init; }

    /// <summary>The calibration of the fused score, for keys judged by their own past.</summary>
    public required CalibrationFigures Own { get; init; }

    /// <summary>The same for keys judged by the class alone.</summary>
    public required CalibrationFigures Class { get; init; }

    /// <summary>Highest severity that keys with a past can reach, by the floor of the calibration; null: none. Set when the model is part of a set.</summary>
    public Severity? HighestOwn { get; init; }

    /// <summary>The same for keys judged by the class.</summary>
    public Severity? HighestClass { get; init; }

    /// <summary>How features and the fused p of keys with a past lay on the calibration days: what drift is measured against.</summary>
    public required Histogram[] Reference { get; init; }

    /// <summary>Whether windows that score apart from all others were kept in the calibration, because the like comes again on the evaluation days.</summary>
    public bool KeptApart { get; init; }

    /// <summary>Windows left out of a calibration of keys with a past, at most.</summary>
    public long LeftOut => Detectors.Select(d => d.Own.LeftOut).Append(Own.LeftOut).Max();

    /// <summary>What the evaluation days were judged to be, by the set that the class is part of.</summary>
    public DayFigures[] Evaluation { get; init; } = [];

    /// <summary>Why the class is not judged; null: it is.</summary>
    public string? Refusal { get; init; }

    /// <summary>What whoever promotes it should know, in sentences.</summary>
    public string[] Notes { get; init; } = [];
}

/// <summary>What a day of evaluation was judged to be.</summary>
/// <param name="Day">The day.</param>
/// <param name="Windows">Its windows.</param>
/// <param name="AtLeast">Windows at least as severe as low, medium, high, critical.</param>
public sealed record DayFigures(long Day, long Windows, long[] AtLeast);

/// <summary>What was learned of a feature.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Least">Least value learned from.</param>
/// <param name="Most">Greatest value learned from.</param>
/// <param name="Median">Median of the values of a sample.</param>
/// <param name="Known">Share of windows in which it was known.</param>
public sealed record FeatureFigures(string Name, double Least, double Most, double Median, double Known);

/// <summary>A detector in the model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Weight">Its weight in the fusion; all together 1.</param>
/// <param name="Own">Calibration for keys judged by their own past.</param>
/// <param name="Class">Calibration for keys judged by the class; null: it has no say there.</param>
public sealed record DetectorFigures(string Name, double Weight, CalibrationFigures Own, CalibrationFigures? Class);

/// <summary>How a score becomes a probability.</summary>
/// <param name="Windows">Windows it rests on.</param>
/// <param name="EffectiveWindows">The same, discounted for windows of a key that resemble each other.</param>
/// <param name="Excesses">Runs of scores above the threshold that the tail was fitted to.</param>
/// <param name="Threshold">Score from which the tail begins.</param>
/// <param name="TailShare">Share of windows above it.</param>
/// <param name="Shape">Shape of the generalised Pareto tail: 0 exponential, above 0 heavier.</param>
/// <param name="Scale">Its scale.</param>
/// <param name="Floor">Least probability it may state: 1/(5 · effective windows).</param>
/// <param name="Shift">By how much the threshold of alerts moves when the ten largest scores are left out, as a share.</param>
/// <param name="LeftOut">Windows left out because their scores stand apart from all others: taken for attacks.</param>
/// <param name="FromParent">Whether it is that of all classes together, this one being too small.</param>
/// <param name="Refusal">Why it cannot be used; null: it can.</param>
public sealed record CalibrationFigures(
    long Windows, double EffectiveWindows, int Excesses, double Threshold, double TailShare,
    double Shape, double Scale, double Floor, double Shift, long LeftOut, bool FromParent, string? Refusal);
