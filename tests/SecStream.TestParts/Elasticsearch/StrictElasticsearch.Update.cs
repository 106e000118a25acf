using System.Text.Json.Nodes;

namespace SecStream.TestParts.Elasticsearch;

/// <summary>Updates by script.</summary>
public sealed partial class StrictElasticsearch
{
    /// <summary>
    /// What scripts do: the source of the script → (document, parameters) → whether it changed. A script that is not in it fails to compile.
    /// </summary>
    public Dictionary<string, Func<JsonObject, JsonObject, bool>> Scripts { get; } = [];

    /// <summary>Updates of one document that fail because somebody else's came between; counted down.</summary>
    public int Collisions { get; set; }

    private void AddUpdateRoutes() => On(
        "POST", "/{index}/_update/{id}", ["refresh", "retry_on_conflict", "routing", "timeout", "wait_for_active_shards", "_source", "if_seq_no", "if_primary_term"], Update);

    private StrictReply Update(StrictRequest request)
    {
        lock (Lock)
        {
            var (name, id) = (request.Parts[0], request.Parts[2]);
            if (!Indices.TryGetValue(name, out var index))
            {
                return StrictReply.Error(404, "index_not_found_exception", $"no such index [{name}]");
            }

            var before = index.Documents.GetValueOrDefault(id)?.Version;
            var (status, error, _) = Update(index, id, request.Body.ToArray());
            if (request.Query.GetValueOrDefault("refresh") is "true" or "wait_for" or "")
            {
                index.Refresh();
            }

            var result = status == 201 ? "created" : index.Documents.GetValueOrDefault(id)?.Version == before ? "noop" : "updated";
            return error is null
                ? StrictReply.Json(status, $$"""{"_index":"{{name}}","_id":{{StrictReply.Quoted(id)}},"result":"{{result}}"}""")
                : StrictReply.Error(status, error.Type, error.Reason);
        }
    }

    private (int Status, StrictItemError? Error, StrictIndex? Index) Update(StrictIndex index, string id, byte[] body)
    {
        var request = (JsonObject)JsonNode.Parse(body)!;
        string[] known = ["script", "upsert", "scripted_upsert", "doc", "doc_as_upsert", "detect_noop", "_source"];
        if (request.Select(field => field.Key).FirstOrDefault(key => !known.Contains(key)) is { } unknown)
        {
            return Fail(400, "x_content_parse_exception", $"[1:2] [UpdateRequest] unknown field [{unknown}]");
        }

        if (Collisions > 0)
        {
            Collisions--;
            return Fail(409, "version_conflict_engine_exception", $"[{id}]: version conflict, required seqNo [1], primary term [1]");
        }

        var source = request["script"]?["source"]?.GetValue<string>() ?? "";
        if (!Scripts.TryGetValue(source, out var script))
        {
            return Fail(400, "illegal_argument_exception", "failed to execute script: compile error");
        }

        var isThere = index.Documents.TryGetValue(id, out var document);
        if (!isThere && request["upsert"] is null)
        {
            return Fail(404, "document_missing_exception", $"[{id}]: document missing");
        }

        var stored = isThere ? (JsonObject)JsonNode.Parse(document!.Source)! : (JsonObject)request["upsert"]!.DeepClone();
        if ((isThere || request["scripted_upsert"]?.GetValue<bool>() == true) && !script(stored, (JsonObject)request["script"]!["params"]!))
        {
            return (200, null, index);
        }

        var bytes = System.Text.Encoding.UTF8.GetBytes(stored.ToJsonString());
        if (Unacceptable(bytes, needsTimestamp: false, index.Mapping) is { } refused)
        {
            return (400, refused, index);
        }

        Store(index, id, bytes);
        return (isThere ? 200 : 201, null, index);
    }
}
