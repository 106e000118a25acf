using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Stages.Rules.Model;

namespace SecStream.Stages.Rules.Testing;

/// <summary>Runs events through an engine to the end and returns the settled alerts of all rules.</summary>
public delegate IReadOnlyList<Alert> RunEvents(IReadOnlyList<RuleTestEvent> events);

/// <summary>Runs rule tests through an engine and compares.</summary>
public static class RuleTestRunner
{
    /// <summary>Runs all cases of the files, in order.</summary>
    public static IEnumerable<RuleTestResult> Run(IEnumerable<RuleTestFile> files, RuleSet rules, RunEvents engine)
    {
        var byCode = rules.Rules.ToDictionary(r => r.Code, StringComparer.Ordinal);
        foreach (var file in files)
        {
            foreach (var test in file.Cases)
            {
                yield return byCode.TryGetValue(file.Rule, out var rule)
                    ? new RuleTestResult(file, test, Compare(test, rule, engine(test.Events)))
                    : new RuleTestResult(file, test, [$"there is no rule {file.Rule}"]);
            }
        }
    }

    /// <summary>What differs between the expected alerts of a case and those an engine gave.</summary>
    public static IReadOnlyList<string> Compare(RuleTestCase test, AlertRule rule, IReadOnlyList<Alert> alerts)
    {
        var found = alerts.Where(a => a.RuleCode == rule.Code)
            .OrderBy(a => a.Opened).ThenBy(a => string.Join('\0', a.Key.Select(k => k.Value)), StringComparer.Ordinal).ToArray();
        var failures = new List<string>();
        if (found.Length != test.Alerts.Count)
        {
            failures.Add($"expected {test.Alerts.Count} alerts, got {found.Length}: {string.Join("; ", found.Select(Describe))}");
            return failures;
        }

        // Alerts of one opening time are unordered in the file: each expectation takes the first alert that has its key.
        var rest = found.ToList();
        foreach (var expected in test.Alerts)
        {
            var index = rest.FindIndex(a => HasKey(a, expected) && (expected.Opened is null || expected.Opened == a.Opened));
            index = index >= 0 ? index : Math.Max(0, rest.FindIndex(a => HasKey(a, expected)));
            Check(expected, rest[index], rule, failures);
            rest.RemoveAt(index);
        }

        return failures;
    }

    private static bool HasKey(Alert alert, ExpectedAlert expected) =>
        expected.Key.All(k => alert.Key.Any(p => p.Name == k.Key && p.Value == k.Value));

    private static void Check(ExpectedAlert expected, Alert alert, AlertRule rule, List<string> failures)
    {
        void Differ<T>(string what, T? wanted, T got)
            where T : struct
        {
            if (wanted is { } value && !value.Equals(got))
            {
                failures.Add($"line {expected.Line}: {what} {value} expected, got {got} ({Describe(alert)})");
            }
        }

        foreach (var (name, value) in expected.Key)
        {
            var got = alert.Key.Where(k => k.Name == name).Select(k => k.Value).FirstOrDefault();
            if (got != value)
            {
                failures.Add($"line {expected.Line}: key {name} '{value}' expected, got '{got}'");
            }
        }

        Differ("opened", Instant(expected.Opened), EventClock.ToInstant(alert.Opened));
        Differ("start", Instant(expected.Start), EventClock.ToInstant(alert.Start));
        Differ("end", Instant(expected.End), EventClock.ToInstant(alert.End));
        Differ("severity", expected.Severity, rule.Severity);
        Differ("total", expected.Total, alert.Total);
        Differ("events", expected.Events, alert.Events);
    }

    private static DateTimeOffset? Instant(long? time) => time is { } t ? EventClock.ToInstant(t) : null;

    private static string Describe(Alert alert) =>
        $"{alert.RuleCode} {string.Join(' ', alert.Key.Select(k => $"{k.Name}={k.Value}"))} at {EventClock.ToInstant(alert.Opened):O} total {alert.Total}";
}
