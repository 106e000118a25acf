using SecStream.Core.Alerts;
using SecStream.Core.Features;
using SecStream.Core.Fields;
using SecStream.Stages.Rules.Expressions;
using SecStream.Stages.Rules.Matching;
using YamlDotNet.RepresentationModel;

namespace SecStream.Stages.Rules.Loading;

/// <summary>What is peculiar to rules about anomalies: their log source, the conditions that <c>secstream:</c> states for short, the grade they begin at.</summary>
internal static class AnomalyConditions
{
    /// <summary>What the names of the fields of anomalies begin with.</summary>
    public const string FieldPrefix = "secstream.anomaly.";

    private static readonly string[] Severities = ["low", "medium", "high", "critical"];

    /// <summary>Whether a log source is that of anomalies.</summary>
    public static bool IsSource(Logsource source) =>
        string.Equals(source.Product, "secstream", StringComparison.OrdinalIgnoreCase)
        && string.Equals(source.Category, "anomaly", StringComparison.OrdinalIgnoreCase);

    /// <summary><c>min-severity: high</c> and <c>profile: [user]</c> as conditions.</summary>
    public static IEnumerable<YamlMappingNode> Of(RuleDocument document)
    {
        if (document.Secstream is not { } section)
        {
            yield break;
        }

        if (YamlReading.Get(section, "min-severity") is { } least)
        {
            var at = Array.IndexOf(Severities, YamlReading.Text(least) ?? "");
            if (at >= 0)
            {
                yield return new YamlMappingNode(
                    new YamlScalarNode("secstream.anomaly.severity"), new YamlSequenceNode(Severities[at..].Select(s => new YamlScalarNode(s))));
            }
            else
            {
                document.Issues.Error("min-severity", least, "secstream.min-severity", $"'{YamlReading.Text(least)}' is no severity", Suggestion.OrList(YamlReading.Text(least) ?? "", Severities));
            }
        }

        if (YamlReading.Get(section, "profile") is { } profiles)
        {
            yield return new YamlMappingNode(new YamlScalarNode("secstream.anomaly.profile"), profiles);
        }
    }

    /// <summary>The grade that a detection asks for: by its number, else by the least severity it names, else the least there is.</summary>
    public static double MinGrade(Detection detection)
    {
        var tests = DetectionNodes.Tests(detection.Condition).ToArray();
        double[] grades =
        [
            .. tests.Where(t => t is { Field: Ecs.SecstreamAnomalyGrade, Operator: TestOperator.Greater or TestOperator.GreaterOrEqual }).Select(t => t.Number.Real),
        ];
        double[] named =
        [
            .. tests.Where(t => t is { Field: Ecs.SecstreamAnomalySeverity, Pattern.Shape: PatternShape.Exact })
                .Select(t => Array.IndexOf(Severities, System.Text.Encoding.UTF8.GetString(t.Pattern!.Literal)))
                .Where(at => at >= 0).Select(at => Judgement.Threshold((Severity)at)),
        ];
        return grades.Length > 0 ? grades.Min() : named.Length > 0 ? named.Min() : Judgement.Threshold(Severity.Low);
    }
}
