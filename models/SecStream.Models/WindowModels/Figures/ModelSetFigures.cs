using SecStream.Core.Alerts;

namespace SecStream.Models.WindowModels.Figures;

/// <summary>What the manifest says of a whole set. Plain values, for JSON.</summary>
public sealed record ModelSetFigures
{
    /// <summary>Windows scored a day over all classes: N_ref.</summary>
    public required double WindowsPerDay { get; init; }

    /// <summary>Days evaluated on.</summary>
    public required long[] EvaluationDays { get; init; }

    /// <summary>One a severity, low first.</summary>
    public required SeverityFigures[] Severities { get; init; }

    /// <summary>The classes.</summary>
    public required ClassFigures[] Classes { get; init; }

    /// <summary>Whether the false alerts of every severity are within the budget: the lower end of the interval is not above it.</summary>
    public bool WithinBudget => Severities.All(s => s.WithinBudget);
}

/// <summary>What a severity stands for in a set.</summary>
/// <param name="Severity">The severity.</param>
/// <param name="MostP">Greatest p that reaches it: the smaller of the grade's and the budget's.</param>
/// <param name="Budget">False alerts allowed a day.</param>
/// <param name="PerDay">Windows a day at least as severe on the evaluation days, all taken for normal; NaN without such days.</param>
/// <param name="Low">Lower end of the 95 % interval (bootstrap over days).</param>
/// <param name="High">Upper end.</param>
/// <param name="Reachable">Classes in which keys with a past can reach it.</param>
public sealed record SeverityFigures(Severity Severity, double MostP, double Budget, double PerDay, double Low, double High, int Reachable)
{
    /// <summary>Whether the budget holds: it is not below the interval.</summary>
    public bool WithinBudget => !(Low > Budget);
}
