using SecStream.Models;
using SecStream.Models.ChangePoint;
using SecStream.Models.Ewma;
using SecStream.Models.IidSpike;
using SecStream.Models.Iqr;
using SecStream.Models.RobustZScore;
using SecStream.Models.SeasonalBaseline;
using SecStream.Models.SequenceModel;
using SecStream.Models.SeriesEnsemble;
using SecStream.Models.SpectralResidual;
using SecStream.Models.SsaSpike;
using SecStream.Models.WindowedZScore;

namespace SecStream.Host.Benchmark.Detectors;

/// <summary>A series detector at a history.</summary>
/// <param name="Detector">Its name.</param>
/// <param name="History">Points it compares with; 0 where it holds none.</param>
/// <param name="NanosecondsPerPoint">CPU time of a point, median of the runs.</param>
/// <param name="PointsPerSecond">The same the other way round.</param>
/// <param name="StateBytes">State after the last point.</param>
internal sealed record DetectorFigure(string Detector, int History, double NanosecondsPerPoint, double PointsPerSecond, long StateBytes);

/// <summary>Measures what a point costs each series detector, one thread, on a seeded series with season, noise and spikes.</summary>
internal static class DetectorSpeed
{
    /// <summary>Histories that are measured.</summary>
    public static IReadOnlyList<int> Histories { get; } = [30, 100, 1000];

    /// <summary>Measures all.</summary>
    /// <param name="points">Points of a run.</param>
    /// <param name="runs">Runs that count, after one that does not.</param>
    /// <param name="cancellation">Ends it.</param>
    public static IReadOnlyList<DetectorFigure> Measure(int points, int runs, CancellationToken cancellation)
    {
        var figures = new List<DetectorFigure>();
        var values = Values(points);
        var symbols = Symbols(points);
        foreach (var history in Histories)
        {
            foreach (var (name, make) in Detectors(history))
            {
                cancellation.ThrowIfCancellationRequested();
                figures.Add(Measure(name, history, make, name == "sequence" ? symbols : values, runs));
            }
        }

        return figures;
    }

    private static IEnumerable<(string Name, Func<ISeriesDetector> Make)> Detectors(int history)
    {
        var learning = Math.Min(20, history);
        yield return ("windowed-z-score", () => new WindowedZScoreDetector(new WindowedZScoreOptions { WindowCount = history, LearningCount = learning }));
        yield return ("robust-z-score", () => new RobustZScoreDetector(new RobustZScoreOptions { WindowCount = history, LearningCount = learning }));
        yield return ("iqr", () => new IqrDetector(new IqrOptions { WindowCount = history, LearningCount = learning }));
        yield return ("ewma", () => new EwmaDetector(new EwmaOptions { Weight = 2.0 / (history + 1) }));
        yield return ("iid-spike", () => new IidSpikeDetector(new IidSpikeOptions { HistoryCount = history, LearningCount = learning }));
        yield return ("ssa-spike", () => new SsaSpikeDetector(Ssa(history)));
        yield return ("spectral-residual", () => new SpectralResidualDetector(new SpectralResidualOptions { HistoryCount = history }));
        yield return ("change-point", () => new ChangePointDetector(new ChangePointOptions { HistoryCount = history, LearningCount = learning }));
        yield return ("seasonal-baseline", () => new SeasonalBaselineDetector(new SeasonalBaselineOptions()));
        yield return ("sequence", () => new SequenceModelDetector(new SequenceModelOptions()));
        yield return ("series-ensemble", () => new SeriesEnsembleDetector(new SeriesEnsembleOptions { HistoryCount = Math.Max(history, SeriesEnsembleOptions.LeastHistory) }));
    }

    /// <summary>A window of 16 where the history allows it: a fit needs four of them.</summary>
    private static SsaSpikeOptions Ssa(int history)
    {
        var window = Math.Min(16, history / 4);
        return new SsaSpikeOptions { HistoryCount = history, WindowCount = window, RankCount = Math.Min(4, window / 2), LearningCount = Math.Min(64, history) };
    }

    private static DetectorFigure Measure(string name, int history, Func<ISeriesDetector> make, double[] values, int runs)
    {
        var times = new List<double>();
        var bytes = 0L;

        // The first run, just-in-time compilation included, does not count.
        for (var run = 0; run <= runs; run++)
        {
            var detector = make();
            var before = CpuClock.ThreadNanoseconds();
            for (var i = 0; i < values.Length; i++)
            {
                detector.Next(i * 300_000_000L, values[i]);
            }

            var taken = CpuClock.ThreadNanoseconds() - before;
            bytes = detector.StateBytes;
            if (run > 0)
            {
                times.Add((double)taken / values.Length);
            }
        }

        var median = FullFigure.Median(times);
        return new DetectorFigure(name, history, median, 1e9 / median, bytes);
    }

    private static double[] Values(int points)
    {
        var draw = new Random(17);
        var values = new double[points];
        for (var i = 0; i < points; i++)
        {
            values[i] = 100 + (20 * Math.Sin(2 * Math.PI * i / 288)) + (10 * draw.NextDouble()) + (draw.Next(200) == 0 ? 100 : 0);
        }

        return values;
    }

    private static double[] Symbols(int points)
    {
        var draw = new Random(18);
        var symbols = new double[points];
        for (var i = 0; i < points; i++)
        {
            symbols[i] = draw.Next(5) == 0 ? draw.Next(40) : i % 12;
        }

        return symbols;
    }
}
