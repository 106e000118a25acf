using System.Globalization;
using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Models.WindowModels;

namespace SecStream.Training.Drift;

/// <summary>Something about a model in force that the ledger tells.</summary>
/// <param name="Kind"><see cref="DriftRules.Drifted"/>, <see cref="DriftRules.OverBudget"/> or <see cref="DriftRules.Stale"/>.</param>
/// <param name="Subject">What of: <c>api-key 5m</c>; of a whole set its id.</param>
/// <param name="Detail">What is so, in a sentence.</param>
/// <param name="Count">Windows it rests on.</param>
/// <param name="Cap">No judgement may be more severe until it is mended; null: no cap.</param>
public sealed record DriftFinding(string Kind, string Subject, string Detail, long Count, Severity? Cap = null);

/// <summary>The windows of one class on one day against what its model was calibrated with.</summary>
/// <param name="Profile">The class: profile.</param>
/// <param name="Window">The class: length of the windows, µs.</param>
/// <param name="Day">The day, number since 1970; it is over.</param>
/// <param name="Report">What was counted on it.</param>
public sealed record ClassDay(string Profile, long Window, long Day, DriftReport Report)
{
    /// <summary>The class for people.</summary>
    public string Subject => $"{Profile} {WindowLength.Show(Window / EventClock.Second)}";
}

/// <summary>When what a model was made from is no longer what it judges. Pure functions: who asks decides when, and writes the ledger.</summary>
public static class DriftRules
{
    /// <summary>Kind of the ledger: features or scores have another distribution than when the model was calibrated.</summary>
    public const string Drifted = "model_drift";

    /// <summary>Kind of the ledger: the model finds strange windows more often than it promised.</summary>
    public const string OverBudget = "model_budget";

    /// <summary>Kind of the ledger: the model is old.</summary>
    public const string Stale = "model_stale";

    /// <summary>Metric: population stability index, by profile, window and feature (<c>p</c>: the score).</summary>
    public const string IndexMetric = "secstream_model_drift_psi";

    /// <summary>Metric: share of windows with p ≤ 10⁻³ against 10⁻³, by profile and window; 1 is as promised.</summary>
    public const string ExceedanceMetric = "secstream_model_exceedance_ratio";

    /// <summary>Metric: seconds since the end of the last day of the champion's training.</summary>
    public const string AgeMetric = "secstream_model_age_seconds";

    /// <summary>A population stability index above it is drift.</summary>
    public const double MostIndex = 0.25;

    /// <summary>Exceedances may be so many times what was promised.</summary>
    public const double MostRatio = 2;

    /// <summary>Days in a row that exceedances have to be too many.</summary>
    public const int Days = 2;

    /// <summary>A model is stale at so many times the time between trainings.</summary>
    public const int StaleAfterTrainings = 3;

    private const double Promised = 1e-3;

    // Fewer windows say nothing of ten bins: by chance alone the index is about 9/n.
    private const long LeastWindows = 500;

    // Of a class on a day, so its square of two days: with a small class a mere factor would often be luck.
    private const double Chance = 0.01;

    /// <summary>What has drifted on a day, a finding a class, by subject.</summary>
    public static IReadOnlyList<DriftFinding> Drift(IEnumerable<ClassDay> day) =>
    [
        .. day.Where(c => c.Report.Windows >= LeastWindows)
            .Select(c => (Class: c, Features: c.Report.Indices.Where(i => i.Index > MostIndex).OrderByDescending(i => i.Index).ThenBy(i => i.Name, StringComparer.Ordinal).ToList()))
            .Where(c => c.Features.Count > 0)
            .OrderBy(c => c.Class.Subject, StringComparer.Ordinal)
            .Select(c => new DriftFinding(
                Drifted,
                c.Class.Subject,
                "other than when the model was calibrated: " + string.Join(", ", c.Features.Take(5).Select(f => Number($"{NameOf(f.Name)} (PSI {f.Index:0.00})")))
                    + (c.Features.Count > 5 ? $" and {c.Features.Count - 5} more" : ""),
                c.Class.Report.Windows)),
    ];

    /// <summary>
    /// Classes whose exceedances of 10⁻³ were more than twice what was promised on each of the last two days, and more than chance explains. Until the next model
    /// nothing of the set is more severe than medium. Fewer than promised is no finding: p is an upper bound.
    /// </summary>
    /// <param name="days">Class days of the model in force, in any order.</param>
    public static IReadOnlyList<DriftFinding> Budget(IEnumerable<ClassDay> days) =>
    [
        .. days.GroupBy(d => d.Subject)
            .Select(g => g.OrderByDescending(d => d.Day).Take(Days).ToList())
            .Where(last => last.Count == Days && last[0].Day - last[^1].Day == Days - 1 && last.TrueForAll(IsOver))
            .OrderBy(last => last[0].Subject, StringComparer.Ordinal)
            .Select(last => new DriftFinding(
                OverBudget,
                last[0].Subject,
                Number($"p ≤ 0.001 {last[0].Report.ExceedanceRatio:0.0} times as often as promised ({last[0].Report.Exceedances} of {last[0].Report.Windows} windows), {Days} days in a row; capped at medium until a model is trained"),
                last.Sum(d => d.Report.Windows),
                Severity.Medium)),
    ];

    /// <summary>Whether a model is stale.</summary>
    /// <param name="model">Its id.</param>
    /// <param name="lastDay">Last day of its training.</param>
    /// <param name="now">Now.</param>
    /// <param name="interval">Time between trainings.</param>
    public static DriftFinding? Staleness(string model, long lastDay, DateTimeOffset now, TimeSpan interval)
    {
        var age = Age(lastDay, now);
        return interval < TimeSpan.MaxValue / StaleAfterTrainings && age > interval * StaleAfterTrainings
            ? new DriftFinding(
                Stale, model, Number($"trained on days until {Training.Days.UtcDay.Show(lastDay)}, {age.TotalDays:0} days ago; trainings are {interval.TotalDays:0.#} days apart"), 0)
            : null;
    }

    /// <summary>Time since the end of the last day of a training; not negative.</summary>
    public static TimeSpan Age(long lastDay, DateTimeOffset now)
    {
        var age = now - EventClock.ToInstant((lastDay + 1) * EventClock.Day);
        return age > TimeSpan.Zero ? age : TimeSpan.Zero;
    }

    private static bool IsOver(ClassDay day) =>
        day.Report.ExceedanceRatio > MostRatio && AtLeast(day.Report.Exceedances, day.Report.Windows * Promised) < Chance;

    /// <summary>Probability of so many or more by chance, where a number is expected (Poisson).</summary>
    internal static double AtLeast(long observed, double expected)
    {
        // Below the mode the sum of the lower part is exact enough; far above it the first terms of the upper part are all there is.
        if (observed <= 0)
        {
            return 1;
        }

        var term = Math.Exp(-expected + (observed * Math.Log(expected)) - LogFactorial(observed));
        var sum = 0.0;
        for (var k = observed; term > 0 && (k < expected || term > sum * 1e-12); k++)
        {
            sum += term;
            term *= expected / (k + 1);
        }

        return Math.Min(1, sum);
    }

    private static double LogFactorial(long n)
    {
        var sum = 0.0;
        for (var k = 2L; k <= n; k++)
        {
            sum += Math.Log(k);
        }

        return sum;
    }

    private static string NameOf(string feature) => feature == "p" ? "score" : feature;

    private static string Number(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
