namespace SecStream.Connectors.Elasticsearch.Alerts;

/// <summary>
/// The scripts (painless) that change a stored alert. Their texts never vary, only their parameters, so a cluster compiles each once. A stored alert has
/// the contract's fields, <c>machine</c> (what the store needs to answer questions) and <c>analyst</c> (what people decided): the first script
/// writes all but the last, the second the last alone.
/// </summary>
internal static class AlertScripts
{
    /// <summary>
    /// Takes a revision: the highest wins; of one revision the settled form; anything else changes nothing. <c>none</c> is understood by 7.10 as by 9.
    /// </summary>
    public const string TakeRevision =
        "def had = ctx._source.machine; def has = params.doc.machine;"
        + " if (had != null && (had.revision > has.revision || (had.revision == has.revision && (had.settled || !has.settled)))) { ctx.op = 'none'; }"
        + " else { def analyst = ctx._source.analyst; ctx._source.clear(); ctx._source.putAll(params.doc);"
        + " if (analyst != null) { ctx._source.analyst = analyst; } }";

    /// <summary>Takes a decision, once: a request may be sent again when its answer was lost.</summary>
    public const string TakeVerdict =
        "if (ctx._source.analyst == null) { ctx._source.analyst = new HashMap(); }"
        + " def analyst = ctx._source.analyst; if (analyst.verdicts == null) { analyst.verdicts = new ArrayList(); }"
        + " boolean known = false; for (def v : analyst.verdicts) { if (v.id == params.verdict.id) { known = true; } }"
        + " if (known) { ctx.op = 'none'; } else { analyst.verdicts.add(params.verdict);"
        + " if (params.verdict.state != '') { analyst.state = params.verdict.state; }"
        + " if (params.verdict.assignee != null) { analyst.assignee = params.verdict.assignee; } }";
}
