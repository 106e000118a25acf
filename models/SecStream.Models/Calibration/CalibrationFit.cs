using SecStream.Models.WindowModels.Figures;

namespace SecStream.Models.Calibration;

/// <summary>A calibration with what the manifest says of it.</summary>
/// <param name="Calibration">Null: it was refused.</param>
/// <param name="Figures">What it rests on, or why it was refused.</param>
internal sealed record CalibrationOutcome(ScoreCalibration? Calibration, CalibrationFigures Figures);

/// <summary>
/// Makes a calibration of collected scores: empirical body (discrete: P(S ≥ s)), generalised Pareto tail over the highest two percent or fewer, fitted to the maxima of runs of a key. Scores that
/// stand apart from all others are taken for attacks and left out, up to 3 % of windows. Refused: fewer than 200 runs, more left out, or an alert threshold that moves by more than a tenth
/// when the ten largest are not believed.
/// </summary>
internal static class CalibrationFit
{
    private const int LeastRuns = 200;
    private const int Distrusted = 10;
    private const double MostShift = 0.1;
    private const double MostLeftOut = 0.03;
    private const double TailPart = 0.02;
    private const double HighP = 1.5849e-5;
    private const long Hour = 3_600_000_000;
    private const double TailStep = 0.25;
    private const double TailEnd = 60;

    /// <summary>Fits.</summary>
    /// <param name="scores">The scores.</param>
    /// <param name="continuous">Whether a gap among high scores means something: not where few different scores are possible.</param>
    public static CalibrationOutcome Fit(ScoreCollector scores, bool continuous)
    {
        var effective = scores.Effective;
        var floor = effective > 0 ? Math.Min(1, 1 / (5 * effective)) : 1;
        var none = new CalibrationFigures(scores.Count, effective, 0, 0, 0, 0, 0, floor, 0, 0, false, null);
        CalibrationOutcome Refused(CalibrationFigures figures, string why) => new(null, figures with { Refusal = why });
        var (cut, leftOut) = continuous ? ScoreGap.Find(scores) : (double.PositiveInfinity, 0);
        none = none with { LeftOut = leftOut };
        if (leftOut > MostLeftOut * scores.Count)
        {
            return Refused(none, $"{leftOut} of {scores.Count} windows score above {cut:0.0} and stand apart from all others: too many to leave out as attacks; look at these days");
        }

        var count = scores.Count - leftOut;
        var (threshold, above, runs) = Tail(scores, cut, leftOut, count);
        if (runs.Length < LeastRuns)
        {
            return Refused(none with { Excesses = runs.Length }, $"{scores.Count} windows have {runs.Length} runs of high scores; a tail needs {LeastRuns}");
        }

        var tail = GeneralisedPareto.Fit(runs, 0);
        var share = (double)above / count;
        var shift = Shift(runs, tail, threshold, share, Math.Max(HighP, floor));
        var figures = none with { Excesses = runs.Length, Threshold = threshold, TailShare = share, Shape = tail.Shape, Scale = tail.Scale, Shift = shift };
        return shift > MostShift
            ? Refused(figures, $"without its ten largest scores the threshold moves by {shift * 100:0} %: they decide alone; look at these windows, or add days")
            : new CalibrationOutcome(Curve(scores, cut, count, tail, figures, effective), figures);
    }

    /// <summary>The threshold, how many scores are above it, and the excesses of the maxima of runs, ascending.</summary>
    private static (double Threshold, long Above, double[] Runs) Tail(ScoreCollector scores, double cut, long leftOut, long count)
    {
        var highest = scores.Highest();
        for (var wanted = Math.Min(TailPart * count, Math.Max(1000, Math.Min(0.001 * count, 8192))); ; wanted *= 2)
        {
            wanted = Math.Min(wanted, TailPart * count);
            var at = (int)Math.Min(leftOut + (long)wanted, highest.Count - 1);
            if (at < 1)
            {
                return (0, 0, []);
            }

            // Strictly above: of equal scores none or all are in the tail.
            var threshold = highest[at].Score;
            var inTail = highest.Take(at).Where(h => h.Score > threshold && h.Score < cut).ToArray();
            var runs = Maxima(inTail, scores.Window, threshold);
            if (runs.Length >= LeastRuns || wanted >= TailPart * count || at == highest.Count - 1)
            {
                return (threshold, inTail.Length, runs);
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

    private static double Shift(double[] runs, GeneralisedPareto tail, double threshold, double share, double p)
    {
        var nats = Math.Log(share / p);
        if (!(nats > 0))
        {
            return 0;
        }

        var without = GeneralisedPareto.Fit(runs, Distrusted);
        return Math.Abs(without.Excess(nats) - tail.Excess(nats)) / (threshold + tail.Excess(nats));
    }

    private static ScoreCalibration Curve(ScoreCollector scores, double cut, long count, GeneralisedPareto tail, CalibrationFigures figures, double effective)
    {
        var (at, point, upper) = (new List<double>(), new List<double>(), new List<double>());
        CalibrationBody.Add(scores, cut, count, figures.Threshold, effective, at, point, upper);
        var steps = (int)(TailEnd / TailStep);
        var excesses = Enumerable.Range(0, steps + 1).Select(i => tail.Excess(i * TailStep)).ToArray();
        var bounds = tail.Upper(excesses, Math.Log(figures.TailShare), figures.Excesses);
        for (var i = 0; i < excesses.Length; i++)
        {
            at.Add(figures.Threshold + excesses[i]);
            point.Add(Math.Log(figures.TailShare) - (i * TailStep));
            upper.Add(bounds[i]);
        }

        // A higher score is never more probable, and a bound never below its estimate.
        for (var i = at.Count - 1; i >= 0; i--)
        {
            point[i] = i + 1 < at.Count ? Math.Max(point[i], point[i + 1]) : point[i];
            upper[i] = Math.Min(0, Math.Max(point[i], i + 1 < at.Count ? Math.Max(upper[i], upper[i + 1]) : upper[i]));
        }

        return new ScoreCalibration([.. at], [.. point], [.. upper], Math.Log(figures.Floor));
    }
}
