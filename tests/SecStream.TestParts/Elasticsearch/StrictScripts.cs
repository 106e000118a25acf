using System.Text.Json.Nodes;

namespace SecStream.TestParts.Elasticsearch;

/// <summary>
/// What the scripts of the alert sink and store do, by their exact text: one that was changed is not found here, and fails to compile until it is
/// changed here too.
/// </summary>
public static class StrictScripts
{
    public const string TakeRevision =
        "def had = ctx._source.machine; def has = params.doc.machine;"
        + " if (had != null && (had.revision > has.revision || (had.revision == has.revision && (had.settled || !has.settled)))) { ctx.op = 'none'; }"
        + " else { def analyst = ctx._source.analyst; ctx._source.clear(); ctx._source.putAll(params.doc);"
        + " if (analyst != null) { ctx._source.analyst = analyst; } }";

    public const string TakeVerdict =
        "if (ctx._source.analyst == null) { ctx._source.analyst = new HashMap(); }"
        + " def analyst = ctx._source.analyst; if (analyst.verdicts == null) { analyst.verdicts = new ArrayList(); }"
        + " boolean known = false; for (def v : analyst.verdicts) { if (v.id == params.verdict.id) { known = true; } }"
        + " if (known) { ctx.op = 'none'; } else { analyst.verdicts.add(params.verdict);"
        + " if (params.verdict.state != '') { analyst.state = params.verdict.state; }"
        + " if (params.verdict.assignee != null) { analyst.assignee = params.verdict.assignee; } }";

    internal static void AddTo(StrictElasticsearch server)
    {
        server.Scripts[TakeRevision] = (source, parameters) => Revise(source, (JsonObject)parameters["doc"]!);
        server.Scripts[TakeVerdict] = (source, parameters) => Decide(source, (JsonObject)parameters["verdict"]!);
    }

    private static bool Revise(JsonObject source, JsonObject document)
    {
        var has = document["machine"]!;
        if (source["machine"] is { } had)
        {
            var (old, now) = (had["revision"]!.GetValue<int>(), has["revision"]!.GetValue<int>());
            if (old > now || (old == now && (had["settled"]!.GetValue<bool>() || !has["settled"]!.GetValue<bool>())))
            {
                return false;
            }
        }

        var analyst = source["analyst"]?.DeepClone();
        source.Clear();
        foreach (var (name, value) in document)
        {
            source[name] = value?.DeepClone();
        }

        if (analyst is not null)
        {
            source["analyst"] = analyst;
        }

        return true;
    }

    private static bool Decide(JsonObject source, JsonObject verdict)
    {
        var analyst = (JsonObject)(source["analyst"] ??= new JsonObject());
        var verdicts = (JsonArray)(analyst["verdicts"] ??= new JsonArray());
        if (verdicts.Any(known => known!["id"]!.GetValue<string>() == verdict["id"]!.GetValue<string>()))
        {
            return false;
        }

        verdicts.Add(verdict.DeepClone());
        if (verdict["state"]!.GetValue<string>() is { Length: > 0 } state)
        {
            analyst["state"] = state;
        }

        if (verdict["assignee"] is { } assignee)
        {
            analyst["assignee"] = assignee.DeepClone();
        }

        return true;
    }
}
