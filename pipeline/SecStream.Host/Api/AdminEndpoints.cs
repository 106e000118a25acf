using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SecStream.Core.Events;
using SecStream.Host.Api.Security;
using SecStream.Host.Telemetry;

namespace SecStream.Host.Api;

/// <summary><c>/api/v1/stats</c>, and what administrators do: reload, dead letters again.</summary>
internal sealed class AdminEndpoints(ApiServices services)
{
    /// <summary>Maps the paths.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/stats", ApiGuard.Around(StatsAsync));
        routes.MapPost("/reload", ApiGuard.Around(ReloadAsync)).WithMetadata(new AccessRequirement(Access.Administer));
        routes.MapPost("/dlq/retry", ApiGuard.Around(RetryAsync)).WithMetadata(new AccessRequirement(Access.Administer));
    }

    private Task StatsAsync(HttpContext context)
    {
        var status = services.Meter.Status();
        return ApiAnswers.ObjectAsync(context, 200, writer => Write(writer, status));
    }

    private async Task ReloadAsync(HttpContext context)
    {
        if (services.Reload is not { } reload)
        {
            await ApiAnswers.ErrorAsync(context, 404, "this service cannot reload").ConfigureAwait(false);
            return;
        }

        long? from = null;
        if (context.Request.Query["from"].ToString() is { Length: > 0 } text)
        {
            if (!DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out var time))
            {
                await ApiAnswers.ErrorAsync(context, 400, "from: use a time such as 2026-03-02T10:00:00Z, or leave it out for now").ConfigureAwait(false);
                return;
            }

            from = EventClock.ToMicroseconds(time);
        }

        var outcome = await reload(from, context.RequestAborted).ConfigureAwait(false);
        await ApiAnswers.ObjectAsync(context, outcome.Succeeded ? 200 : 409, writer =>
        {
            writer.WriteBoolean("succeeded"u8, outcome.Succeeded);
            writer.WriteStartArray("messages"u8);
            foreach (var message in outcome.Messages)
            {
                writer.WriteStringValue(message);
            }

            writer.WriteEndArray();
        }).ConfigureAwait(false);
    }

    private async Task RetryAsync(HttpContext context)
    {
        if (services.RetryDeadLetters is not { } retry)
        {
            await ApiAnswers.ErrorAsync(context, 404, "this service cannot send dead letters again").ConfigureAwait(false);
            return;
        }

        long count;
        try
        {
            count = await retry(context.Request.Body, context.RequestAborted).ConfigureAwait(false);
        }
        catch (FormatException fault)
        {
            await ApiAnswers.ErrorAsync(context, 400, fault.Message).ConfigureAwait(false);
            return;
        }
        catch (BadHttpRequestException fault)
        {
            // Too long, or too slow: the caller's affair.
            await ApiAnswers.ErrorAsync(context, fault.StatusCode, fault.Message).ConfigureAwait(false);
            return;
        }
        catch (IOException fault)
        {
            await ApiAnswers.ErrorAsync(context, 503, fault.Message).ConfigureAwait(false);
            return;
        }

        await ApiAnswers.ObjectAsync(context, 200, writer => writer.WriteNumber("retried"u8, count)).ConfigureAwait(false);
    }

    private static void Write(Utf8JsonWriter writer, ServiceStatus status)
    {
        writer.WriteString("started_at"u8, status.StartedAt);
        writer.WriteNumber("events"u8, status.Sources.Sum(s => s.Events));
        writer.WriteNumber("dead_letters"u8, status.Sources.Sum(s => s.DeadLetters.Values.Sum()));
        writer.WriteNumber("late"u8, status.Sources.Sum(s => s.Late));
        writer.WriteNumber("unevaluated"u8, status.Sources.Sum(s => s.Unevaluated));
        writer.WriteNumber("rules"u8, status.Rules);
        Time(writer, "clock", status.Clock);
        writer.WriteNumber("state_bytes"u8, status.StateBytes);
        writer.WriteNumber("profile_bytes"u8, status.Profiles?.Bytes ?? 0);
        writer.WriteNumber("keys"u8, status.Keys);
        writer.WriteNumber("evicted"u8, status.Evicted);
        writer.WriteNumber("snapshot_bytes"u8, status.SnapshotBytes);
        if (status.LastSnapshot is { } snapshot)
        {
            writer.WriteString("last_snapshot"u8, snapshot);
        }

        Counts(writer, "alerts_by_rule", status.Alerts.GroupBy(a => a.Rule).Select(g => (g.Key, g.Sum(a => a.Count))));
        Counts(writer, "alerts_by_severity", status.Alerts.GroupBy(a => a.Severity).Select(g => (g.Key, g.Sum(a => a.Count))));
        Counts(writer, "blind_spots", status.BlindSpots.Select(b => (b.Key, b.Value)));
        Counts(writer, "outbox_pending", status.OutboxPending.Select(o => (o.Key, o.Value)));
        WriteSources(writer, status);
        WriteJournals(writer, status);
    }

    private static void WriteSources(Utf8JsonWriter writer, ServiceStatus status)
    {
        writer.WriteStartArray("sources"u8);
        foreach (var source in status.Sources)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, source.Name);
            writer.WriteString("kind"u8, source.Kind);
            writer.WriteString("format"u8, source.Format);
            writer.WriteNumber("position"u8, source.Position);
            Time(writer, "watermark", source.Watermark);
            writer.WriteNumber("events"u8, source.Events);
            Counts(writer, "dead_letters", source.DeadLetters.Select(d => (d.Key, d.Value)));
            writer.WriteNumber("late"u8, source.Late);
            writer.WriteNumber("unevaluated"u8, source.Unevaluated);
            writer.WriteNumber("skewed"u8, source.Skewed);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteJournals(Utf8JsonWriter writer, ServiceStatus status)
    {
        writer.WriteStartArray("journals"u8);
        foreach (var journal in status.Journals)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, journal.Name);
            writer.WriteNumber("bytes"u8, journal.Bytes);
            writer.WriteNumber("records"u8, journal.Records);
            writer.WriteBoolean("full"u8, journal.IsFull);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void Counts(Utf8JsonWriter writer, string name, IEnumerable<(string Key, long Count)> counts)
    {
        writer.WriteStartObject(name);
        foreach (var (key, count) in counts.OrderBy(c => c.Key, StringComparer.Ordinal))
        {
            writer.WriteNumber(key, count);
        }

        writer.WriteEndObject();
    }

    private static void Time(Utf8JsonWriter writer, string name, long? microseconds)
    {
        if (microseconds is { } value)
        {
            writer.WriteString(name, EventClock.ToInstant(value));
        }
    }
}
