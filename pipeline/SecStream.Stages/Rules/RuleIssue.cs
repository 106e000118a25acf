namespace SecStream.Stages.Rules;

/// <summary>How bad a <see cref="RuleIssue"/> is.</summary>
public enum IssueSeverity
{
    /// <summary>The rule works, perhaps not as meant.</summary>
    Warning,

    /// <summary>The rule was not loaded.</summary>
    Error,
}

/// <summary>Something wrong in a rule file, with where it is and how to mend it.</summary>
/// <param name="Severity">Whether the rule was loaded.</param>
/// <param name="Code">Kind of issue, kebab case: <c>unknown-key</c>.</param>
/// <param name="File">File, relative to the rule folder.</param>
/// <param name="Line">Line from 1.</param>
/// <param name="Key">The key at fault, dotted from the top of the rule; empty for the rule as a whole.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Mend">What to do; empty when the message says it.</param>
public sealed record RuleIssue(IssueSeverity Severity, string Code, string File, int Line, string Key, string Message, string Mend)
{
    /// <summary><c>file:line: error code key: message (mend)</c></summary>
    public override string ToString() =>
        $"{File}:{Line}: {(Severity == IssueSeverity.Error ? "error" : "warning")} {Code}{(Key.Length > 0 ? " " + Key : "")}: {Message}"
        + (Mend.Length > 0 ? $" ({Mend})" : "");
}
