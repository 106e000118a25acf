using System.Globalization;
using SecStream.Core.Alerts;
using SecStream.Core.Features;
using SecStream.Training.Artefacts;
using SecStream.Training.Days;
using SecStream.Training.Exclusions;

namespace SecStream.Training.Gate;

/// <summary>What the gate looks at.</summary>
public sealed record GateOptions
{
    /// <summary>The latest so many days that have windows. Default 28.</summary>
    public int Days { get; init; } = 28;

    /// <summary>The last day that is over: on a part of a day there are too few false alerts. Null: all are.</summary>
    public long? LastWhole { get; init; }

    /// <summary>Seed of the bootstrap.</summary>
    public int Seed { get; init; } = 1;
}

/// <summary>
/// The gate of models: lets champion and challenger judge stored history through the code that judges live windows, and refuses what would be a step back: an alert
/// lost that an analyst has called true, or more false alerts than the budget allows on days that the challenger has not learned from.
/// </summary>
public sealed class PromotionGate
{
    private readonly IFeatureStore _store;
    private readonly IReadOnlyCollection<EntityAlert> _alerts;
    private readonly IExclusions _explained;
    private readonly GateOptions _options;

    /// <summary>A gate.</summary>
    /// <param name="store">Stored windows.</param>
    /// <param name="alerts">Alerts with what analysts say of them.</param>
    /// <param name="explained">What is known or believed to be an attack for another reason than a model: not a false alert.</param>
    /// <param name="options">What is looked at.</param>
    public PromotionGate(IFeatureStore store, IReadOnlyCollection<EntityAlert> alerts, IExclusions explained, GateOptions options) =>
        (_store, _alerts, _explained, _options) = (store, alerts, explained, options);

    /// <summary>Judges a challenger.</summary>
    /// <param name="challenger">The model.</param>
    /// <param name="manifest">What its training says of it.</param>
    /// <param name="champion">The model that judges now; null: none.</param>
    /// <param name="progress">Told about every day read.</param>
    /// <param name="cancellation">Ends it.</param>
    public GateReport Judge(IModelSet challenger, ModelManifest manifest, IModelSet? champion, IProgress<TrainingStep>? progress, CancellationToken cancellation)
    {
        var days = _store.Schemas().SelectMany(_store.Days).Distinct().Where(day => day <= (_options.LastWhole ?? long.MaxValue)).Order().TakeLast(_options.Days).ToHashSet();
        var models = champion is null ? new List<IModelSet> { challenger } : [challenger, champion];
        var result = new BackTest(_store, models, _explained).Run(days, progress, cancellation);
        var unseen = result.Days.Where(day => !manifest.Days.HasLearnedFrom(day)).ToList();
        var (ours, theirs) = (result.Models[0], champion is null ? null : result.Models[1]);
        var budget = BudgetOf(manifest, unseen, ours, theirs);
        var confirmed = new SortedSet<string>(StringComparer.Ordinal);
        var comparison = new EpisodeComparison(_alerts);
        var lost = theirs is null ? EpisodeChanges.None : comparison.Missing(theirs, ours, confirmed);
        return new GateReport
        {
            Reasons = [.. Reasons(manifest, result, unseen, budget, ours, confirmed)],
            Notes = [.. Notes(manifest, champion, ours, theirs)],
            Challenger = challenger.Id,
            Champion = champion?.Id,
            Days = [.. result.Days.Select(UtcDay.Show)],
            UnseenDays = [.. unseen.Select(UtcDay.Show)],
            Budget = budget,
            ByDay = [.. result.Days.Select(day => DayOf(day, unseen.Contains(day), ours, theirs))],
            Lost = lost,
            Gained = theirs is null ? EpisodeChanges.None : comparison.Missing(ours, theirs, new HashSet<string>()),
        };
    }

