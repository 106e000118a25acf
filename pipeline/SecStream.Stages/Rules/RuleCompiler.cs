using SecStream.Core.Fields;
using SecStream.Stages.Profiles.Loading;
using SecStream.Stages.Profiles.Model;
using SecStream.Stages.Rules.Expressions;
using SecStream.Stages.Rules.Loading;
using SecStream.Stages.Rules.Matching;
using SecStream.Stages.Rules.Model;

namespace SecStream.Stages.Rules;

/// <summary>
/// Compiles the texts of rule files. The result depends on the texts alone: same texts, same versions. Fields the rules read are added to
/// the catalog. Nothing in a file makes it throw: what is wrong becomes an issue.
/// </summary>
public sealed class RuleCompiler
{
    private readonly FieldCatalog _catalog;
    private readonly RuleLoadOptions _options;
    private readonly FieldNames _names = new();
    private readonly LogsourceTable _logsources = new();
    private readonly List<IssueList> _issues = [];

    /// <summary>A compiler with the built-in tables.</summary>
    /// <param name="catalog">Gets the fields the rules read.</param>
    /// <param name="options">How to load; null for the defaults.</param>
    /// <param name="fieldTables">Tables like <c>fields.yml</c>; earlier ones win over later ones and over the built-in.</param>
    /// <param name="logsourceTables">Tables like <c>logsources.yml</c>, likewise.</param>
    public RuleCompiler(
        FieldCatalog catalog,
        RuleLoadOptions? options = null,
        IEnumerable<RuleSource>? fieldTables = null,
        IEnumerable<RuleSource>? logsourceTables = null)
    {
        _catalog = catalog;
        _options = options ?? new RuleLoadOptions();
        foreach (var (table, issues) in Tables([.. fieldTables ?? [], BuiltIn("fields.yml")]))
        {
            _names.Add(table, issues);
        }

        foreach (var (table, issues) in Tables([.. logsourceTables ?? [], BuiltIn("logsources.yml")]))
        {
            _logsources.Add(table, issues);
        }
    }

    /// <summary>Compiles files; their order is the order of detections, rules and profiles.</summary>
    /// <param name="sources">Rule files.</param>
    /// <param name="profileSources">Files of profiles; null: none.</param>
    public RuleSet Compile(IEnumerable<RuleSource> sources, IEnumerable<RuleSource>? profileSources = null)
    {
        var documents = new List<RuleDocument>();
        foreach (var source in sources)
        {
            var issues = NewList(source.Path);
            documents.AddRange(YamlReading.Documents(source.Text, issues).Select(root => new RuleDocument(root, issues)));
        }

        var left = RuleLint.Duplicates(documents);
        var valid = documents.Where(d => RuleLint.Check(d) && !left.Contains(d)).ToList();
        var detections = CompileDetections(valid);
        var rules = CompileRules(valid);
        var profiles = CompileProfiles(profileSources ?? [], detections);
        var found = _issues.SelectMany(i => i.Issues).Distinct()
            .OrderBy(i => i.File, StringComparer.Ordinal).ThenBy(i => i.Line).ToArray();
        if (_options.Strict && found.Any(i => i.Severity == IssueSeverity.Error))
        {
            return new RuleSet([], [], AlertRuleCompiler.Hash(""), found);
        }

        return new RuleSet(detections, rules, Version(detections, rules, profiles), found) { Profiles = profiles };
    }

    private List<Detection> CompileDetections(List<RuleDocument> documents)
    {
        var compiler = new DetectionCompiler(_catalog, _names, _logsources, _options);
        var detections = new List<Detection>();
        foreach (var document in documents.Where(d => d.Detection is not null))
        {
            document.Compiled = compiler.Compile(document, detections.Count);
            if (document.Compiled is { } detection)
            {
                detections.Add(detection);
            }
        }

        return detections;
    }

    private List<Profile> CompileProfiles(IEnumerable<RuleSource> sources, List<Detection> detections)
    {
        var compiler = new ProfileCompiler(_catalog, _names, _options, new ProfileConditions(_catalog, detections));
        var profiles = new List<Profile>();
        foreach (var source in sources)
        {
            var issues = NewList(source.Path);
            profiles.AddRange(YamlReading.Documents(source.Text, issues).Select(root => compiler.Compile(root, issues)).OfType<Profile>());
        }

        return profiles;
    }

    private List<AlertRule> CompileRules(List<RuleDocument> documents)
    {
        var byName = new Dictionary<string, RuleDocument>(StringComparer.Ordinal);
        foreach (var document in documents)
        {
            foreach (var name in new[] { document.Name, document.Id }.Where(n => n.Length > 0))
            {
                byName.TryAdd(name, document);
            }
        }

        var silent = SilentBases(documents, byName);
        var compiler = new AlertRuleCompiler(_catalog, _names, byName);
        var rules = new List<AlertRule>();
        foreach (var document in documents)
        {
            var rule = document.Correlation is not null ? compiler.CompileCorrelation(document)
                : document.Compiled is not null && !silent.Contains(document) ? compiler.CompileEvent(document)
                : null;
            if (rule is not null)
            {
                rules.Add(rule);
            }
        }

        return rules;
    }

    // A rule that correlations build on is a part of theirs, and no alert of its own unless it says so.
    private static HashSet<RuleDocument> SilentBases(List<RuleDocument> documents, Dictionary<string, RuleDocument> byName)
    {
        var silent = new HashSet<RuleDocument>();
        var loud = new HashSet<RuleDocument>();
        foreach (var correlation in documents.Where(d => d.Correlation is not null))
        {
            foreach (var name in YamlReading.Texts(YamlReading.Get(correlation.Correlation!, "rules")))
            {
                if (byName.TryGetValue(name, out var document))
                {
                    (correlation.Generate ? loud : silent).Add(document);
                }
            }
        }

        silent.RemoveWhere(d => loud.Contains(d) || d.Generate || d.Code.Length > 0);
        return silent;
    }

    private static string Version(List<Detection> detections, List<AlertRule> rules, List<Profile> profiles) => AlertRuleCompiler.Hash(string.Join(
        '\n',
        rules.Select(r => $"{r.Code} {r.Version}")
            .Concat(detections.Select(d => $"{d.Id} {DetectionNodes.Describe(d.Condition)}"))
            .Concat(profiles.Select(p => $"profile {p.Name} {p.Content}"))
            .Order(StringComparer.Ordinal)));

    private IEnumerable<(YamlDotNet.RepresentationModel.YamlMappingNode Table, IssueList Issues)> Tables(IEnumerable<RuleSource> sources)
    {
        foreach (var source in sources)
        {
            var issues = NewList(source.Path);
            foreach (var root in YamlReading.Documents(source.Text, issues))
            {
                yield return (root, issues);
            }
        }
    }

    private IssueList NewList(string file)
    {
        _issues.Add(new IssueList(file));
        return _issues[^1];
    }

    private static RuleSource BuiltIn(string name)
    {
        using var stream = typeof(RuleCompiler).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The assembly lacks its table {name}.");
        using var reader = new StreamReader(stream);
        return new RuleSource(name, reader.ReadToEnd());
    }
}
