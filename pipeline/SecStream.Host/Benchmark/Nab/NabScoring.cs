namespace SecStream.Host.Benchmark.Nab;

/// <summary>The score of a profile at its best threshold.</summary>
/// <param name="Profile">The profile.</param>
/// <param name="Threshold">The threshold: one for the whole corpus, the best.</param>
/// <param name="Raw">Sum over the corpus.</param>
/// <param name="Score">0 as without any alert, 100 as of a perfect detector.</param>
/// <param name="Found">Windows with an alert.</param>
/// <param name="FalseAlerts">Alerts outside of windows.</param>
internal sealed record NabScore(NabProfile Profile, double Threshold, double Raw, double Score, int Found, int FalseAlerts);

/// <summary>
/// The scoring of the Numenta Anomaly Benchmark (Lavin and Ahmad 2015, and its sweep over thresholds): the earliest alert in a window gains by a sigmoid of its
/// place, alerts outside lose by the distance from the window before them, missed windows lose; the first 15 % of a series do not count. Sums are normalised
/// between a detector that says nothing and a perfect one.
/// </summary>
internal static class NabScoring
{
    /// <summary>Above any score: no alert at all.</summary>
    public const double NoAlerts = 1.1;

    private const double Far = 3.0;
    private static readonly double s_earliest = ScaledSigmoid(-1.0);

    /// <summary>Scores results of some series, one threshold for all.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="results">Series with a score for each record, 0 to 1.</param>
    public static NabScore Best(NabProfile profile, IReadOnlyList<(NabSeries Series, double[] Scores)> results)
    {
        var points = Points(profile, results);
        var windows = results.Sum(r => r.Series.Windows.Count);
        var sweep = new Sweep(profile, windows);
        var best = sweep.At(NoAlerts);
        for (var i = 0; i < points.Count;)
        {
            var threshold = points[i].Score;
            for (; i < points.Count && points[i].Score == threshold; i++)
            {
                sweep.Admit(points[i]);
            }

            var now = sweep.At(threshold);
            best = now.Raw > best.Raw ? now : best;
        }

        return best;
    }

    /// <summary>The score at a given threshold.</summary>
    public static NabScore At(NabProfile profile, IReadOnlyList<(NabSeries Series, double[] Scores)> results, double threshold)
    {
        var sweep = new Sweep(profile, results.Sum(r => r.Series.Windows.Count));
        foreach (var point in Points(profile, results))
        {
            if (point.Score >= threshold)
            {
                sweep.Admit(point);
            }
        }

        return sweep.At(threshold);
    }

    /// <summary>The sigmoid: near 1 at −1, the start of a window; 0 at its end; −1 far behind it.</summary>
    public static double ScaledSigmoid(double position) =>
        position >= Far ? -1.0 : (2.0 / (1.0 + Math.Exp(5 * position))) - 1.0;

    /// <summary>What an alert at each record would be worth.</summary>
    public static double[] Worth(NabProfile profile, NabSeries series)
    {
        var worth = new double[series.Values.Length];
        var next = 0;
        NabWindow? before = null;
        for (var i = 0; i < worth.Length; i++)
        {
            if (next < series.Windows.Count && i > series.Windows[next].Last)
            {
                before = series.Windows[next++];
            }

            worth[i] = next < series.Windows.Count && i >= series.Windows[next].First
                ? Inside(series.Windows[next], i) * profile.TruePositive / s_earliest
                : Outside(before, i) * profile.FalsePositive;
        }

        return worth;
    }

    private static double Inside(NabWindow window, int record) =>
        ScaledSigmoid(-(window.Last - record + 1) / (double)(window.Last - window.First + 1));

    private static double Outside(NabWindow? before, int record) =>
        before is not { } window || window.Last == window.First ? -1.0 : ScaledSigmoid((record - window.Last) / (double)(window.Last - window.First));

    private static List<Point> Points(NabProfile profile, IReadOnlyList<(NabSeries Series, double[] Scores)> results)
    {
        var points = new List<Point>();
        var windows = 0;
        foreach (var (series, scores) in results)
        {
            var worth = Worth(profile, series);
            for (var i = series.ProbationaryCount; i < scores.Length; i++)
            {
                points.Add(new Point(scores[i], worth[i], WindowOf(series, i, windows)));
            }

            windows += series.Windows.Count;
        }

        points.Sort((a, b) => b.Score.CompareTo(a.Score));
        return points;
    }

    private static int WindowOf(NabSeries series, int record, int offset)
    {
        for (var w = 0; w < series.Windows.Count; w++)
        {
            if (record >= series.Windows[w].First && record <= series.Windows[w].Last)
            {
                return offset + w;
            }
        }

        return -1;
    }

    /// <param name="Score">The detector's.</param>
    /// <param name="Worth">What an alert here is worth.</param>
    /// <param name="Window">Its window among those of the corpus; −1 for none.</param>
    private readonly record struct Point(double Score, double Worth, int Window);

    private sealed class Sweep(NabProfile profile, int windows)
    {
        private readonly double[] _gains = Enumerable.Repeat(-profile.FalseNegative, windows).ToArray();
        private readonly bool[] _found = new bool[windows];
        private double _loss;
        private int _falseAlerts;

        public void Admit(Point point)
        {
            if (point.Window < 0)
            {
                _loss += point.Worth;
                _falseAlerts++;
            }
            else
            {
                _found[point.Window] = true;
                _gains[point.Window] = Math.Max(_gains[point.Window], point.Worth);
            }
        }

        public NabScore At(double threshold)
        {
            var raw = _gains.Sum() + _loss;
            var nothing = -windows * profile.FalseNegative;
            var perfect = windows * profile.TruePositive;
            var score = windows == 0 ? 0 : 100 * (raw - nothing) / (perfect - nothing);
            return new NabScore(profile, threshold, raw, score, _found.Count(f => f), _falseAlerts);
        }
    }
}
