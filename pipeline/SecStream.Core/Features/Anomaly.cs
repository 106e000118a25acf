using SecStream.Core.Alerts;

namespace SecStream.Core.Features;

/// <summary>What has become of a window.</summary>
public enum JudgementState : byte
{
    /// <summary>No model is in force for it.</summary>
    NoModel,

    /// <summary>The key has not been seen long enough to be judged by its own past.</summary>
    Learning,

    /// <summary>Too few events to tell.</summary>
    TooLittle,

    /// <summary>It was judged.</summary>
    Judged,
}

/// <summary>How strange a window is.</summary>
/// <param name="State">Whether it could be judged.</param>
/// <param name="P">Calibrated upper bound of the probability that a normal window is as strange, (0, 1].</param>
/// <param name="Grade">clamp(−log10(p)/6, 0, 1).</param>
/// <param name="Severity">Highest severity whose grade and budget it meets; null: none.</param>
public readonly record struct Judgement(JudgementState State, double P, double Grade, Severity? Severity)
{
    /// <summary>Grade from which an anomaly is at least this severe.</summary>
    public static double Threshold(Severity severity) => severity switch
    {
        Alerts.Severity.Low => 0.3,
        Alerts.Severity.Medium => 0.6,
        Alerts.Severity.High => 0.8,
        _ => 0.95,
    };

    /// <summary>False alerts per day allowed for a severity, over all classes of windows together.</summary>
    public static double Budget(Severity severity) => severity switch
    {
        Alerts.Severity.Low => 20,
        Alerts.Severity.Medium => 5,
        Alerts.Severity.High => 1,
        _ => 0.1,
    };
}

/// <summary>What one detector says of a window.</summary>
/// <param name="Name">Its name: <c>baseline</c>, <c>forest</c>, <c>behaviour</c>, <c>sequence</c>.</param>
/// <param name="Score">Its own score.</param>
/// <param name="P">That score's calibrated probability.</param>
/// <param name="Weight">Its weight in the fusion.</param>
public sealed record DetectorOpinion(string Name, double Score, double P, double Weight);

/// <summary>What one feature (or category) contributes to an anomaly, most first.</summary>
/// <param name="Feature">Name of the feature or category.</param>
/// <param name="Noun">What is measured, for the sentence.</param>
/// <param name="Observed">The window's value; 0 for a category.</param>
/// <param name="Expected">What was to be expected of this key at this time.</param>
/// <param name="Low">Lower end of the usual range (about 95 % of windows).</param>
/// <param name="High">Upper end of it.</param>
/// <param name="Share">Its share in the anomaly, 0–1; all together 1.</param>
/// <param name="Deviation">(observed − expected) in standard deviations, on the feature's scale.</param>
/// <param name="Value">A category's value that is unusual ("DE"); null for numbers.</param>
/// <param name="Known">What is usual instead ("NL, BE"); null for numbers.</param>
public sealed record Contribution(
    string Feature, string Noun, double Observed, double Expected, double Low, double High, double Share, double Deviation, string? Value = null, string? Known = null);

/// <summary>A window that is strange enough to be told of, with everything an alert says about it.</summary>
public sealed record Anomaly
{
    /// <summary>The profile.</summary>
    public required string Profile { get; init; }

    /// <summary>Start of the window, µs.</summary>
    public required long Start { get; init; }

    /// <summary>End of the window, exclusive, µs.</summary>
    public required long End { get; init; }

    /// <summary>Occurrences in the window.</summary>
    public required long Events { get; init; }

    /// <summary>Grade 0–1.</summary>
    public required double Grade { get; init; }

    /// <summary>Calibrated probability of a normal window being as strange (upper bound).</summary>
    public required double P { get; init; }

    /// <summary>How sure the calibration is of <see cref="P"/>, 0–1: falls where it rests on few windows.</summary>
    public required double Confidence { get; init; }

    /// <summary>p · N_ref: normal windows a day that would be at least as strange.</summary>
    public required double ExpectedFalsePerDay { get; init; }

    /// <summary>Highest severity whose grade and budget it meets; null: none.</summary>
    public required Severity? Severity { get; init; }

    /// <summary>The model that judged: id of the artefact.</summary>
    public required string Model { get; init; }

    /// <summary>What each detector says.</summary>
    public required DetectorOpinion[] Detectors { get; init; }

    /// <summary>What each feature has to do with it, most first, at most 5.</summary>
    public required Contribution[] Contributions { get; init; }

    /// <summary>The window's first events, in order, at most 100.</summary>
    public required WindowEvent[] Evidence { get; init; }

    /// <summary>Greatest deviation of a feature upwards, in standard deviations.</summary>
    public double Deviation => Contributions.Select(c => c.Deviation).Where(double.IsFinite).DefaultIfEmpty(0).Max();
}
