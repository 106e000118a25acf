using SecStream.Core.Alerts;

namespace SecStream.Stages.Alerting;

/// <summary>A document to deliver. (Id, revision) identifies it: a redelivery is harmless.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Tenant">Tenant; with the entity's value the key of the alert topic.</param>
/// <param name="Entity">Primary entity.</param>
/// <param name="Id">Alert or incident id.</param>
/// <param name="RuleCode">Code of the rule; empty for an incident.</param>
/// <param name="Severity">Severity.</param>
/// <param name="Opened">Opening time, microseconds.</param>
/// <param name="Revision">From 1; rises when the content changes.</param>
/// <param name="IsSettled">It is settled (an alert may be opened and settled in one).</param>
/// <param name="Document">One line of JSON without line end, with the revision. Not shared: may be kept.</param>
public readonly record struct AlertChange(
    ChangeKind Kind,
    string Tenant,
    AlertEntity Entity,
    string Id,
    string RuleCode,
    Severity Severity,
    long Opened,
    int Revision,
    bool IsSettled,
    ReadOnlyMemory<byte> Document);

/// <summary>Takes what the alert book decides, on the book's thread. Exceptions stop the book.</summary>
public interface IAlertOutput
{
    /// <summary>An alert changed.</summary>
    void OnAlert(in AlertChange change);

    /// <summary>An incident changed. Follows the changes of its alerts.</summary>
    void OnIncident(in AlertChange change);
}
