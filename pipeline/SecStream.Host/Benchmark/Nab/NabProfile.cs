namespace SecStream.Host.Benchmark.Nab;

/// <summary>What an application makes of right and wrong alerts: the cost matrix of the Numenta Anomaly Benchmark (Lavin and Ahmad 2015).</summary>
/// <param name="Name">Its name there.</param>
/// <param name="TruePositive">Gain of a window found at its very start.</param>
/// <param name="FalsePositive">Loss of an alert outside of all windows.</param>
/// <param name="FalseNegative">Loss of a window that was missed.</param>
internal sealed record NabProfile(string Name, double TruePositive, double FalsePositive, double FalseNegative)
{
    /// <summary>The three profiles of the benchmark.</summary>
    public static IReadOnlyList<NabProfile> All { get; } =
    [
        new("standard", 1.0, 0.11, 1.0),
        new("reward_low_FP_rate", 1.0, 0.22, 1.0),
        new("reward_low_FN_rate", 1.0, 0.11, 2.0),
    ];
}
