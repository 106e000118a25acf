using SecStream.Core.Features;
using SecStream.Models.WindowModels;
using SecStream.Training.Artefacts;
using SecStream.Training.Exclusions;
using SecStream.Training.Gate;

namespace SecStream.Training;

/// <summary>
/// One training: plans the days, fits and calibrates a model of every profile and length of window, lets the finished set judge the days that nothing has learned
/// from, and writes down what came of it. A function of the stored windows, the exclusions and the options: the same give the same bytes.
/// </summary>
/// <param name="store">Stored windows.</param>
/// <param name="excluded">What is not learned from.</param>
/// <param name="explained">What is an attack for another reason than a model: no false alert on the days that evaluate.</param>
/// <param name="options">How.</param>
public sealed class TrainingRun(IFeatureStore store, IExclusions excluded, IExclusions explained, TrainingOptions options)
{
    /// <summary>Trains.</summary>
    /// <param name="progress">Told about every day read.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="Days.TrainingRefusedException">It can't be done with what is stored.</exception>
    public ArtefactDraft Train(IProgress<TrainingStep>? progress, CancellationToken cancellation)
    {
        var plan = TrainingPlan.Of(store, options);
        var days = new List<LearnedDays>();
        var classes = new List<TrainingClass>();
        foreach (var profile in plan.Profiles)
        {
            foreach (var window in profile.Schema.Windows)
            {
                var learned = new LearnedDays(store, profile.Schema, window, profile.Split, excluded, explained);
                days.Add(learned);
                classes.Add(new TrainingClass(
                    profile.Schema, window, learned, new TrainingSplit(profile.Split.Fit, profile.Split.Calibrate, profile.Split.Evaluate)));
            }
        }

        var set = new ModelSetTrainer(options.Models).Train(classes, options.Seed, progress is null ? null : new StepProgress(progress), cancellation);
        return Write(set, plan, days, progress, cancellation);
    }

    private ArtefactDraft Write(ModelSet set, TrainingPlan plan, List<LearnedDays> days, IProgress<TrainingStep>? progress, CancellationToken cancellation)
    {
        var unseen = plan.Profiles.SelectMany(p => p.Split.Evaluate)
            .Except(plan.Profiles.SelectMany(p => p.Split.Fit.Concat(p.Split.Calibrate))).Order().ToHashSet();
        var findings = new BackTest(store, [set], explained).Run(unseen, progress, cancellation).Models[0];
        var leftOut = Enum.GetValues<ExclusionReason>().ToDictionary(reason => reason, reason => days.Sum(d => d.LeftOut[(int)reason]));
        var manifest = ManifestWriting.Of(set, plan, options.Seed, new WhatWasLeftOut(excluded.Entities, leftOut), findings);
        using var model = new MemoryStream();
        set.Save(model);
        return new ArtefactDraft(plan.LastDay, manifest,
        [
            (Artefact.ModelFile, model.ToArray()),
            (Artefact.ReportFile, TrainingReport.ToBytes(manifest, set.Figures, findings)),
        ]);
    }

    /// <summary>Turns a share done of a class into steps, so that one bar can show it.</summary>
    private sealed class StepProgress(IProgress<TrainingStep> progress) : IProgress<TrainingProgress>
    {
        private const int Steps = 1000;

        public void Report(TrainingProgress value) =>
            progress.Report(new TrainingStep(value.Phase, value.Profile, value.Window, value.Day, (int)(value.Share * Steps), Steps));
    }
}
