namespace SecStream.Host.Benchmark.Tabular;

/// <summary>How well scores put anomalies before the others, whatever the threshold.</summary>
/// <param name="RocAuc">Probability that an anomaly scores higher than an ordinary row; ties count half.</param>
/// <param name="AveragePrecision">Mean precision over the anomalies, at the score of each.</param>
internal readonly record struct RankingQuality(double RocAuc, double AveragePrecision)
{
    /// <summary>Measures scores against the truth; both kinds must occur.</summary>
    public static RankingQuality Of(ReadOnlySpan<double> scores, ReadOnlySpan<bool> anomalies)
    {
        var sorted = scores.ToArray();
        var truth = anomalies.ToArray();
        Array.Sort(sorted, truth);
        double ordinary = 0, found = 0, pairs = 0, precisions = 0;
        for (var end = sorted.Length - 1; end >= 0;)
        {
            var (start, hits) = (end, 0);
            for (; start >= 0 && sorted[start] == sorted[end]; start--)
            {
                hits += truth[start] ? 1 : 0;
            }

            var misses = end - start - hits;
            pairs += misses * (found + (hits / 2.0));
            found += hits;
            ordinary += misses;
            precisions += hits * found / (found + ordinary);
            end = start;
        }

        return new RankingQuality(pairs / (found * ordinary), precisions / found);
    }
}
