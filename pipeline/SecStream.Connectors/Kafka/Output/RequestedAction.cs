namespace SecStream.Connectors.Kafka.Output;

/// <summary>What an action is done to.</summary>
/// <param name="Type"><c>ip</c>, <c>user</c>, or the type of the alert's primary entity.</param>
/// <param name="Name">The field that names it.</param>
/// <param name="Value">Its value.</param>
public sealed record ActionTarget(string Type, string Name, string Value);

/// <summary>An action that an alert asks for, on one target.</summary>
/// <param name="Id">32 hex digits: a function of alert, type, scope and target.</param>
/// <param name="AlertId">The alert.</param>
/// <param name="Revision">Revision of the alert that asked for it first.</param>
/// <param name="Tenant">Tenant.</param>
/// <param name="Opened">Opening time of the alert, microseconds since 1970 UTC.</param>
/// <param name="Type"><c>block_ip</c>, <c>lock_account</c> …</param>
/// <param name="Scope"><c>authentication</c> or <c>global</c>; null: as the enforcer has it.</param>
/// <param name="DurationSeconds">How long it is to last; null: until undone.</param>
/// <param name="Target">What it is done to.</param>
/// <param name="Severity">Severity of the alert.</param>
/// <param name="RuleCode">Code of the rule.</param>
/// <param name="RuleVersion">Content hash of the rule.</param>
/// <param name="Message">The alert's sentence.</param>
/// <param name="IsTest">The alert is a test.</param>
public sealed record RequestedAction(
    string Id,
    string AlertId,
    int Revision,
    string Tenant,
    long Opened,
    string Type,
    string? Scope,
    double? DurationSeconds,
    ActionTarget Target,
    string Severity,
    string RuleCode,
    string RuleVersion,
    string Message,
    bool IsTest);
