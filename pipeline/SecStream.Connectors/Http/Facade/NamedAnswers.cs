using System.Text.Json.Nodes;

namespace SecStream.Connectors.Http.Facade;

/// <summary>The forms in which Elasticsearch shows what has a name, and says that there is none.</summary>
internal static class NamedAnswers
{
    /// <summary>There is one.</summary>
    public static JsonNode Found(string kind, string name, JsonNode body) => kind switch
    {
        "_index_template" => Listed("index_templates", "index_template", name, body),
        "_component_template" => Listed("component_templates", "component_template", name, body),
        "_data_stream" => new JsonObject
        {
            ["data_streams"] = new JsonArray(new JsonObject
            {
                ["name"] = name,
                ["timestamp_field"] = new JsonObject { ["name"] = "@timestamp" },
                ["indices"] = new JsonArray(),
                ["generation"] = 1,
                ["status"] = "GREEN",
                ["template"] = name,
            }),
        },
        "_ilm/policy" => new JsonObject
        {
            [name] = new JsonObject { ["version"] = 1, ["modified_date"] = "2024-01-01T00:00:00.000Z", ["policy"] = body["policy"]?.DeepClone() ?? new JsonObject() },
        },
        "" => new JsonObject
        {
            [name] = new JsonObject { ["aliases"] = new JsonObject(), ["mappings"] = new JsonObject(), ["settings"] = new JsonObject() },
        },
        _ => new JsonObject { [name] = body },
    };

    /// <summary>There is none.</summary>
    public static FacadeAnswer Missing(string kind, string name) => kind switch
    {
        "_index_template" => FacadeAnswer.Error(404, "resource_not_found_exception", $"index template matching [{name}] not found"),
        "_component_template" => FacadeAnswer.Error(404, "resource_not_found_exception", $"component template matching [{name}] not found"),
        "_ilm/policy" => FacadeAnswer.Error(404, "resource_not_found_exception", $"Lifecycle policy not found: {name}"),
        "_alias" => FacadeAnswer.PlainError(404, $"alias [{name}] missing"),
        "_template" or "_ingest/pipeline" => FacadeAnswer.Json(new JsonObject(), 404),
        _ => FacadeAnswer.Error(404, "index_not_found_exception", $"no such index [{name}]"),
    };

    private static JsonObject Listed(string list, string member, string name, JsonNode body) =>
        new() { [list] = new JsonArray(new JsonObject { ["name"] = name, [member] = body }) };
}
