using SecStream.Core.Alerts;
using SecStream.Stages.Rules.Model;

namespace SecStream.Stages.Alerting;

/// <summary>An alert and the rule that raised it.</summary>
public readonly record struct IncidentMember(Alert Alert, AlertRule Rule);

/// <summary>A value that alerts of an incident have in common or not, with the number of alerts that name it.</summary>
public readonly record struct LinkedValue(string Value, int Alerts);

/// <summary>
/// Alerts of one primary entity that follow one another: one attack, one page. It links to other entities by name and never swallows their
/// incidents (no transitive closure).
/// </summary>
public sealed record Incident
{
    /// <summary>128 bits of SHA-256 over (tenant, entity value, opening time), 32 lower-case hex digits.</summary>
    public required string Id { get; init; }

    /// <summary>Tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary>The primary entity.</summary>
    public required AlertEntity Entity { get; init; }

    /// <summary>Opening of its first alert, microseconds.</summary>
    public required long Opened { get; init; }

    /// <summary>Earliest contributor.</summary>
    public required long Start { get; init; }

    /// <summary>Latest contributor.</summary>
    public required long End { get; init; }

    /// <summary>The highest of its alerts.</summary>
    public required Severity Severity { get; init; }

    /// <summary>The alerts by opening time, then id.</summary>
    public required IncidentMember[] Alerts { get; init; }

    /// <summary>Codes of the rules, ordinal order.</summary>
    public required string[] Rules { get; init; }

    /// <summary>Users that the alerts name, by number of alerts, then name.</summary>
    public required LinkedValue[] Users { get; init; }

    /// <summary>Distinct users, as far as the alerts tell.</summary>
    public required int UserCount { get; init; }

    /// <summary>Source addresses that the alerts name.</summary>
    public required LinkedValue[] Addresses { get; init; }

    /// <summary>Distinct addresses, as far as the alerts tell.</summary>
    public required int AddressCount { get; init; }

    /// <summary>Hosts that the alerts name.</summary>
    public required LinkedValue[] Hosts { get; init; }

    /// <summary>Distinct hosts, as far as the alerts tell.</summary>
    public required int HostCount { get; init; }

    /// <summary>The incident as an alert's document names it.</summary>
    public IncidentLink Link => new(Id, Opened);
}
