using System.Globalization;
using System.Text;
using SecStream.Core.Alerts;
using SecStream.Core.Text;

namespace SecStream.Connectors.Kafka.Output;

/// <summary>
/// Headers of a record of the alert topic: the attributes of a CloudEvent 1.0 in binary mode, and what a consumer routes by without reading the
/// document. With the document they are a whole <see cref="OutboxEntry"/>.
/// </summary>
public static class AlertHeaders
{
    /// <summary>Id of an alert or incident.</summary>
    public const string Id = "secstream-id";

    /// <summary><c>opened</c>, <c>revised</c>, <c>settled</c> or <c>withdrawn</c>.</summary>
    public const string Change = "secstream-change";

    /// <summary>Revision, from 1.</summary>
    public const string Revision = "secstream-revision";

    /// <summary>Severity: <c>low</c> … <c>critical</c>.</summary>
    public const string Severity = "secstream-severity";

    /// <summary>Code of the rule; empty for an incident.</summary>
    public const string Rule = "secstream-rule";

    /// <summary><c>open</c> or <c>withdrawn</c>.</summary>
    public const string Status = "secstream-status";

    /// <summary><c>true</c>: it can't change any more, save by joining another incident.</summary>
    public const string Settled = "secstream-settled";

    /// <summary>Tenant.</summary>
    public const string Tenant = "secstream-tenant";

    /// <summary>Type of the primary entity.</summary>
    public const string EntityType = "secstream-entity-type";

    /// <summary>Field of the primary entity.</summary>
    public const string EntityName = "secstream-entity-name";

    /// <summary>Value of the primary entity.</summary>
    public const string EntityValue = "secstream-entity-value";

    /// <summary><c>true</c>: evidence was cut for the broker takes no larger record. Else absent.</summary>
    public const string Cut = "secstream-cut";

    /// <summary><c>true</c>: a test alert. Else absent.</summary>
    public const string Test = "secstream-test";

    /// <summary>Type of the CloudEvent.</summary>
    public const string CloudEventType = "ce_type";

    private const string AlertSchema = "https://secstream.example/schemas/alert.schema.json";
    private const string IncidentSchema = "https://secstream.example/schemas/incident.schema.json";

    /// <summary>The headers of an entry.</summary>
    public static List<KafkaHeader> Of(OutboxEntry entry, bool isCut)
    {
        var change = NameOf(entry.Kind);
        var headers = Event(
            $"io.secstream.{(entry.IsIncident ? "incident" : "alert")}.{change}.v1", EventId(entry), entry.Tenant, entry.Id, entry.Opened, entry.IsIncident ? IncidentSchema : AlertSchema);
        Add(headers, Id, entry.Id);
        Add(headers, Change, change);
        Add(headers, Revision, entry.Revision.ToString(CultureInfo.InvariantCulture));
        Add(headers, Severity, NameOf(entry.Severity));
        Add(headers, Rule, entry.Rule);
        Add(headers, Status, entry.Kind == ChangeKind.Withdrawn ? "withdrawn" : "open");
        Add(headers, Settled, entry.IsSettled ? "true" : "false");
        Add(headers, Tenant, entry.Tenant);
        Add(headers, EntityType, entry.EntityType);
        Add(headers, EntityName, entry.EntityName);
        Add(headers, EntityValue, entry.EntityValue);
        if (isCut)
        {
            Add(headers, Cut, "true");
        }

        if (TestMark.IsIn(entry.Document.Span))
        {
            Add(headers, Test, "true");
        }

        return headers;
    }

    /// <summary>The attributes of a CloudEvent; the document is JSON.</summary>
    internal static List<KafkaHeader> Event(string type, string id, string tenant, string subject, long time, string schema)
    {
        var headers = new List<KafkaHeader>(20);
        Span<byte> text = stackalloc byte[IsoTimestamp.Length];
        IsoTimestamp.Write(time, text);
        Add(headers, "ce_specversion", "1.0");
        Add(headers, CloudEventType, type);
        Add(headers, "ce_source", $"/secstream/{Uri.EscapeDataString(tenant)}");
        Add(headers, "ce_id", id);
        Add(headers, "ce_time", Encoding.ASCII.GetString(text));
        Add(headers, "ce_subject", subject);
        Add(headers, "ce_dataschema", schema);
        Add(headers, "content-type", "application/json");
        return headers;
    }

    /// <summary>Adds a header. A lone surrogate becomes U+FFFD: what is sent is always UTF-8.</summary>
    internal static void Add(List<KafkaHeader> headers, string name, string value) => headers.Add(new KafkaHeader(name, Encoding.UTF8.GetBytes(value)));

    /// <summary>Word for a change.</summary>
    internal static string NameOf(ChangeKind kind) => kind switch
    {
        ChangeKind.Opened => "opened",
        ChangeKind.Revised => "revised",
        ChangeKind.Settled => "settled",
        ChangeKind.Withdrawn => "withdrawn",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "an unknown change"),
    };

    /// <summary>Word for a severity.</summary>
    internal static string NameOf(Severity severity) => severity switch
    {
        Core.Alerts.Severity.Low => "low",
        Core.Alerts.Severity.Medium => "medium",
        Core.Alerts.Severity.High => "high",
        Core.Alerts.Severity.Critical => "critical",
        _ => throw new ArgumentOutOfRangeException(nameof(severity), severity, "an unknown severity"),
    };

    /// <summary>That an alert is settled may be said of a revision that was sent before: another event, so another id.</summary>
    private static string EventId(OutboxEntry entry) =>
        string.Create(CultureInfo.InvariantCulture, $"{entry.Id}.{entry.Revision}{(entry.Kind == ChangeKind.Settled ? ".settled" : "")}");
}
