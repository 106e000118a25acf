using SecStream.Models.StreamingForest;

namespace SecStream.Host.Benchmark.Tabular;

/// <summary>The streaming forest on one set: means over the seeds.</summary>
/// <param name="Set">The set.</param>
/// <param name="Rows">Rows.</param>
/// <param name="Judged">Rows that were judged: all but those of the first window.</param>
/// <param name="RocAuc">ROC-AUC of those.</param>
/// <param name="AveragePrecision">Average precision of those.</param>
/// <param name="RowsPerSecond">Rows judged and learned for a second of CPU time, one thread.</param>
/// <param name="StateBytes">Bytes of state.</param>
internal sealed record StreamFigure(string Set, int Rows, int Judged, double RocAuc, double AveragePrecision, double RowsPerSecond, long StateBytes);

/// <summary>The result.</summary>
/// <param name="Seeds">Seeds.</param>
/// <param name="Sets">Set by set.</param>
/// <param name="Skipped">Files left out.</param>
internal sealed record StreamResult(int Seeds, IReadOnlyList<StreamFigure> Sets, IReadOnlyList<SkippedFile> Skipped);

/// <summary>Prequential: every row is judged before it is learned, in the order of the file. Of use for sets that are in the order of their stream.</summary>
internal sealed class StreamBenchmark(string folder, IReadOnlyList<string> names, int seeds, Action<string> say)
{
    /// <summary>Measures.</summary>
    /// <exception cref="ConfigurationException">The folder has none of the sets.</exception>
    public StreamResult Run(CancellationToken cancellation)
    {
        var (figures, skipped) = (new List<StreamFigure>(), new List<SkippedFile>());
        foreach (var file in LabelledSetReader.Files(folder))
        {
            var name = LabelledSetReader.NameOf(file);
            if (!names.Any(n => name == n || name.EndsWith("_" + n, StringComparison.Ordinal)))
            {
                continue;
            }

            try
            {
                var set = LabelledSetReader.Read(file);
                say($"{set.Name}, {set.Count} rows");
                figures.Add(Measure(set, cancellation));
            }
            catch (InvalidDataException e)
            {
                // Asked for by name, but no set: the report says why.
                skipped.Add(new SkippedFile(Path.GetFileName(file), e.Message));
            }
        }

        return figures.Count > 0
            ? new StreamResult(seeds, figures, skipped)
            : throw new ConfigurationException(
                $"--data {folder}: none of the sets {string.Join(", ", names)} is there" + string.Concat(skipped.Select(s => $"; {s.File}: {s.Reason}")));
    }

    private StreamFigure Measure(LabelledSet set, CancellationToken cancellation)
    {
        var options = new StreamingForestOptions();
        if (set.Count <= options.Window)
        {
            throw new InvalidDataException($"it has {set.Count} rows; the first window alone takes {options.Window}");
        }

        var scores = new double[set.Count];
        var qualities = new List<RankingQuality>();
        long used = 0, bytes = 0;
        for (var seed = 0; seed < seeds; seed++)
        {
            cancellation.ThrowIfCancellationRequested();
            var detector = new StreamingForestDetector(options, set.FeatureCount, (ulong)seed);
            var start = CpuClock.ThreadNanoseconds();
            for (var row = 0; row < set.Count; row++)
            {
                scores[row] = detector.Next(set.Values.AsSpan(row * set.FeatureCount, set.FeatureCount));
            }

            used += CpuClock.ThreadNanoseconds() - start;
            bytes = detector.StateBytes;
            qualities.Add(Quality(scores.AsSpan(options.Window), set.Anomalies.AsSpan(options.Window)));
        }

        return new StreamFigure(
            set.Name,
            set.Count,
            set.Count - options.Window,
            qualities.Average(q => q.RocAuc),
            qualities.Average(q => q.AveragePrecision),
            1e9 * set.Count * seeds / Math.Max(used, 1),
            bytes);
    }

    private static RankingQuality Quality(ReadOnlySpan<double> scores, ReadOnlySpan<bool> anomalies) =>
        anomalies.Contains(true) && anomalies.Contains(false)
            ? RankingQuality.Of(scores, anomalies)
            : throw new InvalidDataException("after the first window its rows are all of one kind");
}
