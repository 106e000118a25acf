namespace SecStream.Models.Calibration;

/// <summary>The empirical part of a calibration: P(S ≥ s) as counted.</summary>
internal static class CalibrationBody
{
    private const double Step = 0.03;
    private const double Bound = 1.2816;

    /// <summary>Adds knots up to the threshold.</summary>
    public static void Add(
        ScoreCollector scores, double cut, long count, double threshold, double effective, List<double> at, List<double> point, List<double> upper)
    {
        void Knot(double score, double p)
        {
            at.Add(score);
            point.Add(Math.Log(p));
            upper.Add(Math.Min(0, Math.Log(p) + (Bound * Math.Sqrt((1 - p) / (p * Math.Max(effective, 1))))));
        }

        var left = count;
        var before = 0.0;
        Knot(0, 1);
        for (var bin = 0; bin < ScoreCollector.Bins - 1; bin++)
        {
            var (edge, next) = (ScoreCollector.Edge(bin), ScoreCollector.Edge(bin + 1));
            if (next >= threshold || next >= cut)
            {
                break;
            }

            var p = (double)left / count;
            left -= scores.Counts[bin];
            if (left <= 0)
            {
                break;
            }

            var below = Math.Log((double)left / count);
            if (below - Math.Log(p) < -Step)
            {
                // Many windows have this score: all of its bin are as probable as its lower end.
                Knot(Math.Max(edge, at[^1]), p);
                Knot(next * (1 - 1e-12), p);
                Knot(next, (double)left / count);
                before = below;
            }
            else if (below < before - Step)
            {
                Knot(next, (double)left / count);
                before = below;
            }
        }

        Knot(Math.Max(threshold * (1 - 1e-12), at[^1]), Math.Exp(point[^1]));
    }
}
