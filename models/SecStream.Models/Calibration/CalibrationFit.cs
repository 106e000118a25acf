using SecStream.Models.WindowModels.Figures;

namespace SecStream.Models.Calibration;

/// <summary>A calibration with what the manifest says of it.</summary>
/// <param name="Calibration">Null: it was refused.</param>
/// <param name="Figures">What it rests on, or why it was refused.</param>
internal sealed record CalibrationOutcome(ScoreCalibration? Calibration, CalibrationFigures Figures);

/// <summary>
/// Makes a calibration of collected scores: empirical body (discrete: P(S ≥ s)), generalised Pareto tail over the highest two percent or fewer, fitted to the maxima of runs of a key, and never less than what was counted. Scores that
/// stand apart from all others are taken for attacks and left out. The fused score, on which alerts hang, is refused a calibration with fewer than 200 runs, with more than 3 % of windows
/// left out, or when the alert threshold moves by more than a tenth once the ten largest are not believed. A detector's is not: it only weighs the detectors against each other, and whatever it gets
/// wrong the calibration of the fused score sets right.
/// <para>n windows are worth n · runs / high scores: high scores of a key that follow each other are one.</para>
/// </summary>
internal static class CalibrationFit
{
    private const int LeastRuns = 200;
    private const int LeastDetectorRuns = 10;
    private const int Distrusted = 10;
    private const double MostShift = 0.1;
    private const double MostLeftOut = 0.03;
    private const double HighP = 1.5849e-5;
    private const double TailStep = 0.25;
    private const double TailEnd = 60;
    private const int LeastCounted = 20;
    private const double Bound = 1.2816;

    /// <summary>Fits the calibration of a detector.</summary>
    /// <param name="scores">Its scores.</param>
    /// <param name="continuous">
    /// Whether it has many different scores. Only then does a gap among the highest mean something; if not, the tail is as counted up to the highest score, and the fitted one begins there.
    /// </param>
    /// <param name="leaveOut">Whether scores that stand apart are left out.</param>
    public static CalibrationOutcome OfDetector(ScoreCollector scores, bool continuous, bool leaveOut) =>
        Fit(scores, continuous, leaveOut && continuous, LeastDetectorRuns, strict: false);

    /// <summary>Fits the calibration of the fused score, or refuses.</summary>
    /// <param name="scores">The scores.</param>
    /// <param name="leaveOut">Whether scores that stand apart are left out.</param>
    public static CalibrationOutcome OfFusion(ScoreCollector scores, bool leaveOut) => Fit(scores, continuous: true, leaveOut, LeastRuns, strict: true);

    private static CalibrationOutcome Fit(ScoreCollector scores, bool continuous, bool leaveOut, int leastRuns, bool strict)
    {
        var (cut, leftOut) = leaveOut ? ScoreGap.Find(scores) : (double.PositiveInfinity, 0);
        var count = scores.Count - leftOut;
        var tail = ScoreTail.Of(scores, cut, leftOut, leastRuns);
        var effective = tail.Runs.Length > 0 ? count * (double)tail.Runs.Length / tail.Above : 0;
        var floor = effective > 0 ? Math.Min(1, 1 / (5 * effective)) : 1;
        var figures = new CalibrationFigures(scores.Count, effective, tail.Runs.Length, tail.Threshold, 0, 0, 0, floor, 0, leftOut, false, null);
        CalibrationOutcome Refused(string why) => new(null, figures with { Refusal = why });
        if (strict && leftOut > MostLeftOut * scores.Count)
        {
            return Refused($"{leftOut} of {scores.Count} windows score above {cut:0.0} and stand apart from all others: too many to leave out as attacks; look at these days");
        }

        if (tail.Runs.Length < leastRuns)
        {
            return Refused($"{scores.Count} windows have {tail.Runs.Length} runs of high scores; a tail needs {leastRuns}");
        }

        var pareto = GeneralisedPareto.Fit(tail.Runs, 0);
        var share = (double)tail.Above / count;
        var shift = Shift(tail, pareto, share, Math.Max(HighP, floor));
        figures = figures with { TailShare = share, Shape = pareto.Shape, Scale = pareto.Scale, Shift = shift };
        return strict && shift > MostShift
            ? Refused($"without its ten largest scores the threshold moves by {shift * 100:0} %: they decide alone; look at these windows, or add days")
            : new CalibrationOutcome(Curve(scores, cut, count, pareto, figures, continuous), figures);
    }

