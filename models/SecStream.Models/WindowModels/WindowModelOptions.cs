using System.ComponentModel.DataAnnotations;
using SecStream.Models.IsolationForest;

namespace SecStream.Models.WindowModels;

/// <summary>Options of a model of windows. The defaults are those of the requirements; few have reason to change any.</summary>
public sealed record WindowModelOptions
{
    /// <summary>Days a key must have been seen before it is judged by its own past; until then by its class.</summary>
    [Range(1, 90)]
    public int LearningDays { get; init; } = 7;

    /// <summary>Windows a key must have had besides; of windows of a day five in a week are enough.</summary>
    [Range(1, 10_000)]
    public int LearningWindows { get; init; } = 12;

    /// <summary>How fast known values and usual hours follow change, a day: 0.1 forgets half in 6.6 days of activity.</summary>
    [Range(0.001, 1)]
    public double AdaptationRate { get; init; } = 0.1;

    /// <summary>Most keys of a class that are learned, in the order in which they come; others are judged by the class.</summary>
    [Range(1, 10_000_000)]
    public int MaxKeys { get; init; } = 250_000;

    /// <summary>Windows drawn for the forest and the tails of features.</summary>
    [Range(1_000, 1_000_000)]
    public int SampleWindows { get; init; } = 50_000;

    /// <summary>Weight of the hours of the week in behaviour; that of categories is in the schema (guide L: time 0.1).</summary>
    [Range(0, 10)]
    public double HoursWeight { get; init; } = 0.1;

    /// <summary>Weights of the detectors in the fusion: baseline, forest, behaviour, sequence.</summary>
    [Required]
    [Length(4, 4)]
    public double[] DetectorWeights { get; init; } = [0.4, 0.15, 0.3, 0.15];

    /// <summary>Most actions an action is predicted from, 1 to 9: with it the sequence is at most 10 long.</summary>
    [Range(1, 9)]
    public int MaxOrder { get; init; } = 3;

    /// <summary>The forest.</summary>
    [Required]
    public IsolationForestOptions Forest { get; init; } = new();

    /// <summary>Holidays (days since 1970), which are taken for Sundays.</summary>
    [Required]
    public IReadOnlyList<long> Holidays { get; init; } = [];
}
