using System.Text.Json.Nodes;

namespace SecStream.TestParts.Elasticsearch;

/// <summary>Calls about the state of the cluster: health, disks, settings, privileges, mappings.</summary>
public sealed partial class StrictElasticsearch
{
    /// <summary><c>green</c>, <c>yellow</c> or <c>red</c>.</summary>
    public string Health { get; set; } = "green";

    /// <summary>Privileges that the credentials lack, as named in <c>_has_privileges</c>.</summary>
    public HashSet<string> MissingPrivileges { get; } = [];

    /// <summary>Bytes of the disk: total, available.</summary>
    public (long Total, long Available) Disk { get; set; } = (100L << 30, 60L << 30);

    /// <summary>Settings of the cluster that differ from the defaults, by their whole names.</summary>
    public Dictionary<string, string> ClusterSettings { get; } = [];

    /// <summary>Shards that are used, beside those of the indices here.</summary>
    public long OtherShards { get; set; }

    /// <summary><c>RUNNING</c> or <c>STOPPED</c>; null: there is no lifecycle management (the distribution called oss).</summary>
    public string? Lifecycle { get; set; } = "RUNNING";

    /// <summary>False: security is off, and its calls do not exist.</summary>
    public bool HasSecurity { get; set; } = true;

    private void AddStateRoutes()
    {
        On("GET", "/_cluster/health", ["wait_for_status", "timeout", "master_timeout", "level", "local"], _ => GetHealth());
        On("GET", "/_nodes/stats/fs", ["timeout", "level"], _ => StrictReply.Json(
            200, $$$"""{"_nodes":{"total":1,"successful":1,"failed":0},"cluster_name":"strict","nodes":{"n1":{"name":"strict-1","fs":{"total":{"total_in_bytes":{{{Disk.Total}}},"free_in_bytes":{{{Disk.Available}}},"available_in_bytes":{{{Disk.Available}}} } } } } }"""));
        On("GET", "/_cluster/settings", ["include_defaults", "flat_settings", "timeout", "master_timeout"], GetClusterSettings);
        On("POST", "/_security/user/_has_privileges", [], HasPrivileges);
        On("GET", "/_security/user/_has_privileges", [], HasPrivileges);
        On("GET", "/_ilm/status", [], _ => Flavor.IsOpenSearch || Lifecycle is null
            ? StrictReply.Error(400, "illegal_argument_exception", "no handler found for uri [/_ilm/status] and method [GET]")
            : StrictReply.Json(200, $$"""{"operation_mode":"{{Lifecycle}}"}"""));
        string[] names = ["flat_settings", "allow_no_indices", "ignore_unavailable", "expand_wildcards", "include_defaults", "local", "master_timeout"];
        On("GET", "/{index}/_settings", names, request => GetSettings(request, "*"));
        On("GET", "/{index}/_settings/{name}", names, request => GetSettings(request, request.Parts[2]));
        On("GET", "/{index}/_mapping", ["allow_no_indices", "ignore_unavailable", "expand_wildcards", "local", "master_timeout"], GetMapping);
    }

    private StrictReply GetHealth()
    {
        lock (Lock)
        {
            var shards = AllIndices().Count();
            return StrictReply.Json(
                200,
                $$"""{"cluster_name":"strict","status":"{{Health}}","timed_out":false,"number_of_nodes":1,"number_of_data_nodes":1,"active_primary_shards":{{shards}},"active_shards":{{shards + OtherShards}},"relocating_shards":0,"initializing_shards":0,"unassigned_shards":0}""");
        }
    }

