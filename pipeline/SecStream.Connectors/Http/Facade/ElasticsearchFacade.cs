using System.Text;
using System.Text.Json.Nodes;

namespace SecStream.Connectors.Http.Facade;

/// <summary>
/// What shippers ask of Elasticsearch before and beside <c>_bulk</c>, answered so that they go on:
/// Beats: <c>GET /</c>, <c>GET /_license</c>, <c>GET|PUT /_ilm/policy/…</c>, <c>GET|HEAD|PUT /_index_template/…</c>, <c>/_data_stream/…</c>
/// (libbeat: eslegclient/connection.go, idxmgmt/lifecycle/es_client_handler.go); Logstash: <c>HEAD /</c>, <c>GET /</c>, <c>GET /_license</c>,
/// <c>/_nodes/http</c> when sniffing, templates (logstash-output-elasticsearch: http_client/pool.rb); Vector: <c>GET /_cluster/health</c>,
/// <c>GET /</c> (sinks/elasticsearch/common.rs); Fluent Bit: <c>/_bulk</c> alone (plugins/out_es). Pure but for what it remembers; thread-safe.
/// </summary>
internal sealed class ElasticsearchFacade(HttpIngestOptions options)
{
    private const string NodeId = "secstream-node-0000001";
    private readonly NamedObjects _objects = new();

    /// <summary>Answers a request.</summary>
    public FacadeAnswer Answer(in FacadeRequest request)
    {
        var parts = request.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length > 4)
        {
            return NoHandler(request);
        }

