using SecStream.Core.Fields;
using SecStream.Stages.Rules.Expressions;
using SecStream.Stages.Rules.Matching;
using YamlDotNet.RepresentationModel;

namespace SecStream.Stages.Rules.Loading;

/// <summary>Makes the detection of an event rule: its log source and its <c>detection</c> section together.</summary>
internal sealed class DetectionCompiler(FieldCatalog catalog, FieldNames names, LogsourceTable logsources, RuleLoadOptions options)
{
    private const string AttemptAction = "login_failed";

    /// <summary>The detection; null when the rule has errors.</summary>
    public Detection? Compile(RuleDocument document, int index)
    {
        var issues = document.Issues;
        var errors = issues.ErrorCount;
        var parser = new DetectionParser(new ItemParser(catalog, names, options, issues), issues);
        var source = ReadLogsource(document);
        var implied = Implied(document, source, parser, out var mapped);
        var stated = parser.Parse(document.Detection!);
        CheckAnomalyFields(stated, source, document);
        if (stated is null || issues.ErrorCount > errors)
        {
            return null;
        }

        var condition = implied is null ? stated : new AllOf([implied, stated]);
        var tests = DetectionNodes.Tests(condition).ToArray();
        var fields = tests.Select(t => (Id: t.Field == FieldTest.Keyword ? Ecs.Message : t.Field, Name: t.Field == FieldTest.Keyword ? "message" : t.FieldName))
            .Concat(tests.Where(t => t.OtherField >= 0).Select(t => (Id: t.OtherField, Name: catalog.Name(t.OtherField))))
            .DistinctBy(f => f.Id).OrderBy(f => f.Name, StringComparer.Ordinal).ToArray();
        var countsAttempts = OnlyAttempts(condition);
        if (!countsAttempts && tests.Any(IsAttempt))
        {
            issues.Warn(
                "mixed-attempts", document.Detection!, "detection", "failed logins are matched together with other actions, so lines are counted and not attempts",
                "make two rules and name both in the correlation");
        }

        return new Detection
        {
            Index = index,
            Name = document.Name.Length > 0 ? document.Name : document.Id,
            Id = document.Id,
            Title = document.Title,
            Condition = condition,
            CountsAttempts = countsAttempts,
            IsOfAnomalies = AnomalyConditions.IsSource(source),
            Fields = [.. fields.Select(f => f.Name)],
            FieldIds = [.. fields.Select(f => f.Id)],
            Logsource = source.ToString(),
            LogsourceIsMapped = mapped,
            File = issues.File,
            Line = document.Line,
        };
    }

    private static Logsource ReadLogsource(RuleDocument document)
    {
        if (YamlReading.Get(document.Root, "logsource") is not YamlMappingNode map)
        {
            document.Issues.Error("logsource", document.Root, "logsource", "the log source is missing", "logsource: {category: …} or {product: …}");
            return default;
        }

        YamlReading.CheckKeys(map, "logsource", ["category", "product", "service", "definition"], document.Issues);
        return LogsourceTable.Read(map);
    }

    // What nothing is known about stays a condition: no event of another source may match, and the rule shows up as blind.
    private DetectionNode? Implied(RuleDocument document, Logsource source, DetectionParser parser, out bool mapped)
    {
        var conditions = logsources.Find(source, out var open).Where(c => c.Children.Count > 0).ToList();
        mapped = open == default;
        if (!mapped)
        {
            document.Issues.Warn(
                "unmapped-logsource", YamlReading.Get(document.Root, "logsource")!, "logsource", $"no source is known for '{open}'",
                "events need matching event.module, event.dataset and event.category, or the log source an entry in logsources.yml");
            conditions.Add(Default(source, open));
        }

        if (AnomalyConditions.IsSource(source))
        {
            conditions.AddRange(AnomalyConditions.Of(document));
        }

        var nodes = conditions.Select(c => parser.ParseSelection(c, "logsource")).OfType<DetectionNode>().ToArray();
        return nodes.Length > 0 ? DetectionNodes.All(nodes) : null;
    }

    // Only observations of anomalies have these fields; elsewhere the rule would look alive and never match.
    private static void CheckAnomalyFields(DetectionNode? condition, Logsource source, RuleDocument document)
    {
        if (condition is not null && !AnomalyConditions.IsSource(source)
            && DetectionNodes.Tests(condition).FirstOrDefault(t => t.FieldName.StartsWith(AnomalyConditions.FieldPrefix, StringComparison.Ordinal)) is { } test)
        {
            document.Issues.Error(
                "anomaly-logsource", document.Detection!, "logsource", $"'{test.FieldName}' is a field of anomalies, and the log source is another",
                "logsource: {product: secstream, category: anomaly}");
        }
    }

    private static YamlMappingNode Default(Logsource source, Logsource open)
    {
        var map = new YamlMappingNode();
        if (open.Product is { } product)
        {
            map.Add("event.module", product);
        }

        if (open.Service is { } service)
        {
            map.Add("event.dataset", source.Product is null ? new YamlSequenceNode(service) : new YamlSequenceNode(service, $"{source.Product}.{service}"));
        }

        if (open.Category is { } category)
        {
            map.Add("event.category", category);
        }

        return map;
    }

    private static bool OnlyAttempts(DetectionNode node) => node switch
    {
        FieldTest test => IsAttempt(test),
        AllOf all => all.Children.Any(OnlyAttempts),
        AnyOf any => any.Children.All(OnlyAttempts),
        _ => false,
    };

    private static bool IsAttempt(FieldTest test) =>
        test is { Field: Ecs.EventAction, Pattern: { Shape: PatternShape.Exact or PatternShape.Prefix } pattern }
        && System.Text.Encoding.UTF8.GetString(pattern.Literal).StartsWith(AttemptAction, StringComparison.Ordinal);
}
