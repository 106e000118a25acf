using System.Globalization;
using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Connectors.Elasticsearch.Schema;
using SecStream.Core.Checks;

namespace SecStream.Connectors.Elasticsearch.Checks;

/// <summary>Looks at the cluster as a whole: whether it can take and keep what comes.</summary>
internal sealed class ClusterChecks(IElasticsearchTransport transport)
{
    private const string Part = "elasticsearch: ";

    /// <summary>Shards that the next rollovers may need: six classes of events and two of alerts, with a copy each.</summary>
    private const int Reserve = 16;

    public async Task<PartCheck> HealthAsync(CancellationToken cancellation)
    {
        using var answer = await transport.SendAsync(HttpMethod.Get, "_cluster/health", null, cancellation).ConfigureAwait(false);
        using var json = answer.EnsureSuccess().ReadJson();
        var status = json.RootElement.GetProperty("status").GetString();
        return status switch
        {
            "red" => PartCheck.Failed(Part + "health", "the cluster is red: shards are missing, what is in them can't be written or found", "GET /_cluster/allocation/explain says why"),
            "yellow" => PartCheck.Ok(Part + "health", "yellow: some shards have no second copy (on a single node they can't)"),
            _ => PartCheck.Ok(Part + "health", status ?? "unknown"),
        };
    }

    public async Task<PartCheck> ShardsAsync(CancellationToken cancellation)
    {
        using var answer = await transport.SendAsync(HttpMethod.Get, "_cluster/health", null, cancellation).ConfigureAwait(false);
        using var json = answer.EnsureSuccess().ReadJson();
        var root = json.RootElement;
        var used = root.GetProperty("active_shards").GetInt64() + root.GetProperty("unassigned_shards").GetInt64();
        var nodes = root.GetProperty("number_of_data_nodes").GetInt64();
        var settings = await ClusterSettings.ReadAsync(transport, cancellation).ConfigureAwait(false);
        var limit = long.TryParse(settings["cluster.max_shards_per_node"], NumberStyles.None, CultureInfo.InvariantCulture, out var each) ? each * nodes : 1000 * nodes;
        return used + Reserve > limit
            ? PartCheck.Failed(
                Part + "shards",
                $"{used} of {limit} shards are used: no room for the next indices, whose events would be refused",
                "delete old indices, add a data node, or raise cluster.max_shards_per_node")
            : PartCheck.Ok(Part + "shards", $"{used} of {limit}");
    }

    public async Task<PartCheck> BlocksAsync(CancellationToken cancellation)
    {
        const string names = $"{ElasticsearchSchema.EventPattern},{ElasticsearchSchema.AlertPattern},{ElasticsearchSchema.IncidentPattern},{ElasticsearchSchema.FeaturePattern}";
        using var answer = await transport.SendAsync(
            HttpMethod.Get, $"{names}/_settings/index.blocks.*?flat_settings=true&ignore_unavailable=true&allow_no_indices=true", null, cancellation).ConfigureAwait(false);
        if (answer.Kind == ElasticsearchFaultKind.NotFound)
        {
            return PartCheck.Ok(Part + "write blocks", "no index yet");
        }

        using var json = answer.EnsureSuccess().ReadJson();
        foreach (var index in json.RootElement.EnumerateObject())
        {
            foreach (var block in index.Value.GetProperty("settings").EnumerateObject())
            {
                // A backing index that is done may well be closed to writes; the block of a full disk never is meant.
                if (block.Name is "index.blocks.read_only_allow_delete" or "index.blocks.read_only" && block.Value.GetString() == "true")
                {
                    return PartCheck.Failed(
                        Part + "write blocks",
                        $"{index.Name} takes no writes ({block.Name}), as after a full disk",
                        $"when there is space again: PUT /{index.Name}/_settings {{\"{block.Name}\":null}}");
                }
            }
        }

        return PartCheck.Ok(Part + "write blocks", "none");
    }

    public async Task<PartCheck> AutoCreateAsync(CancellationToken cancellation)
    {
        var settings = await ClusterSettings.ReadAsync(transport, cancellation).ConfigureAwait(false);
        var rule = settings["action.auto_create_index"];
        return rule is null or "true"
            ? PartCheck.Ok(Part + "automatic creation", "on")
            : rule == "false"
                ? PartCheck.Failed(
                    Part + "automatic creation",
                    "action.auto_create_index is false: the streams and monthly indices can't come into being",
                    "PUT /_cluster/settings {\"persistent\":{\"action.auto_create_index\":\"+logs-secstream.*,+secstream-*,+features-secstream.*\"}}")
                : rule.Contains("secstream", StringComparison.Ordinal)
                    ? PartCheck.Ok(Part + "automatic creation", rule)
                    : PartCheck.Warning(Part + "automatic creation", $"action.auto_create_index is {rule}: does it let logs-secstream.*, secstream-* and features-secstream.* be made?", "add +logs-secstream.*,+secstream-*,+features-secstream.* at its beginning");
    }

    public async Task<PartCheck> LifecycleAsync(CancellationToken cancellation)
    {
        using var answer = await transport.SendAsync(HttpMethod.Get, "_ilm/status", null, cancellation).ConfigureAwait(false);
        if (answer.Status is 400 or 404 or 405)
        {
            return PartCheck.Failed(Part + "lifecycle", "this distribution has no lifecycle management: nothing would ever be deleted", "use the default distribution, not the one called oss");
        }

        using var json = answer.EnsureSuccess().ReadJson();
        var mode = json.RootElement.GetProperty("operation_mode").GetString();
        return mode == "RUNNING"
            ? PartCheck.Ok(Part + "lifecycle", "running")
            : PartCheck.Failed(Part + "lifecycle", $"lifecycle management is {mode}: streams don't roll over and nothing is deleted", "POST /_ilm/start");
    }
}