    private static GateDay DayOf(long day, bool isUnseen, ModelFindings ours, ModelFindings? theirs) => new(
        UtcDay.Show(day), isUnseen, ours.JudgedByDay.GetValueOrDefault(day), ModelFindings.CountsOf(ours.ByDay, day), theirs is null ? null : ModelFindings.CountsOf(theirs.ByDay, day));

    private List<GateBudget> BudgetOf(ModelManifest manifest, List<long> unseen, ModelFindings ours, ModelFindings? theirs)
    {
        var budgets = new List<GateBudget>();
        foreach (var severity in Enum.GetValues<Severity>())
        {
            var (mean, low, high) = DayBootstrap.Interval(PerDay(ours, unseen, severity), _options.Seed);
            var promised = manifest.Budget.FirstOrDefault(b => b.Severity == severity)?.Expected ?? double.NaN;
            var champion = theirs is null || unseen.Count == 0 ? (double?)null : PerDay(theirs, unseen, severity).Average();
            budgets.Add(new GateBudget(severity, Judgement.Budget(severity), promised, mean, low, high, champion));
        }

        return budgets;
    }

    /// <summary>Unexplained windows a day of a severity or a higher one.</summary>
    private static List<double> PerDay(ModelFindings findings, List<long> days, Severity severity) =>
        [.. days.Select(day => findings.UnexplainedByDay.TryGetValue(day, out var counts) ? (double)counts[(int)severity..].Sum() : 0)];

    private static IEnumerable<string> Reasons(ModelManifest manifest, BackTestResult result, List<long> unseen, List<GateBudget> budget, ModelFindings ours, SortedSet<string> confirmed)
    {
        if (!manifest.CanJudge)
        {
            yield return $"it can judge nothing yet: {manifest.Classes.Select(c => c.Refusal).FirstOrDefault() ?? "it has no class"}; more windows are needed";
        }
        else if (result.Days.Count == 0 || ours.JudgedByDay.Count == 0)
        {
            yield return "it judges no stored window: there is nothing to measure it by (is it of other profiles, or of an older version of them?)";
        }
        else if (unseen.Count == 0)
        {
            yield return "every stored day is one that it has learned from: wait for a day that it has not, or train with fewer";
        }

        foreach (var row in budget.Where(row => row.IsExceeded))
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{Name(row.Severity)}: {row.Measured:0.##} false alerts a day (95 % interval {row.Low:0.##}–{row.High:0.##}) on {unseen.Count} days that it has not learned from, the budget is {row.Budget:0.##}");
        }

        if (ours.IsCut)
        {
            yield return $"it finds more than {ModelFindings.MaxWindows:N0} strange windows";
        }

        if (confirmed.Count > 0)
        {
            yield return $"{confirmed.Count} {(confirmed.Count == 1 ? "alert that an analyst has called true is" : "alerts that analysts have called true are")} lost or less severe: "
                + string.Join(", ", confirmed.Take(5)) + (confirmed.Count > 5 ? " …" : "");
        }
    }

    private static IEnumerable<string> Notes(ModelManifest manifest, IModelSet? champion, ModelFindings ours, ModelFindings? theirs)
    {
        if (champion is null)
        {
            yield return "there is no champion to compare with: only the budget was looked at";
        }

        if (theirs is { IsCut: true })
        {
            yield return $"the champion finds more than {ModelFindings.MaxWindows:N0} strange windows; those beyond are counted, not compared";
        }

        if (theirs is { JudgedByDay.Count: 0 } && ours.JudgedByDay.Count > 0)
        {
            yield return "the champion judges no stored window any more: the profiles have changed since it was trained";
        }

        foreach (var skipped in manifest.Skipped)
        {
            yield return $"{skipped.Profile} has no model: {skipped.Reason}";
        }

        foreach (var item in manifest.Classes.Where(c => c.Refusal is not null))
        {
            yield return $"{item.Profile} {WindowLength.Show(item.WindowSeconds)} is not judged: {item.Refusal}";
        }
    }

    private static string Name(Severity severity) => severity.ToString().ToLowerInvariant();
}
