using SecStream.Stages.Enrichment.Entities;
using SecStream.Stages.Enrichment.GeoIp;
using SecStream.Stages.Enrichment.Intel;

namespace SecStream.Stages.Enrichment;

/// <summary>
/// What enrichment knows at one time: a set of file contents, replaced as a whole when one of them changes. Immutable, shared by all workers.
/// </summary>
/// <param name="Geo">GeoIP and ASN files.</param>
/// <param name="Intel">Blacklists, intelligence, allow-lists.</param>
/// <param name="Entities">Users and assets.</param>
public sealed record EnrichmentSources(GeoIpDatabase Geo, IntelSet Intel, EntityContext Entities)
{
    /// <summary>No file, default administrators.</summary>
    public static EnrichmentSources Default { get; } = new(GeoIpDatabase.Empty, IntelSet.Empty, EntityContext.Default);

    /// <summary>Content hashes by what they are the version of (<c>geoip</c>, <c>entities</c>, <c>intel.NAME</c>), for an alert's <c>versions</c>; in order of the names.</summary>
    public IReadOnlyDictionary<string, string> Versions
    {
        get
        {
            var versions = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["geoip"] = Geo.Version, ["entities"] = Entities.Version };
            foreach (var list in Intel.Lists)
            {
                versions[$"intel.{list.Name}"] = list.Version;
            }

            return versions;
        }
    }
}
