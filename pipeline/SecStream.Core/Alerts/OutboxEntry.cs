namespace SecStream.Core.Alerts;

/// <summary>
/// A change of an alert or incident as the outbox holds it, in the order in which it was decided. (Id, revision) identifies the content: a
/// redelivery is harmless, the highest revision of an id counts.
/// </summary>
public sealed record OutboxEntry
{
    /// <summary>Place of its first byte in the outbox; 0 until it has one.</summary>
    public long Position { get; init; }

    /// <summary>Place behind it: a sink that has it goes on here.</summary>
    public long End { get; init; }

    /// <summary>What happened.</summary>
    public required ChangeKind Kind { get; init; }

    /// <summary>An incident rather than an alert.</summary>
    public required bool IsIncident { get; init; }

    /// <summary>Tenant; with the entity's value the key of the alert topic.</summary>
    public required string Tenant { get; init; }

    /// <summary>Alert or incident id.</summary>
    public required string Id { get; init; }

    /// <summary>From 1; rises when the content changes.</summary>
    public required int Revision { get; init; }

    /// <summary>Code of the rule; empty for an incident.</summary>
    public required string Rule { get; init; }

    /// <summary>Severity.</summary>
    public required Severity Severity { get; init; }

    /// <summary>Opening time, microseconds since 1970 UTC.</summary>
    public required long Opened { get; init; }

    /// <summary>It can't change any more, save by joining another incident.</summary>
    public required bool IsSettled { get; init; }

    /// <summary>Type of the primary entity: <c>ip</c>, <c>user</c> …</summary>
    public required string EntityType { get; init; }

    /// <summary>The field that names the primary entity.</summary>
    public required string EntityName { get; init; }

    /// <summary>The primary entity.</summary>
    public required string EntityValue { get; init; }

    /// <summary>The document: one line of UTF-8 JSON, with the revision. Not shared.</summary>
    public required ReadOnlyMemory<byte> Document { get; init; }
}
