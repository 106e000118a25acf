namespace SecStream.Training.Gate;

/// <summary>
/// Interval of a mean over days. Days are drawn as wholes, for within a day windows resemble each other; drawn with replacement, the means of the draws spread as
/// the mean itself does (Efron 1979). Of few days the interval is narrow at worst: nothing is outside of the least and the greatest day.
/// </summary>
public static class DayBootstrap
{
    private const int Draws = 2000;

    /// <summary>Mean and 95 % interval.</summary>
    /// <param name="days">One number a day; none: all are NaN.</param>
    /// <param name="seed">Of the draws.</param>
    public static (double Mean, double Low, double High) Interval(IReadOnlyList<double> days, int seed)
    {
        if (days.Count == 0)
        {
            return (double.NaN, double.NaN, double.NaN);
        }

        var random = new Random(seed);
        var means = new double[Draws];
        for (var draw = 0; draw < Draws; draw++)
        {
            var sum = 0.0;
            for (var i = 0; i < days.Count; i++)
            {
                sum += days[random.Next(days.Count)];
            }

            means[draw] = sum / days.Count;
        }

        Array.Sort(means);
        return (days.Average(), means[(int)(Draws * 0.025)], means[(int)(Draws * 0.975)]);
    }
}
