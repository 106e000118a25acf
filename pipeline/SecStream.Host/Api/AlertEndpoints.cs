using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SecStream.Core.Events;
using SecStream.Core.Queries;
using SecStream.Host.Api.Security;

namespace SecStream.Host.Api;

/// <summary><c>/api/v1/alerts</c>: found, shown, decided on.</summary>
internal sealed class AlertEndpoints(ApiServices services, ApiOptions options)
{
    private const int MaxNoteLength = 10_000;
    private const int MaxBodyBytes = 64 * 1024;
    private static readonly string[] s_states = ["open", "acknowledged", "resolved", "false_positive"];

    /// <summary>Maps the paths.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/alerts", Guarded(FindAsync));
        routes.MapGet("/alerts/{id}", Guarded(GetAsync));
        routes.MapPost("/alerts/{id}/verdict", Guarded(DecideAsync)).WithMetadata(new AccessRequirement(Access.Decide));
    }

    private RequestDelegate Guarded(Func<HttpContext, IAlertStore, Task> answer) => ApiGuard.Around(
        context => services.Alerts is { } store ? answer(context, store) : ApiAnswers.ErrorAsync(context, 404, "this service keeps no alerts"));

    private async Task FindAsync(HttpContext context, IAlertStore store)
    {
        var reader = new QueryReader(context.Request.Query, services.Time);
        var query = new AlertQuery
        {
            Incidents = reader.Flag("incidents", false),
            From = reader.Time("from"),
            Until = reader.Time("until"),
            Severities = reader.Severities("severity"),
            Rules = reader.List("rule"),
            Entity = reader.Text("entity"),
            States = reader.Words("state", [.. s_states, "withdrawn"]),
            IdPrefix = reader.Text("id"),
            Limit = reader.Number("limit", 100, 1, 10_000),
            After = reader.Text("after"),
        };
        reader.End();
        var page = await ApiGuard.AskAsync(() => store.FindAsync(query, context.RequestAborted)).ConfigureAwait(false);
        await ApiAnswers.ObjectAsync(context, 200, writer =>
        {
            writer.WriteNumber("total"u8, page.Total);
            writer.WriteNumber("count"u8, page.Items.Count);
            writer.WriteString("next"u8, page.Next);
            writer.WriteStartArray("alerts"u8);
            foreach (var alert in page.Items)
            {
                writer.WriteStartObject();
                Write(writer, alert);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }).ConfigureAwait(false);
    }

    private static async Task GetAsync(HttpContext context, IAlertStore store)
    {
        var alert = await store.GetAsync(IdOf(context), context.RequestAborted).ConfigureAwait(false);
        await (alert is null ? NoSuchAlert(context) : ApiAnswers.ObjectAsync(context, 200, writer => Write(writer, alert))).ConfigureAwait(false);
    }

    private async Task DecideAsync(HttpContext context, IAlertStore store)
    {
        var verdict = await ReadVerdictAsync(context).ConfigureAwait(false);
        try
        {
            await store.DecideAsync(verdict, context.RequestAborted).ConfigureAwait(false);
        }
        catch (KeyNotFoundException)
        {
            // There is no such alert: the store's way of saying so.
            await NoSuchAlert(context).ConfigureAwait(false);
            return;
        }

        await GetAsync(context, store).ConfigureAwait(false);
    }

    private async Task<Verdict> ReadVerdictAsync(HttpContext context)
    {
        var buffer = new MemoryStream();
        var part = new byte[8192];
        int count;
        while ((count = await context.Request.Body.ReadAsync(part, context.RequestAborted).ConfigureAwait(false)) > 0)
        {
            buffer.Write(part, 0, count);
            if (buffer.Length > MaxBodyBytes)
            {
                throw new QueryException($"the body is longer than {MaxBodyBytes} bytes");
            }
        }

        try
        {
            using var document = JsonDocument.Parse(buffer.GetBuffer().AsMemory(0, (int)buffer.Length));
            return Verdict(context, document.RootElement);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw new QueryException("the body is no JSON object of texts; send {\"state\":\"resolved\",\"note\":\"…\",\"assignee\":\"…\"}");
        }
    }

    private Verdict Verdict(HttpContext context, JsonElement body)
    {
        string? state = null, note = null, assignee = null, by = null;
        foreach (var member in body.EnumerateObject())
        {
            _ = member.Name switch
            {
                "state" => state = member.Value.GetString(),
                "note" => note = member.Value.GetString(),
                "assignee" => assignee = member.Value.GetString(),
                "by" => by = member.Value.GetString(),
                _ => throw new QueryException($"{(member.Name.Length <= 64 ? member.Name : member.Name[..64])}: no such member; use state, note, assignee"),
            };
        }

        if (state is { Length: > 0 } && !s_states.Contains(state))
        {
            throw new QueryException($"state {(state.Length <= 64 ? state : state[..64])}: use {string.Join(", ", s_states)}");
        }

        if (string.IsNullOrEmpty(state) && string.IsNullOrEmpty(note) && assignee is null)
        {
            throw new QueryException("the verdict says nothing: give a state, a note or an assignee");
        }

        if (note?.Length > MaxNoteLength || assignee?.Length > 256 || by?.Length > 256)
        {
            throw new QueryException($"a note has at most {MaxNoteLength} characters, a name 256");
        }

        // Who has a key is who it says. Without keys, on this machine, people say themselves who they are.
        var author = AccessGate.CallerOf(context)?.Name ?? (options.WantsKey || string.IsNullOrWhiteSpace(by) ? "local" : by);
        return new Verdict(IdOf(context), EventClock.ToMicroseconds(services.Time.GetUtcNow()), author, state ?? "", note ?? "", assignee);
    }

    private static string IdOf(HttpContext context) =>
        context.Request.RouteValues["id"] is string { Length: <= 128 } id ? id : throw new QueryException("id: longer than 128 characters");

    private static Task NoSuchAlert(HttpContext context) => ApiAnswers.ErrorAsync(context, 404, "there is no alert with this id");

    private static void Write(Utf8JsonWriter writer, StoredAlertDocument alert)
    {
        writer.WriteString("id"u8, alert.Id);
        writer.WriteNumber("revision"u8, alert.Revision);
        writer.WriteString("state"u8, alert.State);
        writer.WritePropertyName("alert"u8);
        writer.WriteRawValue(alert.Document.Span, skipInputValidation: true);
        writer.WriteStartArray("verdicts"u8);
        foreach (var verdict in alert.Verdicts)
        {
            writer.WriteStartObject();
            writer.WriteString("at"u8, EventClock.ToInstant(verdict.At));
            writer.WriteString("by"u8, verdict.By);
            writer.WriteString("state"u8, verdict.State);
            writer.WriteString("note"u8, verdict.Note);
            writer.WriteString("assignee"u8, verdict.Assignee);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
