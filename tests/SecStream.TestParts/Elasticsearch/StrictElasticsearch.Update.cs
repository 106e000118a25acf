using System.Text;
using System.Text.Json.Nodes;

namespace SecStream.TestParts.Elasticsearch;

/// <summary>Updates by script: no painless is run, the two scripts that are known by their parameters are played.</summary>
public sealed partial class StrictElasticsearch
{
    private void AddUpdateRoutes() => On(
        "POST", "/{index}/_update/{id}", ["refresh", "retry_on_conflict", "routing", "timeout", "wait_for_active_shards", "_source", "if_seq_no", "if_primary_term"], UpdateOne);

    private StrictReply UpdateOne(StrictRequest request)
    {
        lock (Lock)
        {
            if (!Indices.TryGetValue(request.Parts[0], out var index))
            {
                return StrictReply.Error(404, "index_not_found_exception", $"no such index [{request.Parts[0]}]");
            }

            var (status, error, _) = Update(index, request.Parts[2], request.Body.ToArray());
            index.Refresh();
            return error is null ? StrictReply.Json(status, $$"""{"_index":"{{index.Name}}","result":"updated"}""") : StrictReply.Error(status, error.Type, error.Reason);
        }
    }

    private (int Status, StrictItemError? Error, StrictIndex? Index) Update(StrictIndex index, string id, byte[] body)
    {
        var request = JsonNode.Parse(body)!.AsObject();
        string[] known = ["script", "upsert", "scripted_upsert", "doc", "doc_as_upsert", "detect_noop", "_source"];
        if (request.Select(field => field.Key).FirstOrDefault(key => !known.Contains(key)) is { } unknown)
        {
            return Fail(400, "x_content_parse_exception", $"[UpdateRequest] unknown field [{unknown}]");
        }

        if (request["script"]?["params"] is not JsonObject parameters || (string?)request["script"]!["lang"] != "painless")
        {
            return Fail(400, "illegal_argument_exception", "failed to execute script: only scripts with parameters are played");
        }

        var isNew = !index.Documents.TryGetValue(id, out var stored);
        if (isNew && !((bool?)request["scripted_upsert"] ?? false))
        {
            return Fail(404, "document_missing_exception", $"[{id}]: document missing");
        }

        var source = isNew ? request["upsert"]!.AsObject() : JsonNode.Parse(stored!.Source)!.AsObject();
        if (parameters["doc"] is JsonObject document)
        {
            if (TakeRevision(source, document) is not { } taken)
            {
                return (200, null, index);
            }

            if (Unacceptable(Encoding.UTF8.GetBytes(taken.ToJsonString()), needsTimestamp: false) is { } refused)
            {
                return (400, refused, index);
            }

            source = taken;
        }
        else if (parameters["verdict"] is not JsonObject verdict)
        {
            return Fail(400, "illegal_argument_exception", "failed to execute script: it is none that is played");
        }
        else if (!TakeVerdict(source, verdict))
        {
            return (200, null, index);
        }

        Store(index, id, Encoding.UTF8.GetBytes(source.ToJsonString()));
        return (isNew ? 201 : 200, null, index);
    }

    /// <summary>The highest revision wins, of one revision the settled form; null: nothing changes.</summary>
    private static JsonObject? TakeRevision(JsonObject source, JsonObject document)
    {
        if (source["machine"] is JsonObject had)
        {
            var has = document["machine"]!;
            var (before, now) = ((long)had["revision"]!, (long)has["revision"]!);
            if (before > now || (before == now && ((bool)had["settled"]! || !(bool)has["settled"]!)))
            {
                return null;
            }
        }

        var taken = document.DeepClone().AsObject();
        if (source["analyst"] is { } analyst)
        {
            taken["analyst"] = analyst.DeepClone();
        }

        return taken;
    }

    /// <summary>A decision counts once; false: it is known.</summary>
    private static bool TakeVerdict(JsonObject source, JsonObject verdict)
    {
        var analyst = source["analyst"] as JsonObject ?? [];
        source["analyst"] = analyst.Parent is null ? analyst : source["analyst"];
        var verdicts = analyst["verdicts"] as JsonArray ?? [];
        if (verdicts.Parent is null)
        {
            analyst["verdicts"] = verdicts;
        }

        if (verdicts.Any(known => (string?)known!["id"] == (string?)verdict["id"]))
        {
            return false;
        }

        verdicts.Add(verdict.DeepClone());
        foreach (var name in (string[])["state", "assignee"])
        {
            if ((string?)verdict[name] is { Length: > 0 } value)
            {
                analyst[name] = value;
            }
        }

        return true;
    }
}
