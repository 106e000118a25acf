using System.Text.Json;
using SecStream.Core.Alerts;
using SecStream.Host.Documents;

namespace SecStream.Host.Alerts;

/// <summary>An alert or incident as a file holds it: what tables and filters need, and its document.</summary>
internal sealed record StoredAlert
{
    /// <summary>Alert id, or incident id.</summary>
    public required string Id { get; init; }

    /// <summary>Opening time, microseconds.</summary>
    public required long Opened { get; init; }

    /// <summary>Severity.</summary>
    public required Severity Severity { get; init; }

    /// <summary>Rule code; of an incident all codes, separated by commas.</summary>
    public required string Rule { get; init; }

    /// <summary>Type of the primary entity: <c>ip</c>, <c>user</c> …</summary>
    public required string EntityType { get; init; }

    /// <summary>The primary entity.</summary>
    public required string Entity { get; init; }

    /// <summary>Occurrences in all contributors; of an incident its alerts.</summary>
    public required long Count { get; init; }

    /// <summary>The sentence.</summary>
    public required string Message { get; init; }

    /// <summary><c>open</c>, <c>withdrawn</c> …</summary>
    public required string Status { get; init; }

    /// <summary>Revision; 0 in a replay's result, which has none.</summary>
    public required long Revision { get; init; }

    /// <summary>The document: one line of JSON.</summary>
    public required byte[] Document { get; init; }

    /// <summary>Other texts that a search for an entity looks at: users, addresses and hosts involved, names of the key.</summary>
    public IReadOnlyList<string> Related { get; init; } = [];

    /// <summary>Reads a document; null with the reason when it is none of an alert or incident.</summary>
    public static StoredAlert? Read(JsonElement root, ReadOnlyMemory<byte> line, out string? fault)
    {
        var id = DocumentFields.Text(root, "event.id");
        var opened = DocumentFields.Time(root, "@timestamp");
        fault = id is null || opened is null || DocumentFields.Find(root, "secstream") is null
            ? $"not an alert: {(id is null ? "event.id" : opened is null ? "@timestamp" : "secstream")} is missing; is this a file of SecStream's alerts?"
            : null;
        if (fault is not null)
        {
            return null;
        }

        var status = DocumentFields.Text(root, "secstream.status") ?? "open";
        var rules = DocumentFields.Texts(root, "secstream.incident.rules");
        return new StoredAlert
        {
            Id = id!,
            Opened = opened!.Value,
            Severity = Enum.TryParse<Severity>(DocumentFields.Text(root, "secstream.severity"), ignoreCase: true, out var severity) ? severity : Severity.Low,
            Rule = DocumentFields.Text(root, "rule.id") ?? string.Join(',', rules),
            EntityType = DocumentFields.Text(root, "secstream.entity.type") ?? "",
            Entity = DocumentFields.Text(root, "secstream.entity.value") ?? "",
            Count = DocumentFields.Number(root, "secstream.evidence.total") ?? DocumentFields.Number(root, "secstream.incident.alert_count") ?? 0,
            Message = DocumentFields.Text(root, "message") ?? "",
            Status = status,
            Revision = DocumentFields.Number(root, "secstream.revision") ?? 0,
            Document = line.ToArray(),
            Related =
            [
                .. DocumentFields.Texts(root, "related.ip"), .. DocumentFields.Texts(root, "related.user"), .. DocumentFields.Texts(root, "related.hosts"),
            ],
        };
    }
}
