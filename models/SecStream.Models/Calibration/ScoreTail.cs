namespace SecStream.Models.Calibration;

/// <summary>The highest scores, as the tail is fitted to them.</summary>
/// <param name="Threshold">Where the tail begins.</param>
/// <param name="Above">Scores above it.</param>
/// <param name="Runs">
/// Excesses of the maxima of runs, ascending. A run is scores of a key above the threshold, none more than three windows and an hour after the one before.
/// </param>
internal sealed record ScoreTail(double Threshold, long Above, double[] Runs)
{
    private const double TailPart = 0.02;
    private const int Wanted = 1000;
    private const double WantedPart = 0.001;
    private const int MostWanted = 8192;
    private const long Hour = 3_600_000_000;

    /// <summary>
    /// The tail of some scores: of the highest thousand or thousandth, which bends the least, as long as that gives runs enough; never of more than the highest 2 %.
    /// </summary>
    /// <param name="scores">The scores.</param>
    /// <param name="cut">Scores from here on are left out.</param>
    /// <param name="leftOut">How many these are.</param>
    /// <param name="leastRuns">Runs needed.</param>
    public static ScoreTail Of(ScoreCollector scores, double cut, long leftOut, int leastRuns)
    {
        var highest = scores.Highest();
        var most = TailPart * (scores.Count - leftOut);
        for (var wanted = Math.Max(Wanted, Math.Min(WantedPart * scores.Count, MostWanted)); ; wanted *= 2)
        {
            var at = (int)Math.Min(leftOut + (long)Math.Min(wanted, most), highest.Count - 1);
            if (at < 1)
            {
                return new ScoreTail(0, 0, []);
            }

            // Strictly above: of equal scores none or all are in the tail.
            var threshold = highest[at].Score;
            var inTail = highest.Take(at).Where(h => h.Score > threshold && h.Score < cut).ToArray();
            var runs = Maxima(inTail, scores.Window, threshold);
            if (runs.Length >= leastRuns || wanted >= most || at == highest.Count - 1)
            {
                return new ScoreTail(threshold, inTail.Length, runs);
            }
        }
    }

    private static double[] Maxima(HighScore[] scores, long window, double threshold)
    {
        var gap = Math.Max(3 * window, Hour);
        Array.Sort(scores, static (a, b) => a.Key != b.Key ? a.Key.CompareTo(b.Key) : a.Start.CompareTo(b.Start));
        var maxima = new List<double>();
        for (var i = 0; i < scores.Length; i++)
        {
            var excess = scores[i].Score - threshold;
            if (i > 0 && scores[i].Key == scores[i - 1].Key && scores[i].Start - scores[i - 1].Start <= gap)
            {
                maxima[^1] = Math.Max(maxima[^1], excess);
            }
            else
            {
                maxima.Add(excess);
            }
        }

        maxima.Sort();
        return [.. maxima];
    }
}
