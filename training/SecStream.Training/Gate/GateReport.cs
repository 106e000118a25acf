using SecStream.Core.Alerts;

namespace SecStream.Training.Gate;

/// <summary>What the gate says of a model. Keys come from logs: whoever shows them escapes them.</summary>
public sealed record GateReport
{
    /// <summary>Most episodes gained, and lost, that are told one by one.</summary>
    public const int MaxListed = 500;

    /// <summary>Whether it may be promoted.</summary>
    public bool Passed => Reasons.Count == 0;

    /// <summary>Why it may not.</summary>
    public required IReadOnlyList<string> Reasons { get; init; }

    /// <summary>What to know besides.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>The model that wants to judge.</summary>
    public required string Challenger { get; init; }

    /// <summary>The model that judges; null: none yet.</summary>
    public required string? Champion { get; init; }

    /// <summary>Days that were judged again, <c>2026-03-28</c>.</summary>
    public required IReadOnlyList<string> Days { get; init; }

    /// <summary>Of these, days that the challenger has not learned from.</summary>
    public required IReadOnlyList<string> UnseenDays { get; init; }

    /// <summary>False alerts a day of the challenger, by severity.</summary>
    public required IReadOnlyList<GateBudget> Budget { get; init; }

    /// <summary>Strange windows by day and severity.</summary>
    public required IReadOnlyList<GateDay> ByDay { get; init; }

    /// <summary>Episodes of the champion that the challenger has not, or less severe.</summary>
    public required EpisodeChanges Lost { get; init; }

    /// <summary>Episodes of the challenger that the champion has not, or less severe.</summary>
    public required EpisodeChanges Gained { get; init; }
}

/// <summary>False alerts a day of one severity and what is more severe.</summary>
/// <param name="Severity">The severity.</param>
/// <param name="Budget">How many there may be.</param>
/// <param name="Expected">How many the training promised.</param>
/// <param name="Measured">How many there were on unseen days where nothing else speaks for an attack; NaN: no such days.</param>
/// <param name="Low">Lower end of the 95 % interval (bootstrap over days).</param>
/// <param name="High">Upper end.</param>
/// <param name="Champion">The champion's on the same days; null: there is none.</param>
public sealed record GateBudget(Severity Severity, double Budget, double Expected, double Measured, double Low, double High, double? Champion)
{
    /// <summary>The budget is below the interval.</summary>
    public bool IsExceeded => Low > Budget;
}

/// <summary>Strange windows of a day, low first.</summary>
/// <param name="Day"><c>2026-03-28</c>.</param>
/// <param name="IsUnseen">The challenger has not learned from it.</param>
/// <param name="Judged">Windows that the challenger judged.</param>
/// <param name="Challenger">The challenger's by severity.</param>
/// <param name="Champion">The champion's; null: there is none.</param>
public sealed record GateDay(string Day, bool IsUnseen, long Judged, IReadOnlyList<long> Challenger, IReadOnlyList<long>? Champion);

/// <summary>Episodes that one model has and the other has not.</summary>
/// <param name="BySeverity">How many, low first.</param>
/// <param name="Listed">The first of them, the most severe first.</param>
public sealed record EpisodeChanges(IReadOnlyList<long> BySeverity, IReadOnlyList<EpisodeChange> Listed)
{
    /// <summary>None.</summary>
    public static readonly EpisodeChanges None = new(new long[Enum.GetValues<Severity>().Length], []);

    /// <summary>How many in all.</summary>
    public long Total => BySeverity.Sum();
}

/// <summary>An episode that one model has and the other has not.</summary>
/// <param name="Episode">The episode.</param>
/// <param name="Instead">Highest severity that the other model has at that time; null: nothing.</param>
/// <param name="ConfirmedAlert">Id of an alert of it that an analyst has called true; null: none.</param>
public sealed record EpisodeChange(AnomalyEpisode Episode, Severity? Instead, string? ConfirmedAlert);
