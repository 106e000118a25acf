using System.Text.Json;
using System.Text.Json.Nodes;

namespace SecStream.TestParts.Elasticsearch;

/// <summary>Calls about the cluster, its templates and policies, streams and indices.</summary>
public sealed partial class StrictElasticsearch
{
    /// <summary>Index templates, component templates, policies, scripts as they were put, by kind and name.</summary>
    public Dictionary<string, SortedDictionary<string, JsonNode>> Objects { get; } = new()
    {
        ["_index_template"] = [], ["_component_template"] = [], ["_ilm/policy"] = [], ["_plugins/_ism/policies"] = [], ["_scripts"] = [],
    };

    /// <summary>Indices that back no stream, by name.</summary>
    public Dictionary<string, StrictIndex> Indices { get; } = [];

    /// <summary>Data streams by name.</summary>
    public Dictionary<string, StrictStream> Streams { get; } = [];

    /// <summary>Makes a data stream's next backing index, as ILM does.</summary>
    public void RollOver(string stream)
    {
        lock (Lock)
        {
            Streams[stream].Roll(MappingFor(stream), Options.Time.GetUtcNow());
        }
    }

    /// <summary>All documents that a pattern's indices hold.</summary>
    public List<(string Index, StrictDocument Document)> AllDocuments(string pattern = "*")
    {
        lock (Lock)
        {
            return [.. Resolve(pattern).SelectMany(index => index.Documents.Values.Select(document => (index.Name, document)))];
        }
    }

    /// <summary>Documents in all indices whose names fit, also of a server that keeps none.</summary>
    public long CountAll(string pattern = "*")
    {
        lock (Lock)
        {
            return Resolve(pattern).Sum(index => (long)index.Count);
        }
    }

    private void AddRoutes()
    {
        On("GET", "/", [], _ => Introduce());
        On("HEAD", "/", [], _ => Introduce());
        AddDocumentRoutes();
        AddSearchRoutes();
        AddUpdateRoutes();
        foreach (var kind in Objects.Keys)
        {
            On("PUT", $"/{kind}/{{name}}", ["master_timeout", "timeout", "create", "cause", "if_seq_no", "if_primary_term"], request => PutObject(kind, request));
            On("GET", $"/{kind}/{{name}}", ["master_timeout", "flat_settings", "local"], request => GetObject(kind, request));
            On("DELETE", $"/{kind}/{{name}}", ["master_timeout", "timeout"], request => DeleteObject(kind, request));
        }

        On("GET", "/_data_stream", ["expand_wildcards", "include_defaults", "master_timeout"], request => GetStreams(request, "*"));
        On("GET", "/_data_stream/{name}", ["expand_wildcards", "include_defaults", "master_timeout"], request => GetStreams(request, request.Parts[1]));
        On("POST", "/{name}/_rollover", ["dry_run", "timeout", "master_timeout", "wait_for_active_shards", "lazy"], RollOver);
        AddStateRoutes();
    }

    /// <summary>What <c>GET /</c> answers; null: what the flavour says.</summary>
    public StrictReply? Root { get; set; }

    private StrictReply Introduce()
    {
        if (Root is { } planned)
        {
            return planned;
        }

        var shown = Flavor is { IsOpenSearch: true, Compatibility: true } ? "7.10.2" : Flavor.Version.ToString(3);
        var version = new JsonObject { ["number"] = shown, ["build_type"] = "docker", ["build_snapshot"] = false, ["lucene_version"] = "9.12.0" };
        if (Flavor is { IsOpenSearch: true, Compatibility: false })
        {
            version["distribution"] = "opensearch";
        }
        else if (!Flavor.IsOpenSearch)
        {
            version["build_flavor"] = "default";
        }

        var root = new JsonObject
        {
            ["name"] = "strict-1",
            ["cluster_name"] = "strict",
            ["cluster_uuid"] = "Xq0YvQwVSu6vR7C8g0Yl2w",
            ["version"] = version,
            ["tagline"] = Flavor.IsOpenSearch ? "The OpenSearch Project: https://opensearch.org/" : "You Know, for Search",
        };
        return StrictReply.Json(200, root.ToJsonString());
    }

