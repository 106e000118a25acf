using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SecStream.Core.Alerts;

namespace SecStream.Connectors.Kafka.Output;

/// <summary>Reads from an alert's document which actions it asks for, and on whom. Pure.</summary>
internal static class ActionsOfAlert
{
    private const int MaxTargets = 10;

    /// <summary>The actions of an open alert, one per target; those of a type that has no target in it are none.</summary>
    /// <exception cref="JsonException">The document is no alert.</exception>
    public static List<RequestedAction> Read(OutboxEntry entry)
    {
        using var document = JsonDocument.Parse(entry.Document);
        var root = document.RootElement;
        var found = new List<RequestedAction>();
        if (Part(root, "secstream", "actions") is not { ValueKind: JsonValueKind.Array } actions)
        {
            return found;
        }

        foreach (var action in actions.EnumerateArray())
        {
            if (Text(action, "type") is not { } type)
            {
                continue;
            }

            foreach (var target in Targets(root, type, entry))
            {
                found.Add(Make(entry, root, action, type, target));
            }
        }

        return found;
    }

    private static RequestedAction Make(OutboxEntry entry, JsonElement root, JsonElement action, string type, ActionTarget target)
    {
        var scope = Text(action, "scope");
        return new RequestedAction(
            IdOf(entry.Id, type, scope, target),
            entry.Id,
            entry.Revision,
            entry.Tenant,
            entry.Opened,
            type,
            scope,
            action.TryGetProperty("duration_seconds", out var duration) && duration.TryGetDouble(out var seconds) ? seconds : null,
            target,
            AlertHeaders.NameOf(entry.Severity),
            entry.Rule,
            Text(Part(root, "rule"), "version") ?? "",
            Text(root, "message") ?? "",
            TestMark.IsIn(entry.Document.Span));
    }

    /// <summary>Addresses are blocked, accounts locked, everything else is done to what the alert is about.</summary>
    private static List<ActionTarget> Targets(JsonElement root, string type, OutboxEntry entry)
    {
        var primary = new ActionTarget(entry.EntityType, entry.EntityName, entry.EntityValue);
        var (kind, name, one, many) = type switch
        {
            "block_ip" => ("ip", "source.ip", Text(Part(root, "source"), "ip"), "ip"),
            "lock_account" or "invalidate_sessions" => ("user", "user.name", Text(Part(root, "user"), "name"), "user"),
            _ => ("", "", null, ""),
        };
        if (kind.Length == 0 || entry.EntityType == kind)
        {
            return [primary];
        }

        return one is not null
            ? [new ActionTarget(kind, name, one)]
            : Part(root, "related", many) is { ValueKind: JsonValueKind.Array } related
                ? related.EnumerateArray()
                    .Where(item => item.ValueKind == JsonValueKind.String).Take(MaxTargets).Select(item => new ActionTarget(kind, name, item.GetString()!)).ToList()
                : [];
    }

    private static string IdOf(string alert, string type, string? scope, ActionTarget target) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', alert, type, scope ?? "", target.Type, target.Value))).AsSpan(0, 16));

    private static JsonElement? Part(JsonElement from, params ReadOnlySpan<string> path)
    {
        foreach (var step in path)
        {
            if (from.ValueKind != JsonValueKind.Object || !from.TryGetProperty(step, out from))
            {
                return null;
            }
        }

        return from;
    }

    private static string? Text(JsonElement? from, string name) =>
        from is { ValueKind: JsonValueKind.Object } element && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
