using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Core.Checks;

namespace SecStream.Connectors.Elasticsearch.Kibana;

/// <summary>
/// Installs data views and dashboards. Safe to run at any time, and again: what people have changed or made is left, unless that is forced; nothing but
/// objects of our own ids is ever touched.
/// </summary>
public sealed class KibanaBootstrap(KibanaClient kibana, IElasticsearchTransport cluster)
{
    private const string Force = "./run bootstrap --only kibana --force replaces it; copy it first if somebody needs it";

    /// <summary>Goes through everything.</summary>
    /// <param name="isDryRun">Only looks, and says what would be done.</param>
    /// <param name="isForced">What people changed is replaced.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="ElasticsearchException">Kibana or the cluster can't be talked to at all.</exception>
    public async Task<IReadOnlyList<BootstrapStep>> RunAsync(bool isDryRun, bool isForced, CancellationToken cancellation)
    {
        var status = await kibana.StatusAsync(cancellation).ConfigureAwait(false);
        if (!status.IsReady)
        {
            throw new ElasticsearchException(new ElasticsearchFault(ElasticsearchFaultKind.ServerError, $"{kibana.Name}: Kibana is not ready yet"));
        }

        var store = new KibanaRecords(cluster);
        var records = await store.ReadAsync(cancellation).ConfigureAwait(false);
        var plans = new List<Plan>();
        foreach (var wanted in KibanaObject.All(hasMaps: !status.IsOpenSearch))
        {
            plans.Add(await PlanAsync(wanted, records.GetValueOrDefault(wanted.Key), status, isForced, cancellation).ConfigureAwait(false));
        }

        if (!isDryRun)
        {
            var changed = await ImportAsync(plans, BootstrapOutcome.Created, status, records, cancellation).ConfigureAwait(false)
                | await ImportAsync(plans, BootstrapOutcome.Updated, status, records, cancellation).ConfigureAwait(false);
            if (changed)
            {
                await store.WriteAsync(records, cancellation).ConfigureAwait(false);
            }
        }

        return [.. plans.Select(plan => plan.Step)];
    }

    private sealed class Plan(KibanaObject wanted, BootstrapStep step)
    {
        public KibanaObject Wanted => wanted;

        public BootstrapStep Step { get; set; } = step;
    }

    private async Task<Plan> PlanAsync(KibanaObject wanted, KibanaRecord? record, KibanaStatus status, bool isForced, CancellationToken cancellation)
    {
        var there = await kibana.ExportAsync(wanted.Type, record?.Id ?? wanted.Id, cancellation).ConfigureAwait(false);
        return new Plan(wanted, Judge(wanted, there, record, status, isForced));
    }

    private static BootstrapStep Judge(KibanaObject wanted, string? there, KibanaRecord? record, KibanaStatus status, bool isForced)
    {
        var name = wanted.Title;
        if (there is null)
        {
            return new BootstrapStep(wanted.Kind, name, BootstrapOutcome.Created);
        }

        var isAsInstalled = record is not null && record.Seen == KibanaObject.HashOf(there);
        if (isAsInstalled && record!.Installed == wanted.Hash)
        {
            return new BootstrapStep(wanted.Kind, name, BootstrapOutcome.Unchanged);
        }

        if (isAsInstalled || isForced)
        {
            return new BootstrapStep(wanted.Kind, name, BootstrapOutcome.Updated, isAsInstalled ? "of an older version" : "replaced as asked");
        }

        var why = record is null ? $"there is one ({wanted.Id}) that bootstrap did not install"
            : record.Kibana != status.Version ? $"Kibana was upgraded since it was installed ({record.Kibana} to {status.Version}): whether people changed it can't be told"
            : "people have changed it";
        return new BootstrapStep(wanted.Kind, name, BootstrapOutcome.Kept, why + "; it is left as it is", Force);
    }

    /// <summary>Imports what is to be made, or to be replaced; true when there was any.</summary>
    private async Task<bool> ImportAsync(
        List<Plan> plans, BootstrapOutcome outcome, KibanaStatus status, Dictionary<string, KibanaRecord> records, CancellationToken cancellation)
    {
        var chosen = plans.Where(plan => plan.Step.Outcome == outcome).ToList();
        if (chosen.Count == 0)
        {
            return false;
        }

        // What is to be made is never put over something: it may have come in this very moment.
        var outcomes = await kibana.ImportAsync([.. chosen.Select(plan => plan.Wanted)], outcome == BootstrapOutcome.Updated, cancellation).ConfigureAwait(false);
        foreach (var plan in chosen)
        {
            var import = outcomes[plan.Wanted.Key];
            if (import.Fault is { } fault)
            {
                plan.Step = plan.Step with { Outcome = BootstrapOutcome.Refused, Detail = fault, Mend = "look at Kibana's log, then run bootstrap again" };
                continue;
            }

            var there = await kibana.ExportAsync(plan.Wanted.Type, import.Id, cancellation).ConfigureAwait(false);
            records[plan.Wanted.Key] = new KibanaRecord(import.Id, plan.Wanted.Hash, there is null ? "" : KibanaObject.HashOf(there), status.Version);
        }

        return true;
    }
}
