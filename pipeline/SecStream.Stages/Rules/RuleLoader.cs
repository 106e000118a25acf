using SecStream.Core.Fields;

namespace SecStream.Stages.Rules;

/// <summary>Reads rule files from disk and has them compiled. The only part of the rules that touches files.</summary>
public static class RuleLoader
{
    private static readonly string[] TableNames = ["fields.yml", "logsources.yml"];

    /// <summary>
    /// Loads a folder of rules with everything below it, in ordinal order of their paths: all <c>.yml</c> and <c>.yaml</c> but tests
    /// (<c>.test.yml</c>), the folder <c>profiles</c> and the tables <c>fields.yml</c> and <c>logsources.yml</c> of the top folder.
    /// </summary>
    /// <exception cref="IOException">The folder or a file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public static RuleSet Load(string folder, FieldCatalog fields, RuleLoadOptions? options = null)
    {
        var files = Directory.EnumerateFiles(folder, "*.y*ml", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/'))
            .Where(IsRuleFile)
            .Order(StringComparer.Ordinal);
        return new RuleCompiler(fields, options, Table(folder, TableNames[0]), Table(folder, TableNames[1]))
            .Compile(files.Select(f => Read(folder, f)));
    }

    /// <summary>Loads the named files.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static RuleSet Load(IEnumerable<string> files, FieldCatalog fields, RuleLoadOptions? options = null) =>
        new RuleCompiler(fields, options).Compile(files.Select(f => new RuleSource(Path.GetFileName(f), File.ReadAllText(f))));

    private static bool IsRuleFile(string path) =>
        (path.EndsWith(".yml", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase))
        && !path.EndsWith(".test.yml", StringComparison.OrdinalIgnoreCase)
        && !path.StartsWith("profiles/", StringComparison.Ordinal)
        && !TableNames.Contains(path);

    private static RuleSource[] Table(string folder, string name) => File.Exists(Path.Combine(folder, name)) ? [Read(folder, name)] : [];

    private static RuleSource Read(string folder, string path) => new(path, File.ReadAllText(Path.Combine(folder, path)));
}
