using System.Text;
using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Core.Checks;

namespace SecStream.Connectors.Elasticsearch.Schema;

/// <summary>
/// Installs policies and templates, and rolls over the data streams whose mappings are older. Safe to run at any time, and again: only what bears our name
/// and our mark is changed; what is newer than this program is left.
/// </summary>
public sealed class ElasticsearchBootstrap(IElasticsearchTransport transport)
{
    /// <summary>Goes through everything; a step that fails does not keep the next from being tried.</summary>
    /// <param name="isDryRun">Only looks, and says what would be done.</param>
    /// <param name="cancellation">Ends it between two steps.</param>
    /// <exception cref="ElasticsearchException">The cluster can't be talked to at all.</exception>
    public async Task<IReadOnlyList<BootstrapStep>> RunAsync(bool isDryRun, CancellationToken cancellation)
    {
        var target = SchemaTarget.Of(await transport.DetectAsync(cancellation).ConfigureAwait(false));
        var steps = new List<BootstrapStep>();
        foreach (var wanted in ElasticsearchSchema.For(target))
        {
            steps.Add(await InstallAsync(target, wanted, isDryRun, cancellation).ConfigureAwait(false));
        }

        if (steps.TrueForAll(step => step.Outcome != BootstrapOutcome.Refused))
        {
            await new StreamRollover(transport).RunAsync(steps, isDryRun, cancellation).ConfigureAwait(false);
        }

        return steps;
    }

    private async Task<BootstrapStep> InstallAsync(SchemaTarget target, SchemaObject wanted, bool isDryRun, CancellationToken cancellation)
    {
        var kind = KindName(wanted.Kind);
        try
        {
            var installed = await InstalledObject.ReadAsync(transport, wanted, cancellation).ConfigureAwait(false);
            if (installed.IsThere && !installed.IsOurs)
            {
                return Foreign(target, wanted, kind);
            }

            if (installed.Version > ElasticsearchSchema.Version)
            {
                return new BootstrapStep(
                    kind,
                    wanted.Name,
                    BootstrapOutcome.Unchanged,
                    $"version {installed.Version} was installed by a newer program (this one has {ElasticsearchSchema.Version}) and is left");
            }

            if (installed.IsThere && installed.Version == ElasticsearchSchema.Version && installed.Hash == wanted.Hash)
            {
                return new BootstrapStep(kind, wanted.Name, BootstrapOutcome.Unchanged);
            }

            if (!isDryRun)
            {
                await WriteAsync(wanted, installed, cancellation).ConfigureAwait(false);
            }

            return new BootstrapStep(
                kind, wanted.Name, installed.IsThere ? BootstrapOutcome.Updated : BootstrapOutcome.Created, $"version {ElasticsearchSchema.Version}");
        }
        catch (ElasticsearchException fault)
        {
            // The others are tried all the same, so that one run names everything that is wrong.
            return new BootstrapStep(kind, wanted.Name, BootstrapOutcome.Refused, fault.Message, Privileges.Mend(target, fault.Fault));
        }
    }

    private async Task WriteAsync(SchemaObject wanted, InstalledObject installed, CancellationToken cancellation)
    {
        // OpenSearch replaces a policy only when told which state of it was seen: nobody's change in between is lost.
        var path = installed.SequenceTerm is { } seen ? $"{wanted.Path}?if_seq_no={seen.Number}&if_primary_term={seen.Term}" : wanted.Path;
        var body = RequestBody.Json(Encoding.UTF8.GetBytes(wanted.Body.ToJsonString()));
        using var answer = await transport.SendAsync(HttpMethod.Put, path, body, cancellation).ConfigureAwait(false);
        answer.EnsureSuccess();
    }

    private static BootstrapStep Foreign(SchemaTarget target, SchemaObject wanted, string kind) =>
        wanted.Kind == SchemaKind.Policy && !target.IsOpenSearch && !target.HasPolicyMeta
            ? new BootstrapStep(
                kind, wanted.Name, BootstrapOutcome.Unchanged, $"policies of Elasticsearch {target.Version} can't say who made them: what is there is left as it is")
            : new BootstrapStep(
                kind,
                wanted.Name,
                BootstrapOutcome.Refused,
                "there is one of this name that SecStream did not make; it is left as it is",
                $"look at it (GET /{wanted.Path}); if nobody needs it, DELETE /{wanted.Path} and run bootstrap again");

    private static string KindName(SchemaKind kind) => kind switch
    {
        SchemaKind.Policy => "lifecycle policy",
        SchemaKind.Component => "component template",
        _ => "index template",
    };
}
