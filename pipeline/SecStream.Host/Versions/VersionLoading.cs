using System.Text;
using SecStream.Core.Fields;
using SecStream.Stages.Enrichment;
using SecStream.Stages.Enrichment.Entities;
using SecStream.Stages.Enrichment.GeoIp;
using SecStream.Stages.Enrichment.Intel;
using SecStream.Stages.Rules;

namespace SecStream.Host.Versions;

/// <summary>Makes of a version what the pipeline works with.</summary>
internal static class VersionLoading
{
    /// <summary>Compiles rules.</summary>
    /// <exception cref="ConfigurationException">Rules have errors; the message names file, line, key and mend of each.</exception>
    public static RuleSet CompileRules(this KnowledgeVersion version, FieldCatalog fields)
    {
        RuleSource[] Of(string role) => [.. version.Files.Where(f => f.Role == role).Select(f => new RuleSource(f.Name, Encoding.UTF8.GetString(f.Content)))];
        var texts = new RuleTexts(Of(KnowledgeFiles.RuleRole), Of(KnowledgeFiles.FieldsRole), Of(KnowledgeFiles.LogsourcesRole)) { Profiles = Of(KnowledgeFiles.ProfileRole) };
        return Knowledge.Check(RuleLoader.Compile(texts, fields), "the folder");
    }

    /// <summary>The knowledge with the part that the version is of.</summary>
    /// <exception cref="ConfigurationException">A file can't be used.</exception>
    public static EnrichmentSources LoadInto(this KnowledgeVersion version, EnrichmentSources sources)
    {
        try
        {
            return version.Subject switch
            {
                KnowledgeSubject.GeoIp => sources with
                {
                    Geo = version.Files.Count == 0 ? GeoIpDatabase.Empty : new GeoIpDatabase(version.Files.Select(f => (f.Name, f.Content))),
                },
                KnowledgeSubject.Intel => sources with
                {
                    Intel = new IntelSet(version.Files.Select(f => IntelListParser.Parse(f.Path, Enum.Parse<IntelRole>(f.Role), f.Content))),
                },
                KnowledgeSubject.Entities => sources with
                {
                    Entities = version.Files is [var file] ? EntityContextParser.Parse(file.Path, file.Content) : EntityContext.Default,
                },
                _ => sources,
            };
        }
        catch (EnrichmentFileException fault)
        {
            throw new ConfigurationException(fault.Message, fault);
        }
    }

    /// <summary>The models; null: there are none.</summary>
    /// <exception cref="ConfigurationException">They can't be used.</exception>
    public static Core.Features.IModelSet? LoadModels(this KnowledgeVersion version) => ModelFiles.Load(version);
}
