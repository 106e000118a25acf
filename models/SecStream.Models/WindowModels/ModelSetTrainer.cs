using SecStream.Core.Features;

namespace SecStream.Models.WindowModels;

/// <summary>A class to train: windows of a profile and length.</summary>
/// <param name="Schema">What its vectors mean.</param>
/// <param name="Window">Length of the windows, µs.</param>
/// <param name="Days">Its windows.</param>
/// <param name="Split">What each day is for.</param>
public sealed record TrainingClass(FeatureSchema Schema, long Window, IFeatureDays Days, TrainingSplit Split);

/// <summary>
/// Trains a whole set: fits every class, lends classes that are too small the calibration of all together, sums up N_ref, and judges the evaluation days with the finished set, so that the
/// false alerts to expect are those of exactly what will be in force. One class after the other; memory is that of the largest, and some MB of high scores for each.
/// </summary>
public sealed class ModelSetTrainer(WindowModelOptions options)
{
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
            models.Add(new WindowModelTrainer(item.Schema, item.Window, options).Fit(item.Days, item.Split, Vectors.Draw.Seed(seed, at), progress, cancellationToken));
        }

        var set = new ModelSet("", ParentCalibration.Lend(models), null);
        var evaluated = new List<WindowModel>();
        foreach (var (at, item) in classes.Index())
        {
            var pass = new TrainingPass(item.Schema, item.Window, item.Days, item.Split, progress, cancellationToken, (3 * item.Split.Fit.Count) + (2 * item.Split.Calibration.Count));
            evaluated.Add(Finish(set, set.Models[at], pass, item.Split));
        }

        var whole = new ModelSet("", evaluated, null);
        return whole.WithId(whole.ContentHash());
    }

    private static WindowModel Finish(ModelSet set, WindowModel model, TrainingPass pass, TrainingSplit split)
    {
        var judge = set.JudgeOf(model.Schema, model.Window);
        return model.With(set.Reached(model) with
        {
            Evaluation = judge is null ? [] : SetEvaluation.Run(judge, pass, split.Evaluation),
            Notes = ClassNotes.Of(model, set),
        }).Settled();
    }
}
