using SecStream.Connectors.Elasticsearch.Client;

namespace SecStream.Connectors.Elasticsearch.Schema;

/// <summary>The cluster a schema is made for: what one version calls so another refuses.</summary>
/// <param name="IsOpenSearch">OpenSearch rather than Elasticsearch.</param>
/// <param name="Version">Its version; of OpenSearch its own, not the one it pretends to.</param>
public sealed record SchemaTarget(bool IsOpenSearch, Version Version)
{
    /// <summary>What a cluster says it is.</summary>
    public static SchemaTarget Of(ElasticsearchServer server)
    {
        ArgumentNullException.ThrowIfNull(server);
        return new SchemaTarget(server.Product == ElasticsearchProduct.OpenSearch, server.Version);
    }

    /// <summary>
    /// Fields beyond the limit are left out of the index instead of the event being refused (Elasticsearch 8.14): unknown fields may be mapped as they come.
    /// </summary>
    public bool ToleratesUnknownFields => !IsOpenSearch && Version >= new Version(8, 14);

    /// <summary>Lifecycle policies may say who made them (Elasticsearch 7.16).</summary>
    public bool HasPolicyMeta => !IsOpenSearch && Version >= new Version(7, 16);

    /// <summary>Rollover by the size of a shard (Elasticsearch 7.13).</summary>
    public bool HasShardSizes => !IsOpenSearch && Version >= new Version(7, 13);
}
