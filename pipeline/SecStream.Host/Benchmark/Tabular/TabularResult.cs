namespace SecStream.Host.Benchmark.Tabular;

/// <summary>One detector on one set: means over the seeds.</summary>
/// <param name="Detector">The detector.</param>
/// <param name="RocAuc">ROC-AUC.</param>
/// <param name="Deviation">Its standard deviation over the seeds.</param>
/// <param name="AveragePrecision">Average precision.</param>
/// <param name="Rows">Rows that were fitted and scored.</param>
/// <param name="FitRowsPerSecond">Rows for a second of CPU time, one thread.</param>
/// <param name="ScoreRowsPerSecond">The same for scoring.</param>
internal sealed record DetectorFigure(
    string Detector, double RocAuc, double Deviation, double AveragePrecision, int Rows, double FitRowsPerSecond, double ScoreRowsPerSecond);

/// <summary>All detectors on one set.</summary>
/// <param name="Set">The set.</param>
/// <param name="Rows">Rows of the set.</param>
/// <param name="Features">Features.</param>
/// <param name="Anomalies">Anomalies.</param>
/// <param name="Reference">ROC-AUC of the isolation forest of the reference, where there is one.</param>
/// <param name="Detectors">The detectors.</param>
internal sealed record SetFigure(string Set, int Rows, int Features, int Anomalies, double? Reference, IReadOnlyList<DetectorFigure> Detectors)
{
    /// <summary>ROC-AUC of a detector.</summary>
    public double RocAuc(string detector) => Detectors.First(d => d.Detector == detector).RocAuc;
}

/// <summary>A detector over all sets, and its speed on generated rows of ten features.</summary>
/// <param name="Detector">The detector.</param>
/// <param name="MeanRocAuc">Mean over the sets.</param>
/// <param name="MeanAveragePrecision">Mean over the sets.</param>
/// <param name="BetterThanForest">Part of the sets on which its ROC-AUC is higher than the isolation forest's.</param>
/// <param name="FitRowsPerSecond">Rows for a second of CPU time, one thread, 10 features.</param>
/// <param name="ScoreRowsPerSecond">The same for scoring.</param>
internal sealed record DetectorSummary(
    string Detector, double MeanRocAuc, double MeanAveragePrecision, double BetterThanForest, double FitRowsPerSecond, double ScoreRowsPerSecond);

/// <summary>A file that is no set.</summary>
/// <param name="File">The file.</param>
/// <param name="Reason">Why it is none.</param>
internal sealed record SkippedFile(string File, string Reason);

/// <summary>The result.</summary>
internal sealed record TabularResult
{
    /// <summary>Seeds.</summary>
    public required int Seeds { get; init; }

    /// <summary>Rows of a set at most, for all detectors but the isolation forest.</summary>
    public required int MaxRows { get; init; }

    /// <summary>Files left out.</summary>
    public required IReadOnlyList<SkippedFile> Skipped { get; init; }

    /// <summary>Sets that were too large for the slow detectors, which saw a part of their rows.</summary>
    public required IReadOnlyList<string> Subsampled { get; init; }

    /// <summary>Set by set.</summary>
    public required IReadOnlyList<SetFigure> Sets { get; init; }

    /// <summary>Detector by detector.</summary>
    public required IReadOnlyList<DetectorSummary> Summary { get; init; }

    /// <summary>Mean of the reference over the sets it has.</summary>
    public double? ReferenceMean { get; init; }

    /// <summary>Sets on which our forest is more than 0.02 below the reference.</summary>
    public required IReadOnlyList<string> BelowReference { get; init; }

    /// <summary>Targets.</summary>
    public IReadOnlyList<Target> Targets { get; init; } = [];
}
