using System.Globalization;
using System.Text;
using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Core.Features;
using SecStream.Stages.Rules.Loading;
using YamlDotNet.RepresentationModel;

namespace SecStream.Stages.Rules.Testing;

/// <summary>
/// An anomaly of a test case. In a file:
/// <code>
/// anomaly: {profile: api-key, window: 5m, grade: 0.9, severity: high, deviation: 5, events: 4120, features: [request_rate, error_rate]}
/// </code>
/// Only profile and grade are needed: severity follows from the grade, the window is 5 minutes, the deviation 4, one feature <c>request_rate</c>.
/// </summary>
/// <param name="Profile">The profile.</param>
/// <param name="Window">Length of the window, µs.</param>
/// <param name="Grade">Grade.</param>
/// <param name="Severity">Severity.</param>
/// <param name="Deviation">Standard deviations above what was expected, of the first feature.</param>
/// <param name="Events">Occurrences in the window.</param>
/// <param name="Features">Names of contributing features, most first; with a minus where there is less than expected.</param>
public sealed record RuleTestAnomaly(
    string Profile, long Window, double Grade, Severity? Severity, double Deviation, long Events, IReadOnlyList<string> Features)
{
    /// <summary>The anomaly of a window that ends at a time.</summary>
    public Anomaly At(long end) => new()
    {
        Profile = Profile,
        Start = end - Window,
        End = end,
        Events = Events,
        Grade = Grade,
        P = Math.Pow(10, -6 * Grade),
        Confidence = 1,
        ExpectedFalsePerDay = 0,
        Severity = Severity,
        Model = "test",
        Detectors = [],
        Contributions =
        [
            .. Features.Select((feature, i) => new Contribution(
                feature.TrimStart('-'), feature.TrimStart('-').Replace('_', ' '), Observed: 10 + Deviation, Expected: 10, Low: 8, High: 12, Share: 1.0 / Features.Count,
                (i == 0 ? Deviation : 1) * (feature.StartsWith('-') ? -1 : 1))),
        ],
        Evidence = [],
    };

    /// <summary>The schema of its profile, with the fields of the event as key.</summary>
    public FeatureSchema Schema(RuleTestEvent observed) => new()
    {
        Profile = Profile,
        Version = "test",
        KeyNames = [.. KeyOf(observed).Select(field => field.Name)],
        Windows = [Window],
        Features = [],
    };

    /// <summary>The canonical key.</summary>
    public static byte[] Key(RuleTestEvent observed) => Encoding.UTF8.GetBytes(string.Join(
        '\0', KeyOf(observed).Select(field => Convert.ToString(field.Value, CultureInfo.InvariantCulture))));

    /// <summary>Reads it; null when it has errors.</summary>
    internal static RuleTestAnomaly? Read(YamlNode node, IssueList issues)
    {
        if (node is not YamlMappingNode map)
        {
            issues.Error("test", node, "anomaly", "an anomaly is a map", "anomaly: {profile: user, grade: 0.9}");
            return null;
        }

        YamlReading.CheckKeys(map, "anomaly", ["profile", "window", "grade", "severity", "deviation", "events", "features"], issues);
        var profile = YamlReading.Text(YamlReading.Get(map, "profile")) ?? "";
        var grade = Number(map, "grade", 0, issues);
        if (profile.Length == 0 || grade is <= 0 or > 1)
        {
            issues.Error("test", map, "anomaly", "an anomaly has a profile and a grade above 0, up to 1", "anomaly: {profile: user, grade: 0.9}");
        }

        var features = YamlReading.Texts(YamlReading.Get(map, "features"));
        return new RuleTestAnomaly(
            profile,
            EventClock.ToMicroseconds(Durations.TryParse(YamlReading.Text(YamlReading.Get(map, "window")), out var window) ? window : TimeSpan.FromMinutes(5)),
            grade,
            Enum.TryParse<Severity>(YamlReading.Text(YamlReading.Get(map, "severity")), ignoreCase: true, out var severity) ? severity : SeverityOf(grade),
            Number(map, "deviation", 4, issues),
            (long)Number(map, "events", 1, issues),
            features.Length > 0 ? features : ["request_rate"]);
    }

    private static IEnumerable<RuleTestField> KeyOf(RuleTestEvent observed) => observed.Fields.Where(f => !f.Name.StartsWith("event.", StringComparison.Ordinal));

    private static Severity? SeverityOf(double grade)
    {
        Severity? found = null;
        foreach (var severity in Enum.GetValues<Severity>())
        {
            found = grade >= Judgement.Threshold(severity) ? severity : found;
        }

        return found;
    }

    private static double Number(YamlMappingNode map, string key, double otherwise, IssueList issues)
    {
        if (YamlReading.Get(map, key) is not { } node)
        {
            return otherwise;
        }

        if (double.TryParse(YamlReading.Text(node), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number))
        {
            return number;
        }

        issues.Error("test", node, $"anomaly.{key}", $"'{YamlReading.Text(node)}' is no number");
        return otherwise;
    }
}
