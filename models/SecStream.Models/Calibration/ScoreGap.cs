namespace SecStream.Models.Calibration;

/// <summary>
/// Finds scores that stand apart: where the share of windows above hardly falls (by less than half) over a stretch in which it should fall twentyfold. No
/// tail of windows alike does that; attacks among the calibration days do. The stretch is 2.73 times the distance of the 70 % and 90 % points, which is ln 20 of an
/// exponential tail. What is left out begins behind the quarter of the stretch that has the fewest windows: there the ordinary ones end.
/// </summary>
internal static class ScoreGap
{
    private const double Flat = 0.5;
    private const double Stretch = 2.73;
    private const double Into = 0.75;
    private const double MostShare = 0.04;
    private const double LeastShare = 2e-4;
    private const long LeastCount = 50;

    /// <summary>Where they begin, and how many they are; infinity: none. What is left is looked at again: attacks are of many strengths.</summary>
    public static (double Cut, long Count) Find(ScoreCollector scores)
    {
        var above = new long[ScoreCollector.Bins + 1];
        for (var bin = ScoreCollector.Bins - 1; bin >= 0; bin--)
        {
            above[bin] = above[bin + 1] + scores.Counts[bin];
        }

        var cut = ScoreCollector.Bins;
        for (var next = Once(above, cut); next < cut; next = Once(above, cut))
        {
            cut = next;
        }

        return cut == ScoreCollector.Bins ? (double.PositiveInfinity, 0) : (ScoreCollector.Edge(cut), above[cut]);
    }

    /// <summary>The bin from which on the scores below a cut stand apart; the cut: none do.</summary>
    private static int Once(long[] above, int cut)
    {
        var count = above[0] - above[cut];
        var stretch = Stretch * (Quantile(above, cut, 0.1) - Quantile(above, cut, 0.3));
        var far = 0;
        for (var bin = 0; bin < cut && stretch > 0; bin++)
        {
            var here = above[bin] - above[cut];
            if (here > MostShare * count)
            {
                continue;
            }

            while (far < cut && ScoreCollector.Edge(far) < ScoreCollector.Edge(bin) + stretch)
            {
                far++;
            }

            var there = above[far] - above[cut];
            if (there < Math.Max(LeastCount, LeastShare * count))
            {
                break;
            }

            if (there > Flat * here)
            {
                return Sparsest(above, bin, far, stretch);
            }
        }

        return cut;
    }

    private static int Sparsest(long[] above, int from, int far, double stretch)
    {
        var (best, fewest) = (from, long.MaxValue);
        for (var bin = from; bin < far && ScoreCollector.Edge(bin) <= ScoreCollector.Edge(from) + (Into * stretch); bin++)
        {
            var to = bin;
            while (to < far && ScoreCollector.Edge(to) < ScoreCollector.Edge(bin) + (stretch / 4))
            {
                to++;
            }

            if (above[bin] - above[to] < fewest)
            {
                (best, fewest) = (to, above[bin] - above[to]);
            }
        }

        return best;
    }

    /// <summary>The score that a share of the windows below a cut reaches.</summary>
    private static double Quantile(long[] above, int cut, double share)
    {
        var bin = cut - 1;
        while (bin > 0 && above[bin] - above[cut] < share * (above[0] - above[cut]))
        {
            bin--;
        }

        return ScoreCollector.Edge(Math.Max(bin, 0));
    }
}