    private StrictReply GetClusterSettings(StrictRequest request)
    {
        const string disk = "cluster.routing.allocation.disk.";
        var defaults = new Dictionary<string, string>
        {
            [disk + "threshold_enabled"] = "true", [disk + "watermark.low"] = "85%", [disk + "watermark.high"] = "90%", [disk + "watermark.flood_stage"] = "95%",
            ["cluster.max_shards_per_node"] = "1000", ["action.auto_create_index"] = "true",
        };
        var isFlat = request.Query.GetValueOrDefault("flat_settings") == "true";
        var answer = new JsonObject { ["persistent"] = Write(ClusterSettings, isFlat), ["transient"] = new JsonObject() };
        if (request.Query.GetValueOrDefault("include_defaults") == "true")
        {
            answer["defaults"] = Write(defaults.Where(setting => !ClusterSettings.ContainsKey(setting.Key)), isFlat);
        }

        return StrictReply.Json(200, answer.ToJsonString());
    }

    private StrictReply GetSettings(StrictRequest request, string names)
    {
        lock (Lock)
        {
            var found = Resolve(request.Parts[0]).ToList();
            if (found.Count == 0 && !request.Parts[0].Contains('*', StringComparison.Ordinal))
            {
                return StrictReply.Error(404, "index_not_found_exception", $"no such index [{request.Parts[0]}]");
            }

            var isFlat = request.Query.GetValueOrDefault("flat_settings") == "true";
            var answer = new JsonObject();
            foreach (var index in found)
            {
                var settings = new Dictionary<string, string>(index.Changed)
                {
                    ["index.creation_date"] = $"{index.Created.ToUnixTimeMilliseconds()}", ["index.number_of_shards"] = "1", ["index.provided_name"] = index.Name,
                };
                var asked = settings.Where(setting => names.Split(',').Any(name => Like(name, setting.Key))).ToList();
                if (asked.Count > 0)
                {
                    answer[index.Name] = new JsonObject { ["settings"] = Write(asked, isFlat) };
                }
            }

            return StrictReply.Json(200, answer.ToJsonString());
        }
    }

    private StrictReply GetMapping(StrictRequest request)
    {
        lock (Lock)
        {
            var found = Resolve(request.Parts[0]).ToList();
            return found.Count == 0 && !request.Parts[0].Contains('*', StringComparison.Ordinal)
                ? StrictReply.Error(404, "index_not_found_exception", $"no such index [{request.Parts[0]}]")
                : StrictReply.Json(200, new JsonObject(found.Select(index => KeyValuePair.Create<string, JsonNode?>(
                    index.Name, new JsonObject { ["mappings"] = index.Mapping.Template["mappings"]?.DeepClone() ?? new JsonObject() }))).ToJsonString());
        }
    }

    private static JsonObject Write(IEnumerable<KeyValuePair<string, string>> settings, bool isFlat)
    {
        var root = new JsonObject();
        foreach (var (name, value) in settings)
        {
            var (parent, parts) = (root, isFlat ? [name] : name.Split('.'));
            foreach (var part in parts.SkipLast(1))
            {
                parent = (JsonObject)(parent[part] ??= new JsonObject());
            }

            parent[parts[^1]] = value;
        }

        return root;
    }

    private StrictReply HasPrivileges(StrictRequest request)
    {
        if (Flavor.IsOpenSearch || !HasSecurity)
        {
            return StrictReply.Error(400, "illegal_argument_exception", "no handler found for uri [/_security/user/_has_privileges]");
        }

        var body = JsonNode.Parse(request.Body.Span)!;
        var cluster = new JsonObject((body["cluster"] as JsonArray ?? []).Select(name => Has(name!)));
        var index = new JsonObject((body["index"] as JsonArray ?? []).SelectMany(
            entry => (entry!["names"] as JsonArray)!.Select(name => KeyValuePair.Create<string, JsonNode?>(
                name!.GetValue<string>(), new JsonObject((entry["privileges"] as JsonArray)!.Select(privilege => Has(privilege!)))))));
        return StrictReply.Json(200, new JsonObject
        {
            ["username"] = "secstream", ["has_all_requested"] = MissingPrivileges.Count == 0, ["cluster"] = cluster, ["index"] = index, ["application"] = new JsonObject(),
        }.ToJsonString());

        KeyValuePair<string, JsonNode?> Has(JsonNode name) => new(name.GetValue<string>(), !MissingPrivileges.Contains(name.GetValue<string>()));
    }
}
