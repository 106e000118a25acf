using System.Collections.Concurrent;
using SecStream.Models.WindowModels;

namespace SecStream.Models.Tests.WindowModels;

/// <summary>A fleet and the set trained on it: 14 days to fit, 7 to calibrate, 14 to evaluate. Trained once for all tests.</summary>
internal sealed class TrainedFleet
{
    public const int FitDays = 14;
    public const int CalibrationDays = 7;
    public const int EvaluationDays = 14;
    public const int Days = FitDays + CalibrationDays + EvaluationDays;
    private static readonly ConcurrentDictionary<(FleetKind, int, ulong, double), Lazy<TrainedFleet>> Made = new();

    private TrainedFleet(FleetKind kind, int keys, ulong seed, double activity)
    {
        Fleet = new Fleet(kind, keys, Days, seed, activity);
        Set = Train(Fleet, seed);
    }

    public Fleet Fleet { get; }

    public ModelSet Set { get; }

    public static TrainedFleet Of(FleetKind kind, int keys, ulong seed, double activity = 1) =>
        Made.GetOrAdd((kind, keys, seed, activity), k => new Lazy<TrainedFleet>(() => new TrainedFleet(k.Item1, k.Item2, k.Item3, k.Item4))).Value;

    public static ModelSet Train(Fleet fleet, ulong seed) =>
        new ModelSetTrainer(new WindowModelOptions { SampleWindows = 20_000 }).Train([Class(fleet)], seed, null, CancellationToken.None);

    public static TrainingClass Class(Fleet fleet) => new(Fleet.Schema, Fleet.Hour, fleet, Fleet.Split(FitDays, CalibrationDays, EvaluationDays));
}
