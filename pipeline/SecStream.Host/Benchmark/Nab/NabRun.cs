using System.Globalization;
using SecStream.Models.SeriesEnsemble;

namespace SecStream.Host.Benchmark.Nab;

/// <summary>A category without which the thresholds were chosen, and how it fares with them.</summary>
/// <param name="Category">The folder.</param>
/// <param name="Windows">Its windows.</param>
/// <param name="Scores">Its score by profile; against its own perfect detector.</param>
internal sealed record NabCategory(string Category, int Windows, IReadOnlyDictionary<string, double> Scores);

/// <summary>The result of a run over the benchmark.</summary>
/// <param name="Series">Series.</param>
/// <param name="Windows">Anomaly windows.</param>
/// <param name="Points">Records.</param>
/// <param name="NanosecondsPerPoint">CPU time of a record.</param>
/// <param name="Scores">The score by profile.</param>
/// <param name="LeftOut">Categories scored at the thresholds of all others.</param>
internal sealed record NabResult(
    int Series, int Windows, int Points, double NanosecondsPerPoint, IReadOnlyList<NabScore> Scores, IReadOnlyList<NabCategory> LeftOut);

/// <summary>
/// Runs the streaming detector over the Numenta Anomaly Benchmark: one configuration for all series, every record judged before the next is read, nothing known
/// of the series beforehand. Writes a result file for each series in the benchmark's format.
/// </summary>
internal static class NabRun
{
    private const string Detector = "secstream";

    /// <summary>Judges, writes, scores.</summary>
    /// <param name="data">Folder with <c>data/</c> and <c>labels/</c>.</param>
    /// <param name="output">Folder for <c>secstream/CATEGORY/secstream_NAME.csv</c>; null writes nothing.</param>
    /// <param name="cancellation">Ends the run.</param>
    public static async Task<NabResult> RunAsync(string data, string? output, CancellationToken cancellation)
    {
        var corpus = NabCorpus.Read(data);
        var results = new List<(NabSeries Series, double[] Scores)>();
        var nanoseconds = 0L;
        foreach (var series in corpus)
        {
            cancellation.ThrowIfCancellationRequested();
            var before = CpuClock.ThreadNanoseconds();
            var scores = Judge(series);
            nanoseconds += CpuClock.ThreadNanoseconds() - before;
            results.Add((series, scores));
            if (output is not null)
            {
                await WriteAsync(output, series, scores, cancellation).ConfigureAwait(false);
            }
        }

        var points = corpus.Sum(s => s.Values.Length);
        return new NabResult(
            corpus.Count,
            corpus.Sum(s => s.Windows.Count),
            points,
            (double)nanoseconds / points,
            [.. NabProfile.All.Select(p => NabScoring.Best(p, results))],
            LeaveOut(results));
    }

    /// <summary>Scores of 0 to 1, as the benchmark wants them.</summary>
    private static double[] Judge(NabSeries series)
    {
        var detector = new SeriesEnsembleDetector(new SeriesEnsembleOptions());
        var scores = new double[series.Values.Length];
        for (var i = 0; i < scores.Length; i++)
        {
            var score = detector.Next(series.Times[i], series.Values[i]);
            scores[i] = double.IsNaN(score) ? 0 : score / (1 + score);
        }

        return scores;
    }

    private static async Task WriteAsync(string output, NabSeries series, double[] scores, CancellationToken cancellation)
    {
        var folder = Path.Combine(output, Detector, series.Category);
        Directory.CreateDirectory(folder);
        var writer = new StreamWriter(Path.Combine(folder, $"{Detector}_{series.FileName}"));
        await using (writer.ConfigureAwait(false))
        {
            await writer.WriteLineAsync("timestamp,value,anomaly_score,label".AsMemory(), cancellation).ConfigureAwait(false);
            for (var i = 0; i < scores.Length; i++)
            {
                var label = series.IsLabelled(i) ? 1 : 0;
                var line = string.Create(CultureInfo.InvariantCulture, $"{series.Stamps[i]},{series.Values[i]:R},{scores[i]:R},{label}");
                await writer.WriteLineAsync(line.AsMemory(), cancellation).ConfigureAwait(false);
            }
        }
    }

    private static List<NabCategory> LeaveOut(List<(NabSeries Series, double[] Scores)> results)
    {
        var left = new List<NabCategory>();
        foreach (var category in results.GroupBy(r => r.Series.Category).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var others = results.Where(r => r.Series.Category != category.Key).ToList();
            var windows = category.Sum(r => r.Series.Windows.Count);
            if (windows > 0 && others.Count > 0)
            {
                left.Add(new NabCategory(
                    category.Key,
                    windows,
                    NabProfile.All.ToDictionary(p => p.Name, p => NabScoring.At(p, [.. category], NabScoring.Best(p, others).Threshold).Score)));
            }
        }

        return left;
    }
}
