using YamlDotNet.RepresentationModel;

namespace SecStream.Stages.Rules.Loading;

/// <summary>Collects the issues of one file.</summary>
internal sealed class IssueList(string file)
{
    private readonly List<RuleIssue> _issues = [];

    public string File => file;

    public IReadOnlyList<RuleIssue> Issues => _issues;

    public int ErrorCount { get; private set; }

    public void Error(string code, YamlNode at, string key, string message, string mend = "") =>
        Add(IssueSeverity.Error, code, Line(at), key, message, mend);

    public void Warn(string code, YamlNode at, string key, string message, string mend = "") =>
        Add(IssueSeverity.Warning, code, Line(at), key, message, mend);

    public void Add(IssueSeverity severity, string code, int line, string key, string message, string mend)
    {
        ErrorCount += severity == IssueSeverity.Error ? 1 : 0;
        _issues.Add(new RuleIssue(severity, code, file, line, key, message, mend));
    }

    public static int Line(YamlNode node) => (int)Math.Clamp(node.Start.Line, 1, int.MaxValue);
}