        var isRead = request.Method is "GET" or "HEAD";
        return parts switch
        {
            [] => isRead ? FacadeAnswer.Json(Banner()) : WrongMethod(request, "GET, HEAD"),
            ["_license"] or ["_xpack", "license"] when isRead => FacadeAnswer.Json(new JsonObject { ["license"] = License() }),
            ["_xpack"] when isRead => FacadeAnswer.Json(Features()),
            ["_cluster", "health", ..] when isRead => FacadeAnswer.Json(Health()),
            ["_cluster", "settings"] when isRead => FacadeAnswer.Json(new JsonObject { ["persistent"] = new JsonObject(), ["transient"] = new JsonObject() }),
            ["_nodes", ..] when isRead => FacadeAnswer.Json(Nodes(request.Address)),
            ["_cat", ..] when isRead => Cat(request, parts),
            ["_resolve", "index", _] when isRead => FacadeAnswer.Json(
                new JsonObject { ["indices"] = new JsonArray(), ["aliases"] = new JsonArray(), ["data_streams"] = new JsonArray() }),
            ["_index_template" or "_template" or "_component_template" or "_data_stream" or "_alias", ..] => Named(request, parts[0], parts[1..]),
            ["_ilm", "policy", ..] => Named(request, "_ilm/policy", parts[2..]),
            ["_ingest", "pipeline", ..] => Named(request, "_ingest/pipeline", parts[2..]),
            [var index] when index[0] is not ('_' or '-' or '+') => Named(request, "", parts),
            [var index, "_alias" or "_aliases", ..] when index[0] != '_' => Named(request, "_alias", parts[2..]),
            ["_bulk"] or [_, "_bulk"] => WrongMethod(request, "POST, PUT"),
            _ => NoHandler(request),
        };
    }

    private JsonObject Banner() => new()
    {
        ["name"] = "secstream",
        ["cluster_name"] = options.ClusterName,
        ["cluster_uuid"] = "c2VjU3RyZWFtLWxvY2FsMQ",
        ["version"] = new JsonObject
        {
            ["number"] = options.ElasticsearchVersion,
            ["build_flavor"] = "default",
            ["build_type"] = "docker",
            ["build_hash"] = "0000000000000000000000000000000000000000",
            ["build_date"] = "2024-12-11T12:08:05.663969764Z",
            ["build_snapshot"] = false,
            ["lucene_version"] = "9.12.0",
            ["minimum_wire_compatibility_version"] = "7.17.0",
            ["minimum_index_compatibility_version"] = "7.0.0",
        },
        ["tagline"] = "You Know, for Search",
    };

    private JsonObject License() => new()
    {
        ["status"] = "active",
        ["uid"] = "00000000-0000-0000-0000-000000000000",
        ["type"] = "basic",
        ["issue_date"] = "2024-01-01T00:00:00.000Z",
        ["issue_date_in_millis"] = 1_704_067_200_000,
        ["max_nodes"] = 1000,
        ["issued_to"] = options.ClusterName,
        ["issuer"] = "elasticsearch",
        ["start_date_in_millis"] = -1,
    };

    private static JsonObject Features()
    {
        static JsonObject Feature(bool enabled) => new() { ["available"] = enabled, ["enabled"] = enabled };
        return new JsonObject
        {
            ["build"] = new JsonObject(),
            ["license"] = new JsonObject { ["uid"] = "00000000-0000-0000-0000-000000000000", ["type"] = "basic", ["mode"] = "basic", ["status"] = "active" },
            ["features"] = new JsonObject { ["ilm"] = Feature(true), ["data_streams"] = Feature(true), ["monitoring"] = Feature(false), ["security"] = Feature(false) },
            ["tagline"] = "You know, for X",
        };
    }

    private JsonObject Health() => new()
    {
        ["cluster_name"] = options.ClusterName,
        ["status"] = "green",
        ["timed_out"] = false,
        ["number_of_nodes"] = 1,
        ["number_of_data_nodes"] = 1,
        ["active_primary_shards"] = 1,
        ["active_shards"] = 1,
        ["relocating_shards"] = 0,
        ["initializing_shards"] = 0,
        ["unassigned_shards"] = 0,
        ["delayed_unassigned_shards"] = 0,
        ["number_of_pending_tasks"] = 0,
        ["number_of_in_flight_fetch"] = 0,
        ["task_max_waiting_in_queue_millis"] = 0,
        ["active_shards_percent_as_number"] = 100.0,
    };

    private JsonObject Nodes(string address) => new()
    {
        ["_nodes"] = new JsonObject { ["total"] = 1, ["successful"] = 1, ["failed"] = 0 },
        ["cluster_name"] = options.ClusterName,
        ["nodes"] = new JsonObject
        {
            [NodeId] = new JsonObject
            {
                ["name"] = "secstream",
                ["version"] = options.ElasticsearchVersion,
                ["build_flavor"] = "default",
                ["roles"] = new JsonArray("data", "ingest", "master"),
                ["http"] = new JsonObject
                {
                    ["bound_address"] = new JsonArray(address),
                    ["publish_address"] = address,
                    ["max_content_length_in_bytes"] = options.MaxBodyBytes,
                },
            },
        },
    };

    private FacadeAnswer Cat(in FacadeRequest request, string[] parts)
    {
        if (parts is [_, "health"] && request.Format != "json")
        {
            // What rsyslog's omelasticsearch asks before it sends.
            return new FacadeAnswer(200, Encoding.UTF8.GetBytes($"0 00:00:00 {options.ClusterName} green 1 1 1 1 0 0 0 0 - 100.0%\n"), IsText: true);
        }

        var names = parts is [_, "templates", ..] ? _objects.Names("_index_template", parts.Length > 2 ? parts[2].TrimEnd('*') : "") : [];
        if (request.Format == "json")
        {
            return FacadeAnswer.Json(new JsonArray([.. names.Select(n => new JsonObject { ["name"] = n })]));
        }

        return new FacadeAnswer(200, Encoding.UTF8.GetBytes(string.Concat(names.Select(n => n + "\n"))), IsText: true);
    }

    /// <summary>What has a name: put, asked for, deleted.</summary>
    private FacadeAnswer Named(in FacadeRequest request, string kind, string[] names)
    {
        if (names.Length != 1)
        {
            return names.Length == 0 && request.Method is "GET" or "HEAD" ? FacadeAnswer.Json(new JsonObject()) : NoHandler(request);
        }

        var name = names[0];
        switch (request.Method)
        {
            case "GET" or "HEAD":
                return _objects.Get(kind, name) is { } body ? FacadeAnswer.Json(NamedAnswers.Found(kind, name, body)) : NamedAnswers.Missing(kind, name);
            case "PUT" or "POST":
                return !_objects.Put(kind, name, request.Body.Span) ? FacadeAnswer.Error(400, "parse_exception", "the body is not a JSON object")
                    : kind.Length > 0 ? FacadeAnswer.Acknowledged
                    : FacadeAnswer.Json(new JsonObject { ["acknowledged"] = true, ["shards_acknowledged"] = true, ["index"] = name });
            case "DELETE":
                return _objects.Remove(kind, name) ? FacadeAnswer.Acknowledged : NamedAnswers.Missing(kind, name);
            default:
                return WrongMethod(request, "GET, HEAD, PUT, DELETE");
        }
    }

    private static FacadeAnswer WrongMethod(in FacadeRequest request, string allowed) => FacadeAnswer.PlainError(
        405, $"Incorrect HTTP method for uri [{Short(request.Path)}] and method [{request.Method}], allowed: [{allowed}]");

    private static FacadeAnswer NoHandler(in FacadeRequest request) =>
        FacadeAnswer.PlainError(400, $"no handler found for uri [{Short(request.Path)}] and method [{request.Method}]");

    private static string Short(string path) => path.Length <= 200 ? path : path[..200];
}
