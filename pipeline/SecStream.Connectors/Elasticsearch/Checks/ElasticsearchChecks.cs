using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Connectors.Elasticsearch.Schema;
using SecStream.Core.Checks;

namespace SecStream.Connectors.Elasticsearch.Checks;

/// <summary>Tries everything that the service needs of a cluster, changes nothing, and names the mend of what is missing.</summary>
public sealed class ElasticsearchChecks(IElasticsearchTransport transport)
{
    private const string Part = "elasticsearch: ";

    /// <summary>Tries everything; the connection first, for without it nothing else can be told.</summary>
    public async Task<IReadOnlyList<PartCheck>> RunAsync(CancellationToken cancellation)
    {
        ElasticsearchServer server;
        try
        {
            server = await transport.DetectAsync(cancellation).ConfigureAwait(false);
        }
        catch (ElasticsearchException fault)
        {
            // The check is what this failure is for.
            return [PartCheck.Failed(Part + "connection", fault.Message, ConnectionMend(fault.Fault.Kind))];
        }

        var target = SchemaTarget.Of(server);
        List<PartCheck> checks = [PartCheck.Ok(Part + "connection", server.ToString())];
        checks.Add(await TryAsync("privileges", target, () => new PrivilegeCheck(transport).RunAsync(target, cancellation)).ConfigureAwait(false));
        checks.Add(await TryAsync("templates", target, () => TemplatesAsync(cancellation)).ConfigureAwait(false));
        var cluster = new ClusterChecks(transport);
        checks.Add(await TryAsync("health", target, () => cluster.HealthAsync(cancellation)).ConfigureAwait(false));
        checks.Add(await TryAsync("shards", target, () => cluster.ShardsAsync(cancellation)).ConfigureAwait(false));
        checks.Add(await TryAsync("disk", target, () => new DiskCheck(transport).RunAsync(cancellation)).ConfigureAwait(false));
        checks.Add(await TryAsync("write blocks", target, () => cluster.BlocksAsync(cancellation)).ConfigureAwait(false));
        checks.Add(await TryAsync("automatic creation", target, () => cluster.AutoCreateAsync(cancellation)).ConfigureAwait(false));
        if (!target.IsOpenSearch)
        {
            checks.Add(await TryAsync("lifecycle", target, () => cluster.LifecycleAsync(cancellation)).ConfigureAwait(false));
        }

        return checks;
    }

    private async Task<PartCheck> TemplatesAsync(CancellationToken cancellation)
    {
        var steps = await new ElasticsearchBootstrap(transport).RunAsync(isDryRun: true, cancellation).ConfigureAwait(false);
        const string name = Part + "templates";
        if (steps.FirstOrDefault(step => step.Outcome == BootstrapOutcome.Refused) is { } refused)
        {
            return PartCheck.Failed(name, $"{refused.Kind} {refused.Name}: {refused.Detail}", refused.Mend ?? "mend that, then run ./run bootstrap");
        }

        var missing = steps.Count(step => step.Outcome == BootstrapOutcome.Created);
        var old = steps.Count(step => step.Outcome == BootstrapOutcome.Updated);
        return missing > 0
            ? PartCheck.Failed(name, $"{missing} of {steps.Count} policies and templates are not installed: events and alerts would get guessed mappings", "./run bootstrap")
            : old > 0
                ? PartCheck.Warning(name, $"{old} of {steps.Count} policies, templates and streams are of an older version", "./run bootstrap")
                : PartCheck.Ok(name, $"{steps.Count} policies and templates, version {ElasticsearchSchema.Version}");
    }

    private static async Task<PartCheck> TryAsync(string name, SchemaTarget target, Func<Task<PartCheck>> check)
    {
        try
        {
            return await check().ConfigureAwait(false);
        }
        catch (ElasticsearchException fault)
        {
            // A check that can't be made is told as such and keeps none of the others from being made.
            var mend = Privileges.Mend(target, fault.Fault);
            return PartCheck.Warning(Part + name, $"can't be told: {fault.Message}", mend);
        }
        catch (Exception fault) when (fault is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            // The cluster answered in a form that this version of the check does not know; that is no reason to hide the others.
            return PartCheck.Warning(Part + name, $"can't be told: the answer has a form that is not known ({fault.Message})");
        }
    }

    private static string ConnectionMend(ElasticsearchFaultKind kind) => kind switch
    {
        ElasticsearchFaultKind.CertificateUntrusted =>
            "name the authority that signed the node's certificate: elasticsearch.ca (config/certs/http_ca.crt of the node), or elasticsearch.fingerprint",
        ElasticsearchFaultKind.CertificateName => "put a name into elasticsearch.hosts that is in the node's certificate, or have one issued that has this name",
        ElasticsearchFaultKind.CertificateExpired => "renew the node's certificate; if it is valid, set this machine's clock",
        ElasticsearchFaultKind.CertificatePin => "elasticsearch.fingerprint is of another certificate: openssl x509 -fingerprint -sha256 -noout -in http_ca.crt",
        ElasticsearchFaultKind.Unauthorized => "give elasticsearch.api_key_env, api_key_file, or username and password, that the cluster knows",
        ElasticsearchFaultKind.Forbidden => $"our user needs at least the cluster privilege monitor; all it needs: PUT /_security/role/secstream {Privileges.Role}",
        ElasticsearchFaultKind.Unsupported => "use Elasticsearch 7.10 or later, or OpenSearch; elasticsearch.hosts must be the address of its HTTP port",
        ElasticsearchFaultKind.Unreachable or ElasticsearchFaultKind.Timeout => "is elasticsearch.hosts right (host, port, http or https), is the node up, does a firewall let us through?",
        _ => "look into the cluster's log",
    };
}