    private StrictReply PutObject(string kind, StrictRequest request)
    {
        var name = request.Parts[^1];
        if (kind == "_ilm/policy" && Flavor.IsOpenSearch)
        {
            return StrictReply.Error(400, "illegal_argument_exception", "no handler found for uri [/_ilm/policy]");
        }

        if (JsonNode.Parse(request.Body.Span) is not JsonObject body)
        {
            return StrictReply.Error(400, "parse_exception", "request body is required");
        }

        if (RefusalOf(kind, name, body) is { } refusal)
        {
            return refusal;
        }

        lock (Lock)
        {
            Objects[kind][name] = body;
        }

        return StrictReply.Json(200, """{"acknowledged":true}""");
    }

    private StrictReply? RefusalOf(string kind, string name, JsonObject body)
    {
        string[] known = kind switch
        {
            "_index_template" => ["index_patterns", "template", "composed_of", "priority", "version", "_meta", "data_stream", "allow_auto_create", "ignore_missing_component_templates", "deprecated"],
            "_component_template" => ["template", "version", "_meta", "deprecated", "allow_auto_create"],
            "_ilm/policy" or "_plugins/_ism/policies" => ["policy"],
            _ => ["script"],
        };
        var unknown = body.Select(field => field.Key).FirstOrDefault(key => !known.Contains(key));
        if (unknown is not null)
        {
            return StrictReply.Error(400, "x_content_parse_exception", $"[1:2] [{kind}] unknown field [{unknown}]");
        }

        if (kind == "_index_template" && body["index_patterns"] is not JsonArray { Count: > 0 })
        {
            return StrictReply.Error(400, "x_content_parse_exception", $"[{name}] Required [index_patterns]");
        }

        lock (Lock)
        {
            var missing = (body["composed_of"] as JsonArray)?.Select(part => part!.GetValue<string>()).FirstOrDefault(part => !Objects["_component_template"].ContainsKey(part));
            return missing is null
                ? null
                : StrictReply.Error(400, "invalid_index_template_exception", $"index_template [{name}] invalid, cause [index template [{name}] specifies component templates [{missing}] that do not exist]");
        }
    }

    private StrictReply GetObject(string kind, StrictRequest request)
    {
        lock (Lock)
        {
            var found = Objects[kind].Where(entry => Like(request.Parts[^1], entry.Key)).ToList();
            if (found.Count == 0 && !(request.Parts[^1].Contains('*', StringComparison.Ordinal) && kind is "_index_template" or "_component_template"))
            {
                return StrictReply.Error(404, "resource_not_found_exception", $"{kind} matching [{request.Parts[^1]}] not found");
            }

            JsonNode answer = kind switch
            {
                "_index_template" => List("index_templates", "index_template"),
                "_component_template" => List("component_templates", "component_template"),
                "_scripts" => new JsonObject { ["_id"] = found[0].Key, ["found"] = true, ["script"] = found[0].Value["script"]!.DeepClone() },
                "_plugins/_ism/policies" => new JsonObject
                {
                    ["_id"] = found[0].Key, ["_version"] = 1, ["_seq_no"] = 7, ["_primary_term"] = 1, ["policy"] = found[0].Value["policy"]!.DeepClone(),
                },
                _ => new JsonObject(found.Select(entry => KeyValuePair.Create<string, JsonNode?>(
                    entry.Key, new JsonObject { ["version"] = 1, ["modified_date"] = "2026-03-02T10:00:00.000Z", ["policy"] = entry.Value["policy"]!.DeepClone() }))),
            };
            return StrictReply.Json(200, answer.ToJsonString());

            JsonObject List(string many, string one) => new()
            {
                [many] = new JsonArray([.. found.Select(entry => new JsonObject { ["name"] = entry.Key, [one] = entry.Value.DeepClone() })]),
            };
        }
    }

