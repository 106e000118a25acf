using SecStream.Stages.Rules.Expressions;

namespace SecStream.Stages.Rules.Matching;

/// <summary>The stateless part of a rule: which single events it matches. Immutable and thread-safe.</summary>
public sealed class Detection
{
    private int _index;

    /// <summary>Position in <see cref="RuleSet.Detections"/>; what observations refer to.</summary>
    public required int Index
    {
        get => _index;
        init => _index = value;
    }

    /// <summary>The Sigma <c>name</c>, else the id.</summary>
    public required string Name { get; init; }

    /// <summary>The Sigma <c>id</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The Sigma <c>title</c>.</summary>
    public required string Title { get; init; }

    /// <summary>What must hold, the conditions of the log source included.</summary>
    public required DetectionNode Condition { get; init; }

    /// <summary>
    /// It can only match events whose <c>event.action</c> starts with <c>login_failed</c>: it counts login attempts, so the login-session
    /// stage decides which of a host's lines count.
    /// </summary>
    public required bool CountsAttempts { get; init; }

    /// <summary>
    /// It is about anomalies (log source product secstream, category anomaly): it matches the observations that the pipeline derives itself and nothing that
    /// comes in, whatever that says of itself.
    /// </summary>
    public bool IsOfAnomalies { get; init; }

    /// <summary>Names of the fields it reads, sorted; keywords read <c>message</c>.</summary>
    public required IReadOnlyList<string> Fields { get; init; }

    /// <summary>Ids of <see cref="Fields"/>.</summary>
    public required IReadOnlyList<int> FieldIds { get; init; }

    /// <summary>The log source as the rule states it: <c>product=windows service=security</c>.</summary>
    public required string Logsource { get; init; }

    /// <summary>The log-source table knows the log source. When it does not, nothing is known to feed this rule.</summary>
    public required bool LogsourceIsMapped { get; init; }

    /// <summary>File the rule came from, relative to the rule folder.</summary>
    public required string File { get; init; }

    /// <summary>Line of the rule in its file, from 1.</summary>
    public required int Line { get; init; }

    /// <summary>The same detection at another place.</summary>
    internal Detection WithIndex(int index)
    {
        var copy = (Detection)MemberwiseClone();
        copy._index = index;
        return copy;
    }
}
