using SecStream.Core.Features;
using SecStream.Models.ActionOrder;
using SecStream.Models.Baselines;
using SecStream.Models.Behaviour;
using SecStream.Models.Calibration;
using SecStream.Models.IsolationForest;

namespace SecStream.Models.WindowModels;

/// <summary>What a class has learned, before and after calibration. Immutable.</summary>
internal sealed record ClassModel
{
    public required FeatureSchema Schema { get; init; }

    public required WeekCalendar Calendar { get; init; }

    /// <summary>Keys: those with a past first.</summary>
    public required KeyTable Keys { get; init; }

    /// <summary>How many have a past.</summary>
    public required int Own { get; init; }

    /// <summary>[key]: minute (since 1970) of its first window.</summary>
    public required int[] FirstSeen { get; init; }

    /// <summary>Days a key must have been seen.</summary>
    public required int LearningDays { get; init; }

    /// <summary>End of the days learned from, µs.</summary>
    public required long End { get; init; }

    /// <summary>Features that have a weight.</summary>
    public required int[] Judged { get; init; }

    public required ClassBaseline Baseline { get; init; }

    /// <summary>[judged feature, side up or down] for keys with a past.</summary>
    public required SurpriseCurve[] OwnCurves { get; init; }

    /// <summary>The same for keys judged by the class.</summary>
    public required SurpriseCurve[] ClassCurves { get; init; }

    public required SurpriseMix OwnMix { get; init; }

    public required SurpriseMix ClassMix { get; init; }

    /// <summary>Null: fewer than two features, or no keys with a past.</summary>
    public required IsolationForestDetector? Forest { get; init; }

    /// <summary>Score of the baseline below which the forest is not asked.</summary>
    public required double ForestGate { get; init; }

    /// <summary>Null: no categories and no hours, or no keys with a past.</summary>
    public required ClassHabits? Habits { get; init; }

    /// <summary>[category, then the hour].</summary>
    public required SurpriseCurve[] HabitCurves { get; init; }

    public required SurpriseMix HabitMix { get; init; }

    /// <summary>Null: vectors have no actions.</summary>
    public required ActionModel? Actions { get; init; }

    /// <summary>Scores to probabilities, for keys with a past.</summary>
    public FusionCalibration? OwnFusion { get; init; }

    /// <summary>The same for keys judged by the class.</summary>
    public FusionCalibration? ClassFusion { get; init; }
}

/// <summary>The detectors, in the order of everything that has one entry each.</summary>
internal static class Detectors
{
    public const int Baseline = 0;
    public const int Forest = 1;
    public const int Behaviour = 2;
    public const int Sequence = 3;
    public const int Count = 4;

    /// <summary>Names in judgements and figures.</summary>
    public static readonly string[] Names = ["baseline", "forest", "behaviour", "sequence"];

    /// <summary>Whether scores have so many values that a gap among the highest means something.</summary>
    public static bool IsContinuous(int detector) => detector is Baseline or Forest;
}
