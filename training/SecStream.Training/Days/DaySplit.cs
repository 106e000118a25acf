namespace SecStream.Training.Days;

/// <summary>Which days are used for what.</summary>
public sealed record DaySplitOptions
{
    /// <summary>Fewest days to learn from. Default 14: two of each day of the week.</summary>
    public int LeastDays { get; init; } = 14;

    /// <summary>First day; null: the first there is.</summary>
    public long? From { get; init; }

    /// <summary>Last day; null: the last there is.</summary>
    public long? Until { get; init; }

    /// <summary>The last day that is over: a part of a day tells too little of it. Null: all are.</summary>
    public long? LastWhole { get; init; }

    /// <summary>Last days that evaluate, and those before them that calibrate, 1 or more each; null: a quarter.</summary>
    public int? HeldOutDays { get; init; }
}

/// <summary>
/// Days of windows in three parts that follow each other: what is normal is fitted on the first, how often it is exceeded is calibrated on the second, and what
/// comes of it is measured on the third, which nothing has seen. Later days are not before earlier ones: a model is always measured on its future.
/// </summary>
/// <param name="Fit">Days that are fitted.</param>
/// <param name="Calibrate">Days that calibrate.</param>
/// <param name="Evaluate">Days that evaluate.</param>
public sealed record DaySplit(IReadOnlyList<long> Fit, IReadOnlyList<long> Calibrate, IReadOnlyList<long> Evaluate)
{
    /// <summary>All days, ascending.</summary>
    public IEnumerable<long> All => Fit.Concat(Calibrate).Concat(Evaluate);

    /// <summary>The last day.</summary>
    public long Last => Evaluate[^1];

    /// <summary>Splits days. Of N the last quarter evaluates, the quarter before it calibrates.</summary>
    /// <param name="days">Days that have windows, ascending.</param>
    /// <param name="options">Bounds.</param>
    /// <param name="subject">What is learned, for the message.</param>
    /// <exception cref="TrainingRefusedException">There are too few.</exception>
    public static DaySplit Of(IReadOnlyList<long> days, DaySplitOptions options, string subject)
    {
        days = [.. days.Where(day => day <= (options.LastWhole ?? long.MaxValue))];
        var used = days.Where(day => day >= (options.From ?? long.MinValue) && day <= (options.Until ?? long.MaxValue)).ToList();
        if (used.Count < options.LeastDays)
        {
            throw new TrainingRefusedException(Learning(used, days, options, subject));
        }

        var heldOut = options.HeldOutDays ?? Math.Max(1, used.Count / 4);
        if (heldOut < 1 || used.Count <= 2 * heldOut)
        {
            throw new TrainingRefusedException($"{subject}: of {used.Count} days {heldOut} to evaluate and {heldOut} to calibrate leave none to learn from");
        }

        var evaluate = used.Count - heldOut;
        return new DaySplit(used[..(evaluate - heldOut)], used[(evaluate - heldOut)..evaluate], used[evaluate..]);
    }

    private static string Learning(List<long> used, IReadOnlyList<long> days, DaySplitOptions options, string subject)
    {
        if (days.Count == 0)
        {
            return $"{subject}: learning: no windows of a whole day are stored yet; training needs {options.LeastDays} days, they come while serve runs";
        }

        var range = options.From is null && options.Until is null ? "" : $" from {UtcDay.Show(options.From ?? days[0])} until {UtcDay.Show(options.Until ?? days[^1])}";
        if (days.Count >= options.LeastDays || (options.Until is { } until && until < days[^1]))
        {
            return $"{subject}: {used.Count} days of windows{range}, training needs {options.LeastDays}; widen the range (stored: {UtcDay.Show(days[0])} to {UtcDay.Show(days[^1])})";
        }

        // A day counts when it is over.
        var ready = days[^1] + options.LeastDays - used.Count;
        return $"{subject}: learning until {UtcDay.Show(ready)}: {used.Count} of {options.LeastDays} days of windows are stored{range}";
    }
}
