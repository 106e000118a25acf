using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SecStream.Core.Queries;

namespace SecStream.Host.Api;

/// <summary><c>/api/v1/events</c> and <c>/api/v1/ledger</c>.</summary>
internal sealed class EventEndpoints(ApiServices services)
{
    private const int MaxConditions = 16;

    /// <summary>Maps the paths.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/events", ApiGuard.Around(FindAsync));
        routes.MapGet("/ledger", ApiGuard.Around(LedgerAsync));
    }

    private async Task FindAsync(HttpContext context)
    {
        if (services.Events is not { } store)
        {
            await ApiAnswers.ErrorAsync(context, 404, "this service keeps no events").ConfigureAwait(false);
            return;
        }

        var reader = new QueryReader(context.Request.Query, services.Time);
        var query = new EventQuery
        {
            From = reader.Time("from"),
            Until = reader.Time("until"),
            Ids = reader.List("id"),
            Limit = reader.Number("limit", 100, 1, 10_000),
            Ascending = reader.Flag("ascending", false),
            After = reader.Text("after"),
            Where = Conditions(context.Request.Query),
        };
        reader.End(IsField);
        var page = await ApiGuard.AskAsync(() => store.FindAsync(query, context.RequestAborted)).ConfigureAwait(false);
        await ApiAnswers.ObjectAsync(context, 200, writer =>
        {
            writer.WriteNumber("total"u8, page.Total);
            writer.WriteNumber("count"u8, page.Items.Count);
            writer.WriteString("next"u8, page.Next);
            writer.WriteStartArray("events"u8);
            foreach (var item in page.Items)
            {
                writer.WriteRawValue(item.Span, skipInputValidation: true);
            }

            writer.WriteEndArray();
        }).ConfigureAwait(false);
    }

    private async Task LedgerAsync(HttpContext context)
    {
        if (services.Ledger is not { } ledger)
        {
            await ApiAnswers.ErrorAsync(context, 404, "this service keeps no ledger").ConfigureAwait(false);
            return;
        }

        var reader = new QueryReader(context.Request.Query, services.Time);
        var (from, until, limit) = (reader.Time("from"), reader.Time("until"), reader.Number("limit", 100, 1, 10_000));
        reader.End();
        var entries = await ledger(from, until, limit, context.RequestAborted).ConfigureAwait(false);
        await ApiAnswers.ObjectAsync(context, 200, writer =>
        {
            writer.WriteNumber("count"u8, entries.Count);
            writer.WriteStartArray("ledger"u8);
            foreach (var entry in entries)
            {
                writer.WriteRawValue(entry.Span, skipInputValidation: true);
            }

            writer.WriteEndArray();
        }).ConfigureAwait(false);
    }

    /// <summary>Every parameter with a dot is a field: <c>source.ip=203.0.113.7</c>.</summary>
    private static List<(string Field, string Value)> Conditions(IQueryCollection query)
    {
        var found = query.Where(p => IsField(p.Key)).SelectMany(p => p.Value.Select(v => (p.Key, v ?? ""))).Take(MaxConditions + 1).ToList();
        return found.Count > MaxConditions ? throw new QueryException($"more than {MaxConditions} fields") : found;
    }

    private static bool IsField(string name) =>
        name.Length <= 256 && (name.Contains('.', StringComparison.Ordinal) || name is "message") && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '@' or '-');
}
