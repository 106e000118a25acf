using SecStream.Connectors.Outbox;
using SecStream.Core.Alerts;
using SecStream.Stages.Alerting;

namespace SecStream.Host.Serve;

/// <summary>What the alert book decides goes into the outbox, in the order of its decisions.</summary>
internal sealed class OutboxOutput(AlertOutbox outbox) : IAlertOutput
{
    /// <inheritdoc/>
    public void OnAlert(in AlertChange change) => outbox.Append(ToEntry(change, isIncident: false));

    /// <inheritdoc/>
    public void OnIncident(in AlertChange change) => outbox.Append(ToEntry(change, isIncident: true));

    /// <summary>A change as the outbox holds it.</summary>
    public static OutboxEntry ToEntry(in AlertChange change, bool isIncident) => new()
    {
        Kind = change.Kind,
        IsIncident = isIncident,
        Tenant = change.Tenant,
        Id = change.Id,
        Revision = change.Revision,
        Rule = change.RuleCode,
        Severity = change.Severity,
        Opened = change.Opened,
        IsSettled = change.IsSettled,
        EntityType = change.Entity.Type,
        EntityName = change.Entity.Name,
        EntityValue = change.Entity.Value,
        Document = change.Document,
    };
}
