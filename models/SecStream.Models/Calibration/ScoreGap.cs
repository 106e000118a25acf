namespace SecStream.Models.Calibration;

/// <summary>
/// Finds scores that stand apart: where the share of windows above hardly falls (by less than three tenths) over a stretch in which it should fall twentyfold. No
/// tail of windows alike does that; attacks among the calibration days do. The stretch is 2.73 times the distance of the 85 % and 95 % points, which is ln 20 of an
/// exponential tail. What is left out begins where the fewest windows are in a quarter of the stretch: there the ordinary ones end and the others begin.
/// </summary>
internal static class ScoreGap
{
    private const double Flat = 0.7;
    private const double Stretch = 2.73;
    private const double Into = 0.75;
    private const double MostShare = 0.04;
    private const double LeastShare = 2e-4;
    private const long LeastCount = 50;

    /// <summary>Where they begin, and how many they are; infinity: none.</summary>
    public static (double Cut, long Count) Find(ScoreCollector scores)
    {
        var above = new long[ScoreCollector.Bins + 1];
        for (var bin = ScoreCollector.Bins - 1; bin >= 0; bin--)
        {
            above[bin] = above[bin + 1] + scores.Counts[bin];
        }

        var stretch = Stretch * (Quantile(above, scores.Count, 0.05) - Quantile(above, scores.Count, 0.15));
        if (!(stretch > 0))
        {
            return (double.PositiveInfinity, 0);
        }

        var far = 0;
        for (var bin = 0; bin < ScoreCollector.Bins; bin++)
        {
            if (above[bin] > MostShare * scores.Count)
            {
                continue;
            }

            while (far < ScoreCollector.Bins && ScoreCollector.Edge(far) < ScoreCollector.Edge(bin) + stretch)
            {
                far++;
            }

            if (above[far] < Math.Max(LeastCount, LeastShare * scores.Count))
            {
                break;
            }

            if (above[far] > Flat * above[bin])
            {
                return Sparsest(above, bin, stretch);
            }
        }

        return (double.PositiveInfinity, 0);
    }

    private static (double Cut, long Count) Sparsest(long[] above, int from, double stretch)
    {
        var (best, fewest) = (from, long.MaxValue);
        for (var bin = from; ScoreCollector.Edge(bin) <= ScoreCollector.Edge(from) + (Into * stretch); bin++)
        {
            var to = bin;
            while (to < ScoreCollector.Bins && ScoreCollector.Edge(to) < ScoreCollector.Edge(bin) + (stretch / 4))
            {
                to++;
            }

            if (above[bin] - above[to] < fewest)
            {
                (best, fewest) = (bin, above[bin] - above[to]);
            }
        }

        return (ScoreCollector.Edge(best), above[best]);
    }

    /// <summary>The score that a share of windows reaches.</summary>
    private static double Quantile(long[] above, long count, double share)
    {
        var bin = ScoreCollector.Bins - 1;
        while (bin > 0 && above[bin] < share * count)
        {
            bin--;
        }

        return ScoreCollector.Edge(bin);
    }
}