    private StrictReply DeleteObject(string kind, StrictRequest request)
    {
        lock (Lock)
        {
            return Objects[kind].Remove(request.Parts[^1])
                ? StrictReply.Json(200, """{"acknowledged":true}""")
                : StrictReply.Error(404, "resource_not_found_exception", $"{kind} [{request.Parts[^1]}] not found");
        }
    }

    private StrictReply GetStreams(StrictRequest request, string pattern)
    {
        lock (Lock)
        {
            var found = Streams.Values.Where(stream => Like(pattern, stream.Name)).ToList();
            if (found.Count == 0 && !pattern.Contains('*', StringComparison.Ordinal))
            {
                return StrictReply.Error(404, "index_not_found_exception", $"no such index [{pattern}]");
            }

            var streams = found.Select(stream => (JsonNode)new JsonObject
            {
                ["name"] = stream.Name,
                ["timestamp_field"] = new JsonObject { ["name"] = "@timestamp" },
                ["indices"] = new JsonArray([.. stream.Indices.Select(index => new JsonObject { ["index_name"] = index.Name, ["index_uuid"] = index.Name })]),
                ["generation"] = stream.Generation,
                ["status"] = "GREEN",
                ["template"] = stream.Template,
            });
            return StrictReply.Json(200, new JsonObject { ["data_streams"] = new JsonArray([.. streams]) }.ToJsonString());
        }
    }

    private StrictReply RollOver(StrictRequest request)
    {
        lock (Lock)
        {
            if (!Streams.TryGetValue(request.Parts[0], out var stream))
            {
                return StrictReply.Error(404, "index_not_found_exception", $"no such index [{request.Parts[0]}]");
            }

            var old = stream.Indices[^1].Name;
            var index = stream.Roll(MappingFor(stream.Name), Options.Time.GetUtcNow());
            return StrictReply.Json(200, $$"""{"acknowledged":true,"shards_acknowledged":true,"old_index":"{{old}}","new_index":"{{index.Name}}","rolled_over":true,"dry_run":false,"conditions":{ } }""");
        }
    }

    private IEnumerable<StrictIndex> AllIndices() => Indices.Values.Concat(Streams.Values.SelectMany(stream => stream.Indices));

    /// <summary>The indices that names and patterns (comma-separated) stand for.</summary>
    private IEnumerable<StrictIndex> Resolve(string names) => names.Split(',').SelectMany(
        name => AllIndices().Where(index => Like(name, index.Name) || (index.Stream is { } stream && Like(name, stream)) || index.Aliases.Contains(name))).Distinct();

    /// <summary>The index template with the highest priority whose pattern fits.</summary>
    private KeyValuePair<string, JsonNode>? TemplateFor(string index)
    {
        var fitting = Objects["_index_template"]
            .Where(entry => (entry.Value["index_patterns"] as JsonArray)!.Any(pattern => Like(pattern!.GetValue<string>(), index)))
            .OrderByDescending(entry => entry.Value["priority"]?.GetValue<int>() ?? 0)
            .ToList();
        return fitting.Count > 0 ? fitting[0] : null;
    }

    /// <summary>What the fitting template and its components say, put together.</summary>
    private StrictMapping MappingFor(string name)
    {
        if (TemplateFor(name) is not { } template)
        {
            return StrictMapping.None;
        }

        var whole = new JsonObject();
        foreach (var part in template.Value["composed_of"] as JsonArray ?? [])
        {
            if (Objects["_component_template"].TryGetValue(part!.GetValue<string>(), out var component))
            {
                Merge(whole, component["template"] as JsonObject);
            }
        }

        Merge(whole, template.Value["template"] as JsonObject);
        return new StrictMapping(whole);
    }

    private static void Merge(JsonObject into, JsonObject? from)
    {
        foreach (var (name, value) in from ?? [])
        {
            if (value is JsonObject inner && into[name] is JsonObject known)
            {
                Merge(known, inner);
            }
            else
            {
                into[name] = value?.DeepClone();
            }
        }
    }

    private static bool Like(string pattern, string name) =>
        pattern == "_all" || pattern == name || System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);
}
