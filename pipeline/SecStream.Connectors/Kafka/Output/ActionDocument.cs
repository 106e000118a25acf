using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using SecStream.Core.Events;
using SecStream.Core.Text;

namespace SecStream.Connectors.Kafka.Output;

/// <summary>Writes the record of an action: <c>infra/schemas/action.schema.json</c>. Pure.</summary>
internal static class ActionDocument
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.Default };

    /// <summary>The request of an action, or with a reason its undoing.</summary>
    public static byte[] Write(RequestedAction action, string? undoReason)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(buffer, s_options);
        json.WriteStartObject();
        WriteTime(json, "@timestamp", action.Opened);
        json.WriteString("tenant", action.Tenant);
        if (action.IsTest)
        {
            json.WriteBoolean("test", true);
        }

        WriteAction(json, action, undoReason);
        json.WriteStartObject("alert");
        json.WriteString("id", action.AlertId);
        json.WriteNumber("revision", action.Revision);
        json.WriteString("severity", action.Severity);
        json.WriteString("message", action.Message);
        json.WriteStartObject("rule");
        json.WriteString("id", action.RuleCode);
        json.WriteString("version", action.RuleVersion);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteAction(Utf8JsonWriter json, RequestedAction action, string? undoReason)
    {
        json.WriteStartObject("action");
        json.WriteString("id", action.Id);
        json.WriteString("operation", undoReason is null ? "request" : "undo");

        // Whether an address is shared, allowed or long gone has not been looked at: nobody may be locked out by this record alone.
        json.WriteString("mode", "dry-run");
        json.WriteString("type", action.Type);
        if (action.Scope is { } scope)
        {
            json.WriteString("scope", scope);
        }

        if (action.DurationSeconds is { } seconds)
        {
            json.WriteNumber("duration_seconds", seconds);
            WriteTime(json, "expires", action.Opened + (long)Math.Min(seconds * EventClock.Second, EventClock.Day * 36_500d));
        }

        if (undoReason is not null)
        {
            json.WriteString("reason", undoReason);
        }

        json.WriteStartObject("target");
        json.WriteString("type", action.Target.Type);
        json.WriteString("name", action.Target.Name);
        json.WriteString("value", action.Target.Value);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteTime(Utf8JsonWriter json, string name, long time)
    {
        Span<byte> text = stackalloc byte[IsoTimestamp.Length];
        IsoTimestamp.Write(time, text);
        json.WriteString(name, text);
    }
}
