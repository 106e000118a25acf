using SecStream.Core.Alerts;

namespace SecStream.Stages.Rules.Testing;

/// <summary>The tests beside a rule: <c>RULE.test.yml</c>.</summary>
/// <param name="Path">Path relative to the rule folder.</param>
/// <param name="Rule">Code of the rule under test; alerts of other rules are not looked at.</param>
/// <param name="Cases">The cases, in order.</param>
public sealed record RuleTestFile(string Path, string Rule, IReadOnlyList<RuleTestCase> Cases);

/// <summary>One case: these events, in this order, give these alerts of the rule.</summary>
/// <param name="Name">What the case shows.</param>
/// <param name="Line">Line in the file.</param>
/// <param name="Events">Events in order of time; nothing else happens before or after.</param>
/// <param name="Alerts">All alerts of the rule under test once everything is settled, by opening time.</param>
public sealed record RuleTestCase(string Name, int Line, IReadOnlyList<RuleTestEvent> Events, IReadOnlyList<ExpectedAlert> Alerts);

/// <summary>What an alert must be; what is null is not looked at.</summary>
public sealed record ExpectedAlert
{
    /// <summary>Line in the file.</summary>
    public required int Line { get; init; }

    /// <summary>Names and values of key parts.</summary>
    public IReadOnlyDictionary<string, string> Key { get; init; } = new Dictionary<string, string>();

    /// <summary>Opening time, microseconds since 1970 UTC.</summary>
    public long? Opened { get; init; }

    /// <summary>First contributor.</summary>
    public long? Start { get; init; }

    /// <summary>Last contributor.</summary>
    public long? End { get; init; }

    /// <summary>Severity of the rule that raised it.</summary>
    public Severity? Severity { get; init; }

    /// <summary>Occurrences in all contributors.</summary>
    public long? Total { get; init; }

    /// <summary>Contributing events.</summary>
    public long? Events { get; init; }
}

/// <summary>What came of a case.</summary>
/// <param name="File">The test file.</param>
/// <param name="Case">The case.</param>
/// <param name="Failures">What differs; empty when the case passed.</param>
public sealed record RuleTestResult(RuleTestFile File, RuleTestCase Case, IReadOnlyList<string> Failures)
{
    /// <summary>Nothing differs.</summary>
    public bool Passed => Failures.Count == 0;
}
