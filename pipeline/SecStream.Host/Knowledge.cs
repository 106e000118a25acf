using SecStream.Core.Fields;
using SecStream.Stages.Enrichment;
using SecStream.Stages.Enrichment.Entities;
using SecStream.Stages.Enrichment.GeoIp;
using SecStream.Stages.Enrichment.Intel;
using SecStream.Stages.Ingest;
using SecStream.Stages.Rules;
using SecStream.Stages.Rules.Loading;

namespace SecStream.Host;

/// <summary>A setting or file that can't be used; the message names file, line, key and the mend. Exit code 2.</summary>
public sealed class ConfigurationException : Exception
{
    /// <summary>An error without a message.</summary>
    public ConfigurationException()
    {
    }

    /// <summary>An error.</summary>
    public ConfigurationException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its cause.</summary>
    public ConfigurationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>What the pipeline knows before the first event: rules, GeoIP, lists, entities, each with the hash of its content.</summary>
public sealed record Knowledge(IngestPlan Plan, EnrichmentSources Enrichment)
{
    /// <summary>Content hashes for an alert's <c>versions</c>.</summary>
    public IReadOnlyDictionary<string, string> Versions =>
        new SortedDictionary<string, string>(Enrichment.Versions.ToDictionary(), StringComparer.Ordinal) { ["rules"] = Plan.Rules.Version };

    /// <summary>Loads everything the options name.</summary>
    /// <exception cref="ConfigurationException">A file is missing or can't be used.</exception>
    public static Knowledge Load(PipelineOptions options)
    {
        var fields = new FieldCatalog();
        Stages.Parsing.SourceParser.DeclareFields(fields);
        var rules = LoadRules(options, fields);
        return new Knowledge(IngestPlan.Compile(rules, fields, options.Tenant, withProfiles: options.HasProfiles), LoadEnrichment(options));
    }

    /// <summary>Loads the rules.</summary>
    public static RuleSet LoadRules(PipelineOptions options, FieldCatalog fields)
    {
        if (!Directory.Exists(options.RulesDirectory) && !File.Exists(options.RulesDirectory))
        {
            throw new ConfigurationException($"rules: {options.RulesDirectory} does not exist; name a folder of Sigma rules with --rules DIR");
        }

        return Check(RuleLoader.Load(options.RulesDirectory, fields), options.RulesDirectory);
    }

    /// <summary>Refuses rules with errors.</summary>
    /// <exception cref="ConfigurationException">Names files, lines and mends.</exception>
    internal static RuleSet Check(RuleSet rules, string folder)
    {
        if (rules.HasErrors)
        {
            throw new ConfigurationException(string.Join(
                Environment.NewLine, rules.Issues.Where(i => i.Severity == IssueSeverity.Error).Take(20).Select(i => i.ToString())));
        }

        return rules.Rules.Count > 0
            ? rules
            : throw new ConfigurationException($"rules: no rule in {folder} raises alerts; name a folder of Sigma rules with --rules DIR");
    }

    /// <summary>Loads GeoIP files, lists and entities.</summary>
    public static EnrichmentSources LoadEnrichment(PipelineOptions options)
    {
        try
        {
            var lists = options.Blacklists.Select(p => IntelListParser.Parse(p, IntelRole.Blacklist, Read(p)))
                .Concat(options.Intel.Select(p => IntelListParser.Parse(p, IntelRole.Intel, Read(p))))
                .Concat(options.AllowLists.Select(p => IntelListParser.Parse(p, IntelRole.AllowList, Read(p))));
            return new EnrichmentSources(
                LoadGeoIp(options.GeoIp),
                new IntelSet(lists),
                options.Entities is { } path ? EntityContextParser.Parse(path, Read(path)) : EntityContext.Default);
        }
        catch (EnrichmentFileException fault)
        {
            throw new ConfigurationException(fault.Message, fault);
        }
    }

    private static GeoIpDatabase LoadGeoIp(IReadOnlyList<string> paths)
    {
        var files = paths
            .SelectMany<string, string>(path => Directory.Exists(path) ? Directory.EnumerateFiles(path, "*.mmdb").Order(StringComparer.Ordinal) : [path])
            .Select(path => (Path.GetFileName(path), Read(path)))
            .ToList();
        return files.Count == 0 ? GeoIpDatabase.Empty : new GeoIpDatabase(files);
    }

    private static byte[] Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{path}: {fault.Message}", fault);
        }
    }
}
