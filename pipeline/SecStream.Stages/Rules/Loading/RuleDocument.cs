using SecStream.Core.Alerts;
using SecStream.Stages.Rules.Matching;
using YamlDotNet.RepresentationModel;

namespace SecStream.Stages.Rules.Loading;

/// <summary>One YAML document of a rule file with the metadata of Sigma read from it.</summary>
internal sealed class RuleDocument
{
    private static readonly string[] KnownKeys =
    [
        "title", "id", "name", "related", "taxonomy", "status", "description", "license", "references", "author", "date", "modified",
        "logsource", "detection", "fields", "falsepositives", "level", "tags", "scope", "correlation", "secstream", "generate", "custom",
        "regression_tests_path", "simulation",
    ];

    public RuleDocument(YamlMappingNode root, IssueList issues)
    {
        Root = root;
        Issues = issues;
        Id = Value("id");
        Name = Value("name");
        Title = Value("title");
        Description = string.Join(' ', Value("description").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Canonical = YamlReading.Canonical(root);
        foreach (var key in root.Children.Keys)
        {
            var name = YamlReading.Key(key);
            if (!KnownKeys.Contains(name))
            {
                // Sigma allows keys of one's own at the top, so this is no error.
                issues.Warn("unknown-key", key, name, $"'{name}' is no key of Sigma", Suggestion.For(name, KnownKeys));
            }
        }
    }

    public YamlMappingNode Root { get; }

    public IssueList Issues { get; }

    public string Id { get; }

    public string Name { get; }

    public string Title { get; }

    public string Description { get; }

    public string Canonical { get; }

    public int Line => IssueList.Line(Root);

    public YamlMappingNode? Detection => Section("detection");

    public YamlMappingNode? Correlation => Section("correlation");

    public YamlMappingNode? Secstream => Section("secstream");

    public bool Generate => string.Equals(
        YamlReading.Text(YamlReading.Get(Root, "generate") ?? (Correlation is { } c ? YamlReading.Get(c, "generate") : null)), "true", StringComparison.OrdinalIgnoreCase);

    public string Code => Secstream is { } s ? YamlReading.Text(YamlReading.Get(s, "code")) ?? "" : "";

    /// <summary>The compiled detection, once there is one.</summary>
    public Detection? Compiled { get; set; }

    /// <summary>What messages call the rule.</summary>
    public string Called => Name.Length > 0 ? Name : Code.Length > 0 ? Code : Id.Length > 0 ? Id : Title;

    public string[] List(string key) => YamlReading.Texts(YamlReading.Get(Root, key));

    public Severity ReadLevel()
    {
        var level = Value("level");
        switch (level)
        {
            case "informational" or "low":
                return Severity.Low;
            case "medium":
                return Severity.Medium;
            case "high":
                return Severity.High;
            case "critical":
                return Severity.Critical;
            case "":
                Issues.Warn("missing-level", Root, "level", "the level is missing; medium is assumed", "add 'level:'");
                return Severity.Medium;
            default:
                Issues.Error("level", YamlReading.Get(Root, "level")!, "level", $"'{level}' is no level", "one of informational, low, medium, high, critical");
                return Severity.Medium;
        }
    }

    private string Value(string key) => YamlReading.Text(YamlReading.Get(Root, key)) ?? "";

    private YamlMappingNode? Section(string key) => YamlReading.Get(Root, key) as YamlMappingNode;
}
