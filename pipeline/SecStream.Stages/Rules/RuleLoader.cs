using SecStream.Core.Fields;

namespace SecStream.Stages.Rules;

/// <summary>Reads rule files from disk and has them compiled. The only part of the rules that touches files.</summary>
public static class RuleLoader
{
    private const string ProfileFolder = "profiles/";

    private static readonly string[] TableNames = ["fields.yml", "logsources.yml"];

    /// <summary>
    /// Loads a folder of rules with everything below it, in ordinal order of their paths: all <c>.yml</c> and <c>.yaml</c> but tests
    /// (<c>.test.yml</c>) and the tables <c>fields.yml</c> and <c>logsources.yml</c> of the top folder; what lies in the folder <c>profiles</c> of the top folder is
    /// profiles.
    /// </summary>
    /// <exception cref="IOException">The folder or a file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public static RuleSet Load(string folder, FieldCatalog fields, RuleLoadOptions? options = null) => Compile(Read(folder), fields, options);

    /// <summary>Reads the texts of a folder as <see cref="Load(string, FieldCatalog, RuleLoadOptions?)"/> does: everything that its rules follow from.</summary>
    /// <exception cref="IOException">The folder or a file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public static RuleTexts Read(string folder)
    {
        var files = Directory.EnumerateFiles(folder, "*.y*ml", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/'))
            .Where(IsRuleFile)
            .Order(StringComparer.Ordinal)
            .ToLookup(f => f.StartsWith(ProfileFolder, StringComparison.Ordinal), f => Read(folder, f));
        return new RuleTexts([.. files[false]], Table(folder, TableNames[0]), Table(folder, TableNames[1])) { Profiles = [.. files[true]] };
    }

    /// <summary>Compiles texts.</summary>
    public static RuleSet Compile(RuleTexts texts, FieldCatalog fields, RuleLoadOptions? options = null) =>
        new RuleCompiler(fields, options, texts.FieldTables, texts.LogsourceTables).Compile(texts.Rules, texts.Profiles);

    /// <summary>Loads the named files.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static RuleSet Load(IEnumerable<string> files, FieldCatalog fields, RuleLoadOptions? options = null) =>
        new RuleCompiler(fields, options).Compile(files.Select(f => new RuleSource(Path.GetFileName(f), File.ReadAllText(f))));

    private static bool IsRuleFile(string path) =>
        (path.EndsWith(".yml", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase))
        && !path.EndsWith(".test.yml", StringComparison.OrdinalIgnoreCase)
        && !TableNames.Contains(path);

    private static RuleSource[] Table(string folder, string name) => File.Exists(Path.Combine(folder, name)) ? [Read(folder, name)] : [];

    private static RuleSource Read(string folder, string path) => new(path, File.ReadAllText(Path.Combine(folder, path)));
}

/// <summary>The texts that a rule set follows from.</summary>
/// <param name="Rules">Rule files, in order of their paths.</param>
/// <param name="FieldTables">The folder's own table of fields, if it has one.</param>
/// <param name="LogsourceTables">The folder's own table of log sources, if it has one.</param>
public sealed record RuleTexts(IReadOnlyList<RuleSource> Rules, IReadOnlyList<RuleSource> FieldTables, IReadOnlyList<RuleSource> LogsourceTables)
{
    /// <summary>Files of profiles, in order of their paths.</summary>
    public IReadOnlyList<RuleSource> Profiles { get; init; } = [];
}
