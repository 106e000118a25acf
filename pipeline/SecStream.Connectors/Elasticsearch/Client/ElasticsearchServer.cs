using System.Globalization;
using System.Text.Json;

namespace SecStream.Connectors.Elasticsearch.Client;

/// <summary>Whose server it is.</summary>
public enum ElasticsearchProduct
{
    /// <summary>Elastic's.</summary>
    Elasticsearch,

    /// <summary>The OpenSearch project's, or Amazon's service.</summary>
    OpenSearch,
}

/// <summary>What a cluster says it is (<c>GET /</c>).</summary>
/// <param name="Product">Whose.</param>
/// <param name="Version">Its own version. In OpenSearch's compatibility mode (which claims 7.10.2) the lowest it can be, 1.0.</param>
/// <param name="Cluster">Name of the cluster, for people.</param>
/// <param name="ClusterId">Identity of the cluster.</param>
public sealed record ElasticsearchServer(ElasticsearchProduct Product, Version Version, string Cluster, string ClusterId)
{
    /// <summary>The oldest Elasticsearch supported.</summary>
    public static Version OldestElasticsearch { get; } = new(7, 10);

    /// <summary>Elastic's, at least of a version.</summary>
    public bool IsElasticsearch(int major, int minor = 0) => Product == ElasticsearchProduct.Elasticsearch && Version >= new Version(major, minor);

    /// <summary>OpenSearch, at least of a version.</summary>
    public bool IsOpenSearch(int major = 1, int minor = 0) => Product == ElasticsearchProduct.OpenSearch && Version >= new Version(major, minor);

    /// <inheritdoc/>
    public override string ToString() => $"{Product} {Version} ({Cluster})";

    /// <summary>Reads the answer to <c>GET /</c>; throws nothing.</summary>
    /// <param name="body">The answer.</param>
    /// <param name="productHeader">Value of <c>X-Elastic-Product</c>; null: none.</param>
    /// <param name="problem">Why it is not supported, when the result is null.</param>
    internal static ElasticsearchServer? Read(ReadOnlyMemory<byte> body, string? productHeader, out string problem)
    {
        problem = "it does not answer as Elasticsearch or OpenSearch do; is hosts the address of something else?";
        try
        {
            using var json = JsonDocument.Parse(body);
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object
                || !root.TryGetProperty("version", out var version)
                || Text(version, "number") is not { } number
                || !TryReadVersion(number, out var parsed))
            {
                return null;
            }

            var (cluster, id) = (Text(root, "cluster_name") ?? "", Text(root, "cluster_uuid") ?? "");
            var isCompatibility = productHeader is null && Text(root, "tagline")?.Contains("OpenSearch", StringComparison.Ordinal) == true;
            if (Text(version, "distribution") == "opensearch" || isCompatibility)
            {
                var own = parsed.Major == 7 ? new Version(1, 0) : parsed;
                return new ElasticsearchServer(ElasticsearchProduct.OpenSearch, own, cluster, id);
            }

            if (parsed < OldestElasticsearch)
            {
                problem = $"it is version {number}; Elasticsearch 7.10 or later, or OpenSearch, is needed";
                return null;
            }

            // From 7.14 on every answer of the real product bears the header.
            if (productHeader != "Elasticsearch" && parsed >= new Version(7, 14))
            {
                problem = $"it says version {number} but lacks the header X-Elastic-Product, so it is no Elasticsearch (or a proxy takes the header away; let it through)";
                return null;
            }

            return new ElasticsearchServer(ElasticsearchProduct.Elasticsearch, parsed, cluster, id);
        }
        catch (JsonException)
        {
            // Something that speaks HTTP and not JSON: the message above says it.
            return null;
        }
    }

    private static string? Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool TryReadVersion(string text, out Version version)
    {
        var plain = text.Split('-', 2)[0];
        var parts = plain.Split('.');
        version = new Version(0, 0);
        if (parts.Length < 2
            || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minor))
        {
            return false;
        }

        version = new Version(major, minor, parts.Length > 2 && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var patch) ? patch : 0);
        return true;
    }
}
