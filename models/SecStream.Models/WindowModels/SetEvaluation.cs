using SecStream.Core.Alerts;
using SecStream.Core.Features;
using SecStream.Models.Vectors;
using SecStream.Models.WindowModels.Figures;

namespace SecStream.Models.WindowModels;

/// <summary>Judges days with a finished judge and counts; sums classes up by day, with an interval from drawing whole days (block bootstrap; Künsch 1989).</summary>
internal static class SetEvaluation
{
    private const int Draws = 2000;
    private static readonly int Severities = Enum.GetValues<Severity>().Length;

    /// <summary>Counts the windows of days by severity.</summary>
    public static DayFigures[] Run(IWindowJudge judge, TrainingPass pass, IReadOnlyList<long> days)
    {
        var figures = new List<DayFigures>();
        foreach (var day in days)
        {
            var atLeast = new long[Severities];
            var windows = pass.Over("evaluate", [day], window =>
            {
                for (var severity = (int)(judge.Judge(window).Severity ?? (Severity)255); severity >= 0 && severity < Severities; severity--)
                {
                    atLeast[severity]++;
                }
            });
            figures.Add(new DayFigures(day, windows, atLeast));
        }

        return [.. figures];
    }

    /// <summary>Mean and 95 % interval of the windows a day at least as severe, over all classes.</summary>
    public static (double PerDay, double Low, double High) Interval(IReadOnlyList<ClassFigures> classes, Severity severity)
    {
        var days = classes.SelectMany(c => c.Evaluation).GroupBy(d => d.Day).OrderBy(g => g.Key).Select(g => (double)g.Sum(d => d.AtLeast[(int)severity])).ToArray();
        if (days.Length == 0)
        {
            return (double.NaN, double.NaN, double.NaN);
        }

        var draw = new Draw(0xB007);
        var means = new double[Draws];
        for (var i = 0; i < Draws; i++)
        {
            var sum = 0.0;
            for (var d = 0; d < days.Length; d++)
            {
                sum += days[draw.Below(days.Length)];
            }

            means[i] = sum / days.Length;
        }

        Array.Sort(means);
        return (days.Average(), means[(int)(0.025 * Draws)], means[(int)(0.975 * Draws) - 1]);
    }
}
