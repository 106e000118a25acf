using System.Text.Json;
using SecStream.Core.Fields;
using SecStream.Host.Alerts;
using SecStream.Host.Documents;
using SecStream.Stages.Rules.Model;

namespace SecStream.Host.Explain;

/// <summary>An event behind an alert, as its document says it.</summary>
internal sealed record TimelineEvent(
    string Id, string Time, string? Action, string? User, string? Address, string? Host, long Count, string? Late, string? Original);

/// <summary>An alert, what it is made of, and whether it comes out again.</summary>
internal sealed record Explanation
{
    /// <summary>The alert as stored.</summary>
    public required StoredAlert Alert { get; init; }

    /// <summary>Its document.</summary>
    public required JsonElement Document { get; init; }

    /// <summary>The rule as it is now; null when there is none of that code.</summary>
    public AlertRule? Rule { get; init; }

    /// <summary>Names of fields.</summary>
    public required FieldCatalog Fields { get; init; }

    /// <summary>The incident's document, when there is one.</summary>
    public JsonElement? Incident { get; init; }

    /// <summary>The document that comes out when it is derived again; null when none does.</summary>
    public JsonElement? Derived { get; init; }

    /// <summary>Deriving it again gives the stored alert.</summary>
    public bool Agrees { get; init; }

    /// <summary>Where it does not.</summary>
    public IReadOnlyList<Difference> Differences { get; init; } = [];

    /// <summary>What a reader has to know to judge that.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Stored events that were evaluated again.</summary>
    public int EventsRead { get; init; }

    /// <summary>The first contributing events.</summary>
    public IReadOnlyList<TimelineEvent> Timeline { get; init; } = [];

    /// <summary>A text field of the alert.</summary>
    public string? Text(string field) => DocumentFields.Text(Document, field);

    /// <summary>A number field of the alert.</summary>
    public long? Number(string field) => DocumentFields.Number(Document, field);
}
