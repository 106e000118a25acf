using System.Text;
using SecStream.Stages.Enrichment.Intel;
using SecStream.Stages.Rules;

namespace SecStream.Host.Versions;

/// <summary>Reads the files that the options name, and says without reading them whether they have changed.</summary>
internal static class KnowledgeFiles
{
    public const string RuleRole = "rule";
    public const string ProfileRole = "profile";
    public const string FieldsRole = "fields";
    public const string LogsourcesRole = "logsources";

    /// <summary>All subjects as their files are now.</summary>
    /// <exception cref="ConfigurationException">A file is missing or can't be read.</exception>
    public static IReadOnlyList<KnowledgeVersion> Read(PipelineOptions options) =>
    [
        ReadRules(options.RulesDirectory),
        new(KnowledgeSubject.GeoIp, [.. GeoIpPaths(options).Select(path => Read("geoip", path))]),
        new(KnowledgeSubject.Intel, [.. Lists(options).Select(list => Read(list.Role.ToString(), list.Path))]),
        new(KnowledgeSubject.Entities, options.Entities is { } path ? [Read("entities", path)] : []),
        ModelFiles.Read(options.HasProfiles ? options.Models : null),
    ];

    /// <summary>
    /// Path, length and time of every file that <see cref="Read(PipelineOptions)"/> would read, as one text: while it stays, nothing has changed. Files that can't
    /// be looked at are named as missing.
    /// </summary>
    public static string Signature(PipelineOptions options)
    {
        var text = new StringBuilder();
        foreach (var path in RulePaths(options.RulesDirectory).Concat(GeoIpPaths(options)).Concat(Lists(options).Select(l => l.Path)).Append(options.Entities).Concat(ModelFiles.Watched(options.Models)))
        {
            if (path is not null)
            {
                var file = new FileInfo(path);
                text.Append(path).Append('\0').Append(file.Exists ? $"{file.Length} {file.LastWriteTimeUtc.Ticks}" : "missing").Append('\n');
            }
        }

        return text.ToString();
    }

    private static KnowledgeVersion ReadRules(string folder)
    {
        try
        {
            var texts = RuleLoader.Read(folder);
            return new(
                KnowledgeSubject.Rules,
                [.. Files(RuleRole, texts.Rules), .. Files(ProfileRole, texts.Profiles), .. Files(FieldsRole, texts.FieldTables), .. Files(LogsourcesRole, texts.LogsourceTables)]);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"rules: {folder}: {fault.Message}; name a folder of Sigma rules with --rules DIR", fault);
        }
    }

    private static IEnumerable<VersionFile> Files(string role, IReadOnlyList<RuleSource> sources) =>
        sources.Select(source => new VersionFile(role, source.Path, Encoding.UTF8.GetBytes(source.Text)));

    private static IEnumerable<string> RulePaths(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.y*ml", SearchOption.AllDirectories).Order(StringComparer.Ordinal) : [folder];

    private static IEnumerable<string> GeoIpPaths(PipelineOptions options) => options.GeoIp.SelectMany<string, string>(path =>
        Directory.Exists(path) ? Directory.EnumerateFiles(path, "*.mmdb").Order(StringComparer.Ordinal) : [path]);

    private static IEnumerable<(IntelRole Role, string Path)> Lists(PipelineOptions options) =>
        options.Blacklists.Select(path => (IntelRole.Blacklist, path))
            .Concat(options.Intel.Select(path => (IntelRole.Intel, path)))
            .Concat(options.AllowLists.Select(path => (IntelRole.AllowList, path)));

    private static VersionFile Read(string role, string path)
    {
        try
        {
            return new VersionFile(role, Path.GetFileName(path), File.ReadAllBytes(path)) { Path = path };
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{path}: {fault.Message}", fault);
        }
    }
}
