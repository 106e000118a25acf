using SecStream.Core.Features;
using SecStream.Models.WindowModels.Figures;

namespace SecStream.Models.WindowModels;

/// <summary>A class to train: windows of a profile and length.</summary>
/// <param name="Schema">What its vectors mean.</param>
/// <param name="Window">Length of the windows, µs.</param>
/// <param name="Days">Its windows.</param>
/// <param name="Split">What each day is for.</param>
public sealed record TrainingClass(FeatureSchema Schema, long Window, IFeatureDays Days, TrainingSplit Split);

/// <summary>
/// Trains a whole set: fits every class, lends classes that are too small the calibration of all together, sums up N_ref, and judges the evaluation days with the
/// finished set, so that the false alerts to expect are those of exactly what will be in force. Windows that were left out of a calibration as attacks, but come
/// again on the evaluation days, are habit: then that class is calibrated again with them. One class after the other; memory is that of the largest, and some MB of
/// high scores for each.
/// </summary>
public sealed class ModelSetTrainer(WindowModelOptions options)
{
    private const double Again = 0.25;

    /// <summary>Trains.</summary>
    /// <param name="classes">The classes; those of one schema and length once.</param>
    /// <param name="seed">For what is drawn.</param>
    /// <param name="progress">Told about once a day read; null: nobody listens.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The set, its id a hash of its content (<see cref="ModelSet.WithId"/> gives it another).</returns>
    public ModelSet Train(IReadOnlyList<TrainingClass> classes, ulong seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(classes);
        var models = new List<WindowModel>();
        foreach (var (at, item) in classes.Index())
        {
            models.Add(Trainer(item).Fit(item.Days, item.Split, Vectors.Draw.Seed(seed, at), progress, cancellationToken));
        }

        TrainingPass Pass(TrainingClass item) =>
            new(item.Schema, item.Window, item.Days, item.Split, progress, cancellationToken, (3 * item.Split.Fit.Count) + (2 * item.Split.Calibration.Count));
        var set = Evaluate(models, classes, Pass);
        var habits = Enumerable.Range(0, models.Count).Where(at => IsHabit(set, models[at].Figures, set.Models[at].Figures)).ToList();
        if (habits.Count > 0)
        {
            habits.ForEach(at => models[at] = Trainer(classes[at]).Recalibrate(models[at], Pass(classes[at])));
            set = Evaluate(models, classes, Pass);
        }

        return set.WithId(set.ContentHash());
    }

    /// <summary>
    /// Whether what was left out of a calibration comes again: then it was no attack, and left out would be told of every day. That is seen where the evaluation days have as many alerts more
    /// than were to be expected as a quarter of what was left out of as many days.
    /// </summary>
    private static bool IsHabit(ModelSet set, ClassFigures calibrated, ClassFigures evaluated)
    {
        var low = set.Figures.Severities[0];
        var excess = SetEvaluation.Interval([evaluated], low.Severity).PerDay - (low.MostP * evaluated.WindowsPerDay);
        return calibrated.LeftOut > 0 && excess > Again * calibrated.LeftOut / calibrated.Days.Calibration.Count;
    }

    private WindowModelTrainer Trainer(TrainingClass item) => new(item.Schema, item.Window, options);

    private static ModelSet Evaluate(List<WindowModel> models, IReadOnlyList<TrainingClass> classes, Func<TrainingClass, TrainingPass> pass)
    {
        var set = new ModelSet("", ParentCalibration.Lend(models), null);
        return new ModelSet("", [.. classes.Select((item, at) => Finish(set, set.Models[at], pass(item), item.Split))], null);
    }

    private static WindowModel Finish(ModelSet set, WindowModel model, TrainingPass pass, TrainingSplit split)
    {
        var judge = set.JudgeOf(model.Schema, model.Window);
        var figures = set.Reached(model) with { Evaluation = judge is null ? [] : SetEvaluation.Run(judge, pass, split.Evaluation) };
        return model.With(figures with { Notes = [.. ClassNotes.Of(model, set), .. ClassNotes.OfEvaluation(figures, set.Figures.Severities[0])] }).Settled();
    }
}
