using SecStream.Core.Features;
using SecStream.Models.Baselines;
using SecStream.Models.Calibration;

namespace SecStream.Models.WindowModels;

/// <summary>What there is to say of a window just scored: opinions of the detectors, and what each feature and category has to do with it.</summary>
internal sealed class Explanation(ClassModel model, WindowScorer scorer, FeatureVector window, int key, FusionCalibration? fusion)
{
    private const int MostContributions = 5;
    private const double LeastShare = 0.01;
    private const double UsualDeviations = 2;

    /// <summary>How near the bound of ln p is to its estimate: 1 where they are the same.</summary>
    public double Confidence()
    {
        if (fusion?.Fused is not { } fused)
        {
            return 0;
        }

        var score = fusion.Fuse(scorer.Scores);
        var (point, upper) = (fused.LogPoint(score), fused.LogUpper(score));
        return point < 0 ? Math.Clamp(upper / point, 0, 1) : 1;
    }

    /// <summary>What the detectors say that have a say.</summary>
    public DetectorOpinion[] Opinions() =>
    [
        .. Enumerable.Range(0, Detectors.Count)
            .Where(d => fusion?.Detectors[d] is not null)
            .Select(d => new DetectorOpinion(Detectors.Names[d], scorer.Scores[d], Math.Exp(fusion!.Detectors[d]!.LogUpper(scorer.Scores[d])), fusion.Weights[d])),
    ];

    /// <summary>Contributions, most first; the shares of those told add up to 1.</summary>
    public Contribution[] Contributions()
    {
        if (fusion?.Fused is null)
        {
            return [];
        }

        var all = Features().Concat(Categories()).Concat(Order()).Where(c => c.Share > 0).OrderByDescending(c => c.Share).ThenBy(c => c.Feature, StringComparer.Ordinal).ToArray();
        var told = all.Take(MostContributions).Where((c, at) => at == 0 || c.Share >= LeastShare).ToArray();
        var sum = told.Sum(c => c.Share);
        return [.. told.Select(c => c with { Share = c.Share / sum })];
    }

    /// <summary>A detector's share in the harmonic mean.</summary>
    private double Share(int detector)
    {
        double Part(int d) => fusion!.Detectors[d] is { } calibration
            ? fusion.Weights[d] * (Math.Exp(Math.Min(-calibration.LogPoint(scorer.Scores[d]), 300)) - 1)
            : 0;
        var sum = Enumerable.Range(0, Detectors.Count).Sum(Part);
        return sum > 0 ? Part(detector) / sum : 0;
    }

    private IEnumerable<Contribution> Features()
    {
        var shares = new double[model.Judged.Length];
        (key >= 0 ? model.OwnMix : model.ClassMix).Shares(scorer.Surprises, shares);
        var forest = new double[shares.Length];
        if (Share(Detectors.Forest) > 0)
        {
            model.Forest!.Explain(scorer.Row, forest);
        }

        var slot = model.Calendar.SlotOf(window.Start);
        var events = SpreadLearner.EventBin(window.Events);
        for (var i = 0; i < shares.Length; i++)
        {
            var f = model.Judged[i];
            var expectation = model.Baseline.Expect(key, f, slot, events);
            var share = (Share(Detectors.Baseline) * shares[i]) + (Share(Detectors.Forest) * forest[i]);
            var feature = model.Schema.Features[f];
            yield return new Contribution(
                feature.Name,
                feature.Noun,
                window.Values[f],
                model.Baseline.ValueAt(f, expectation, 0, window.Events),
                model.Baseline.ValueAt(f, expectation, -UsualDeviations, window.Events),
                model.Baseline.ValueAt(f, expectation, UsualDeviations, window.Events),
                double.IsNaN(scorer.Deviations[i]) ? 0 : share,
                scorer.Deviations[i]);
        }
    }

    private IEnumerable<Contribution> Categories()
    {
        if (key < 0 || model.Habits is null || Share(Detectors.Behaviour) <= 0)
        {
            yield break;
        }

        var shares = new double[scorer.Habits.Length];
        model.HabitMix.Shares(scorer.Habits, shares);
        for (var c = 0; c < window.Categories.Length; c++)
        {
            model.Habits.Surprise(key, c, window.Categories[c], out var worst);
            if (worst >= 0)
            {
                var category = model.Schema.Categories[c];
                yield return OfValue(category.Name, category.Name, Share(Detectors.Behaviour) * shares[c], window.Categories[c][worst].Text, model.Habits.Known(key, c));
            }
        }

        var slot = model.Calendar.SlotOf(window.Start);
        yield return OfValue(
            "hour", "hour of the day (UTC)", Share(Detectors.Behaviour) * shares[^1], $"{slot % 24:00}:00", model.Habits.UsualHours(key, WeekCalendar.Coarse(slot)));
    }

    private IEnumerable<Contribution> Order()
    {
        var share = model.Actions is null ? 0 : Share(Detectors.Sequence);
        if (share > 0)
        {
            yield return OfValue("sequence", "order of actions", share, null, null) with { Observed = scorer.Scores[Detectors.Sequence] };
        }
    }

    private static Contribution OfValue(string name, string noun, double share, string? value, string? known) =>
        new(name, noun, 0, 0, 0, 0, share, double.NaN, value, known);
}
