using System.Text.Json;
using SecStream.Core.Events;
using SecStream.Models.WindowModels;
using SecStream.Models.WindowModels.Figures;
using SecStream.Training.Artefacts;
using SecStream.Training.Days;
using SecStream.Training.Exclusions;
using SecStream.Training.Gate;

namespace SecStream.Training;

/// <summary>What was left out of a training.</summary>
internal sealed record WhatWasLeftOut(IReadOnlyDictionary<ExclusionReason, int> Entities, IReadOnlyDictionary<ExclusionReason, long> Windows);

/// <summary>Writes down what a training has come to.</summary>
internal static class ManifestWriting
{
    public static ModelManifest Of(ModelSet set, TrainingPlan plan, ulong seed, WhatWasLeftOut leftOut, ModelFindings findings)
    {
        var figures = set.Figures;
        return new ModelManifest
        {
            Seed = seed,
            Days = Together(plan),
            WindowsPerDay = set.WindowsPerDay,
            Classes = [.. figures.Classes.Select(c => Of(c, findings))],
            Skipped = plan.Skipped,
            Excluded = new ManifestExclusions(
                leftOut.Entities.OrderBy(e => e.Key).ToDictionary(e => NameOf(e.Key), e => (long)e.Value),
                leftOut.Windows.Where(w => w.Value > 0).OrderBy(w => w.Key).ToDictionary(w => NameOf(w.Key), w => w.Value)),
            Budget = [.. figures.Severities.Select(s => Of(s, set.WindowsPerDay))],
        };
    }

    /// <summary>Days of all classes: what one has learned from has been learned from.</summary>
    private static ManifestDays Together(TrainingPlan plan)
    {
        var fit = plan.Profiles.SelectMany(p => p.Split.Fit).ToHashSet();
        var calibrate = plan.Profiles.SelectMany(p => p.Split.Calibrate).ToHashSet();
        var evaluate = plan.Profiles.SelectMany(p => p.Split.Evaluate).Where(day => !fit.Contains(day) && !calibrate.Contains(day)).ToHashSet();
        return new ManifestDays(
            [.. fit.Order().Select(UtcDay.Show)], [.. calibrate.Order().Select(UtcDay.Show)], [.. evaluate.Order().Select(UtcDay.Show)]);
    }

    private static ManifestClass Of(ClassFigures figures, ModelFindings findings) => new()
    {
        Profile = figures.Profile,
        SchemaVersion = figures.SchemaVersion,
        WindowSeconds = figures.Window / EventClock.Second,
        Features = [.. figures.Features.Select(f => f.Name)],
        Days = new ManifestDays(
            [.. figures.Days.Fit.Select(UtcDay.Show)], [.. figures.Days.Calibration.Select(UtcDay.Show)], [.. figures.Days.Evaluation.Select(UtcDay.Show)]),
        Keys = figures.Keys,
        LearningKeys = figures.LearningKeys,
        FitWindows = figures.FitWindows,
        CalibrationWindows = figures.Own.Windows,
        EvaluationWindows = findings.JudgedOf(figures.Profile, figures.Window),
        WindowsPerDay = figures.WindowsPerDay,
        Reachable = figures.HighestOwn,
        ReachableLearning = figures.HighestClass,
        Floor = figures.Own.Floor,
        Refusal = figures.Refusal,
        Notes = figures.Notes,
    };

    private static ManifestBudget Of(SeverityFigures figures, double windowsPerDay) => new()
    {
        Severity = figures.Severity,
        Budget = figures.Budget,
        Threshold = figures.MostP,
        Expected = figures.Reachable > 0 ? figures.MostP * windowsPerDay : 0,
        ReachableClasses = figures.Reachable,
        Measured = figures.PerDay,
        MeasuredLow = figures.Low,
        MeasuredHigh = figures.High,
    };

    private static string NameOf(ExclusionReason reason) => JsonNamingPolicy.SnakeCaseLower.ConvertName(reason.ToString());
}
