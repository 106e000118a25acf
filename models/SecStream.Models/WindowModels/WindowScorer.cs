using SecStream.Core.Features;
using SecStream.Models.Baselines;

namespace SecStream.Models.WindowModels;

/// <summary>
/// Scores of the detectors for a window. Has room of its own; what it last worked out stays there for whoever explains it. Not thread-safe. Allocates nothing.
/// </summary>
internal sealed class WindowScorer(ClassModel model)
{
    private const double MostDeviation = 1e6;
    private const double MostInForest = 20;
    private readonly double[] _scores = new double[Detectors.Count];
    private readonly double[] _deviations = new double[model.Judged.Length];
    private readonly double[] _surprises = new double[model.Judged.Length];
    private readonly double[] _row = new double[model.Judged.Length];
    private readonly double[] _habits = new double[model.HabitCurves.Length];

    /// <summary>[detector].</summary>
    public double[] Scores => _scores;

    /// <summary>[judged feature]: standard deviations; NaN: not known.</summary>
    public double[] Deviations => _deviations;

    /// <summary>[judged feature]: nats.</summary>
    public double[] Surprises => _surprises;

    /// <summary>[judged feature]: what the forest is asked.</summary>
    public double[] Row => _row;

    /// <summary>[category, hour]: nats.</summary>
    public double[] Habits => _habits;

    /// <summary>The number of a key that has a past; −1: it has none.</summary>
    public int KeyOf(FeatureVector window)
    {
        var key = model.Keys.Find(KeyTable.Hash(window.Key));
        return key < model.Own ? key : -1;
    }

    /// <summary>Scores a window by the past of its key, or (−1) by the class alone.</summary>
    public void Score(FeatureVector window, int key)
    {
        var slot = model.Calendar.SlotOf(window.Start);
        Deviate(window, key, slot);
        var own = key >= 0;
        var mix = own ? model.OwnMix : model.ClassMix;
        _scores[Detectors.Baseline] = mix.Score(_surprises);
        _scores[Detectors.Forest] = own && model.Forest is not null && _scores[Detectors.Baseline] >= model.ForestGate ? model.Forest.ScoreOne(_row) : 0;
        _scores[Detectors.Behaviour] = own && model.Habits is not null ? Behave(window, key, WeekCalendar.Coarse(slot)) : 0;
        _scores[Detectors.Sequence] = model.Actions?.Score(window.Steps) ?? 0;
    }

    /// <summary>Deviations and their surprises alone.</summary>
    public void Deviate(FeatureVector window, int key, int slot)
    {
        var events = SpreadLearner.EventBin(window.Events);
        var curves = key >= 0 ? model.OwnCurves : model.ClassCurves;
        for (var i = 0; i < model.Judged.Length; i++)
        {
            var f = model.Judged[i];
            var value = window.Values[f];
            if (!double.IsFinite(value))
            {
                (_deviations[i], _surprises[i], _row[i]) = (double.NaN, 0, 0);
                continue;
            }

            var deviation = Math.Clamp(model.Baseline.Deviation(f, value, model.Baseline.Expect(key, f, slot, events), window.Events), -MostDeviation, MostDeviation);
            _deviations[i] = deviation;
            _row[i] = Math.Clamp(deviation, -MostInForest, MostInForest);
            _surprises[i] = curves.Length == 0 ? 0 : curves[deviation >= 0 ? 2 * i : (2 * i) + 1].At(Math.Abs(deviation));
        }
    }

    private double Behave(FeatureVector window, int key, int coarse)
    {
        var categories = window.Categories;
        for (var c = 0; c < categories.Length; c++)
        {
            _habits[c] = model.HabitCurves[c].At(model.Habits!.Surprise(key, c, categories[c], out _));
        }

        _habits[categories.Length] = model.HabitCurves[categories.Length].At(model.Habits!.OfHour(key, coarse));
        return model.HabitMix.Score(_habits);
    }
}