    private static double Shift(ScoreTail tail, GeneralisedPareto pareto, double share, double p)
    {
        var nats = Math.Log(share / p);
        if (!(nats > 0) || tail.Runs.Length <= 2 * Distrusted)
        {
            return 0;
        }

        var without = GeneralisedPareto.Fit(tail.Runs, Distrusted);
        return Math.Abs(without.Excess(nats) - pareto.Excess(nats)) / (tail.Threshold + pareto.Excess(nats));
    }

    private static ScoreCalibration Curve(ScoreCollector scores, double cut, long count, GeneralisedPareto tail, CalibrationFigures figures, bool continuous)
    {
        var (at, point, upper) = (new List<double>(), new List<double>(), new List<double>());
        var highest = scores.Highest().SkipWhile(h => h.Score >= cut).Select(h => h.Score).ToArray();
        var (from, share) = (figures.Threshold, figures.TailShare);
        if (!continuous)
        {
            // As counted to the end; one window has the highest score, or more that are alike.
            (from, share) = (highest[0], highest.TakeWhile(h => h >= highest[0]).Count() / (double)count);
        }

        CalibrationBody.Add(scores, cut, count, from, figures.EffectiveWindows, at, point, upper);
        var excesses = Places(tail, highest, from);
        var bounds = tail.Upper(excesses, Math.Log(share), figures.Excesses);
        for (var i = 0; i < excesses.Length; i++)
        {
            // Where the tail is no Pareto tail (some keys have habits of their own), what was counted holds, if it is more and enough to count.
            var above = Above(highest, from + excesses[i]);
            var counted = above >= LeastCounted ? Math.Log((double)above / count) : double.NegativeInfinity;
            var bound = above >= LeastCounted ? counted + (Bound / Math.Sqrt(above * figures.EffectiveWindows / count)) : counted;
            at.Add(from + excesses[i]);
            point.Add(Math.Max(Math.Log(share) + tail.LogSurvival(excesses[i]), counted));
            upper.Add(Math.Max(bounds[i], bound));
        }

        // A higher score is never more probable, and a bound never below its estimate.
        for (var i = at.Count - 1; i >= 0; i--)
        {
            point[i] = i + 1 < at.Count ? Math.Max(point[i], point[i + 1]) : point[i];
            upper[i] = Math.Min(0, Math.Max(point[i], i + 1 < at.Count ? Math.Max(upper[i], upper[i + 1]) : upper[i]));
        }

        return new ScoreCalibration([.. at], [.. point], [.. upper], Math.Log(figures.Floor));
    }

    /// <summary>Where the tail has knots: at even steps of the fitted one, and at some of the scores counted.</summary>
    private static double[] Places(GeneralisedPareto tail, double[] highest, double from)
    {
        var places = Enumerable.Range(0, (int)(TailEnd / TailStep) + 1).Select(i => tail.Excess(i * TailStep)).ToList();
        for (var rank = LeastCounted; rank <= highest.Length && highest[rank - 1] > from; rank += Math.Max(1, rank / 16))
        {
            places.Add(highest[rank - 1] - from);
        }

        places.Sort();
        return [.. places];
    }

    /// <summary>How many score as high.</summary>
    private static int Above(double[] highest, double score)
    {
        var (low, high) = (0, highest.Length);
        while (low < high)
        {
            var middle = (low + high) >> 1;
            (low, high) = highest[middle] >= score ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
