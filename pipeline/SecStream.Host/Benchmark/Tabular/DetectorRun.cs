using SecStream.Models;

namespace SecStream.Host.Benchmark.Tabular;

/// <summary>Fits and scores one detector, and takes the CPU time of its thread.</summary>
internal static class DetectorRun
{
    private const int SpeedRows = 50_000;
    private const int SpeedFeatures = 10;
    private const int SpeedRounds = 5;

    /// <summary>Over some seeds.</summary>
    public static DetectorFigure Measure(IVectorTrainer trainer, LabelledSet set, int seeds, CancellationToken cancellation)
    {
        var scores = new double[set.Count];
        var qualities = new RankingQuality[seeds];
        long fit = 0, score = 0;
        for (var seed = 0; seed < seeds; seed++)
        {
            cancellation.ThrowIfCancellationRequested();
            var start = CpuClock.ThreadNanoseconds();
            var detector = trainer.Fit(set.Values, set.FeatureCount, (ulong)seed);
            var fitted = CpuClock.ThreadNanoseconds();
            detector.Score(set.Values, scores);
            score += CpuClock.ThreadNanoseconds() - fitted;
            fit += fitted - start;
            qualities[seed] = RankingQuality.Of(scores, set.Anomalies);
        }

        var mean = qualities.Average(q => q.RocAuc);
        var deviation = Math.Sqrt(qualities.Average(q => (q.RocAuc - mean) * (q.RocAuc - mean)));
        var rows = 1e9 * set.Count * seeds;
        return new DetectorFigure(
            trainer.Name, mean, deviation, qualities.Average(q => q.AveragePrecision), set.Count, rows / Math.Max(fit, 1), rows / Math.Max(score, 1));
    }

    /// <summary>Rows for a second of CPU time on generated rows of ten features: the best of some rounds, for others use the machine too.</summary>
    public static (double Fit, double Score) Speed(IVectorTrainer trainer)
    {
        var draw = new Draw(1);
        var rows = new double[SpeedRows * SpeedFeatures];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = draw.Unit() + draw.Unit() + draw.Unit();
        }

        var scores = new double[SpeedRows];
        long fit = long.MaxValue, score = long.MaxValue;
        for (var round = 0; round < SpeedRounds; round++)
        {
            var start = CpuClock.ThreadNanoseconds();
            var detector = trainer.Fit(rows, SpeedFeatures, 1);
            var fitted = CpuClock.ThreadNanoseconds();
            detector.Score(rows, scores);
            score = Math.Min(score, CpuClock.ThreadNanoseconds() - fitted);
            fit = Math.Min(fit, fitted - start);
        }

        return (1e9 * SpeedRows / fit, 1e9 * SpeedRows / score);
    }
}
