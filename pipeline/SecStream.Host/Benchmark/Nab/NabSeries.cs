namespace SecStream.Host.Benchmark.Nab;

/// <summary>An anomaly window: places of its first and last record.</summary>
internal readonly record struct NabWindow(int First, int Last);

/// <summary>A series of the benchmark.</summary>
/// <param name="Path">Category and file name: <c>realTraffic/speed_6005.csv</c>.</param>
/// <param name="Stamps">Timestamps as written.</param>
/// <param name="Times">The same, microseconds since 1970.</param>
/// <param name="Values">Values.</param>
/// <param name="Windows">Windows, by time.</param>
internal sealed record NabSeries(string Path, string[] Stamps, long[] Times, double[] Values, IReadOnlyList<NabWindow> Windows)
{
    private const double ProbationaryRatio = 0.15;
    private const double ProbationaryRecords = 5000;

    /// <summary>The folder.</summary>
    public string Category => Path[..Path.LastIndexOf('/')];

    /// <summary>The file without folder.</summary>
    public string FileName => Path[(Path.LastIndexOf('/') + 1)..];

    /// <summary>Records at the start that are not scored: 15 %, at most 750.</summary>
    public int ProbationaryCount => (int)Math.Min(Math.Floor(ProbationaryRatio * Values.Length), ProbationaryRatio * ProbationaryRecords);

    /// <summary>Whether a record is in a window.</summary>
    public bool IsLabelled(int record) => Windows.Any(w => record >= w.First && record <= w.Last);
}
