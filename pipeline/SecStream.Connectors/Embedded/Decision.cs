using System.Text.Json;
using SecStream.Core.Queries;

namespace SecStream.Connectors.Embedded;

/// <summary>What people decided: primary data, kept apart from all that machines derive.</summary>
internal abstract record Decision(long At, string By);

/// <summary>A verdict or note on an alert or incident.</summary>
internal sealed record VerdictDecision(Verdict Verdict) : Decision(Verdict.At, Verdict.By);

/// <summary>An address or network goes on the blacklist, or its entry is replaced.</summary>
internal sealed record BlacklistAddition(BlacklistEntry Entry) : Decision(Entry.At, Entry.By);

/// <summary>An address or network leaves the blacklist.</summary>
internal sealed record BlacklistRemoval(string Value, long At, string By) : Decision(At, By);

/// <summary>A decision as members of a JSON object.</summary>
internal static class DecisionFormat
{
    public static void Write(Utf8JsonWriter json, Decision decision)
    {
        json.WriteNumber("at", decision.At);
        json.WriteString("by", decision.By);
        switch (decision)
        {
            case VerdictDecision { Verdict: var verdict }:
                json.WriteString("kind", "verdict");
                json.WriteString("alert", verdict.AlertId);
                json.WriteString("state", verdict.State);
                json.WriteString("note", verdict.Note);
                json.WriteString("assignee", verdict.Assignee);
                break;
            case BlacklistAddition { Entry: var entry }:
                json.WriteString("kind", "blacklist_add");
                json.WriteString("value", entry.Value);
                json.WriteString("reason", entry.Reason);
                if (entry.Expires is { } expires)
                {
                    json.WriteNumber("expires", expires);
                }

                break;
            case BlacklistRemoval removal:
                json.WriteString("kind", "blacklist_remove");
                json.WriteString("value", removal.Value);
                break;
            default:
                throw new ArgumentException($"{decision.GetType().Name} has no form on disk", nameof(decision));
        }
    }

    /// <summary>Reads a line; null when it is damaged or of a kind that this program does not know.</summary>
    public static Decision? Read(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var parsed = JsonDocument.Parse(line);
            var root = parsed.RootElement;
            var (at, by) = (root.GetProperty("at").GetInt64(), Text(root, "by")!);
            return Text(root, "kind") switch
            {
                "verdict" => new VerdictDecision(new Verdict(Text(root, "alert")!, at, by, Text(root, "state")!, Text(root, "note")!, Text(root, "assignee"))),
                "blacklist_add" => new BlacklistAddition(new BlacklistEntry(
                    Text(root, "value")!, Text(root, "reason")!, by, at, root.TryGetProperty("expires", out var expires) ? expires.GetInt64() : null)),
                "blacklist_remove" => new BlacklistRemoval(Text(root, "value")!, at, by),
                _ => null,
            };
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            // The caller names the line; the decisions behind it still count.
            return null;
        }
    }

    private static string? Text(JsonElement root, string name) => root.GetProperty(name).GetString();
}
