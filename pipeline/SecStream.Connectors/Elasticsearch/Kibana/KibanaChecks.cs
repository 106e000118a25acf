using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Core.Checks;

namespace SecStream.Connectors.Elasticsearch.Kibana;

/// <summary>Tries what bootstrap needs of Kibana, and changes nothing. The service itself needs no Kibana.</summary>
public sealed class KibanaChecks(KibanaClient kibana)
{
    private const string Part = "kibana: ";

    /// <summary>Tries everything.</summary>
    public async Task<IReadOnlyList<PartCheck>> RunAsync(CancellationToken cancellation)
    {
        var checks = new List<PartCheck>();
        try
        {
            var status = await kibana.StatusAsync(cancellation).ConfigureAwait(false);
            var product = status.IsOpenSearch ? "OpenSearch Dashboards" : "Kibana";
            checks.Add(status.IsReady
                ? PartCheck.Ok(Part + "connection", $"{kibana.Name}: {product} {status.Version}".TrimEnd())
                : PartCheck.Warning(Part + "connection", $"{kibana.Name}: {product} is not ready yet", "run it again in a minute"));
            var views = await kibana.ExportAsync("index-pattern", "secstream-events", cancellation).ConfigureAwait(false);
            checks.Add(views is null
                ? PartCheck.Warning(Part + "dashboards", "they are not installed", "./run bootstrap --only kibana")
                : PartCheck.Ok(Part + "dashboards", "installed"));
        }
        catch (ElasticsearchException fault)
        {
            // What this check is for.
            checks.Add(PartCheck.Failed(Part + (checks.Count == 0 ? "connection" : "saved objects"), fault.Message, Mend(fault.Fault.Kind)));
        }

        return checks;
    }

    private static string Mend(ElasticsearchFaultKind kind) => kind switch
    {
        ElasticsearchFaultKind.Unauthorized => "give elasticsearch.api_key_env, api_key_file, or username and password, that Kibana knows",
        ElasticsearchFaultKind.Forbidden => "give our user the role kibana_admin, or a role with the privilege 'All' on Saved Objects Management, Dashboard, Discover and Maps in Kibana; only bootstrap needs it",
        ElasticsearchFaultKind.CertificateUntrusted or ElasticsearchFaultKind.CertificateName or ElasticsearchFaultKind.CertificateExpired or ElasticsearchFaultKind.CertificatePin =>
            "elasticsearch.ca must hold the authority that signed Kibana's certificate as well",
        ElasticsearchFaultKind.Unsupported => "elasticsearch.kibana must be the address of Kibana itself, with its base path if it has one",
        _ => "is elasticsearch.kibana right (host, port, http or https), and is Kibana up?",
    };
}
