using SecStream.Core.Fields;
using SecStream.Stages.Parsing;
using SecStream.Stages.Rules;
using SecStream.Stages.Rules.Model;
using SecStream.Stages.Rules.Testing;

namespace SecStream.Host.Rules;

/// <summary>Rules with everything that is wrong with them and their tests, and the names of their fields.</summary>
/// <param name="Fields">Names.</param>
/// <param name="Rules">Rules that could be loaded.</param>
/// <param name="Tests">Test files that could be read.</param>
/// <param name="Issues">Issues of rules and tests, by file and line.</param>
internal sealed record RuleFolder(FieldCatalog Fields, RuleSet Rules, IReadOnlyList<RuleTestFile> Tests, IReadOnlyList<RuleIssue> Issues)
{
    /// <summary>The rules that were asked for; the others are loaded because these may build on them.</summary>
    public IReadOnlyList<AlertRule> Asked { get; private init; } = Rules.Rules;

    /// <summary>Something could not be loaded.</summary>
    public bool HasErrors => Issues.Any(i => i.Severity == IssueSeverity.Error);

    /// <summary>Loads a folder, or a single rule file with the test beside it.</summary>
    /// <exception cref="ConfigurationException">There is no such thing, or it can't be read.</exception>
    public static RuleFolder Load(string path)
    {
        try
        {
            var fields = new FieldCatalog();
            SourceParser.DeclareFields(fields);
            if (Directory.Exists(path))
            {
                return Make(fields, RuleLoader.Load(path, fields), RuleTestLoader.LoadFolder(path, out var found), found);
            }

            if (!File.Exists(path))
            {
                throw new ConfigurationException($"{path}: no such file or folder; name a folder of Sigma rules, or one rule");
            }

            if (RootOf(path) is { } root)
            {
                var name = Path.GetRelativePath(root, path).Replace('\\', '/');
                return Make(fields, RuleLoader.Load(root, fields), RuleTestLoader.LoadFolder(root, out var issuesOfAll), issuesOfAll).Narrow(name);
            }

            var rules = RuleLoader.Load([path], fields);
            var beside = Path.ChangeExtension(path, ".test.yml");
            if (!File.Exists(beside))
            {
                return Make(fields, rules, [], []);
            }

            var test = RuleTestLoader.Load(new RuleSource(Path.GetFileName(beside), File.ReadAllText(beside)), out var issues);
            return Make(fields, rules, test is null ? [] : [test], issues);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{path}: {fault.Message}", fault);
        }
    }

    /// <summary>The folder with the tables that a single rule file belongs to: its correlation may build on rules of other files.</summary>
    private static string? RootOf(string file)
    {
        for (var folder = Path.GetDirectoryName(Path.GetFullPath(file)); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "fields.yml")) && File.Exists(Path.Combine(folder, "logsources.yml")))
            {
                return folder;
            }
        }

        return null;
    }

    private RuleFolder Narrow(string file)
    {
        var beside = Path.ChangeExtension(file, ".test.yml");
        return this with
        {
            Asked = [.. Rules.Rules.Where(r => r.File == file)],
            Tests = [.. Tests.Where(t => t.Path == file || t.Path == beside)],
            Issues = [.. Issues.Where(i => i.File == file || i.File == beside)],
        };
    }

    private static RuleFolder Make(FieldCatalog fields, RuleSet rules, IReadOnlyList<RuleTestFile> tests, IReadOnlyList<RuleIssue> found) => new(
        fields, rules, tests, [.. rules.Issues.Concat(found).OrderBy(i => i.File, StringComparer.Ordinal).ThenBy(i => i.Line)]);
}
