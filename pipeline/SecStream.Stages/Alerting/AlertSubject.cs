using SecStream.Core.Alerts;
using SecStream.Stages.Rules.Model;

namespace SecStream.Stages.Alerting;

/// <summary>
/// The one user, address and host of an alert, where there is only one: exactly one among the contributors, else the part of the key that
/// names it. Null where there are several or none.
/// </summary>
internal readonly record struct AlertSubject(string? User, string? Address, string? Host)
{
    public static AlertSubject Of(Alert alert, AlertRule rule) => new(
        Single(alert, rule, "user", alert.Users, alert.UserCount),
        Single(alert, rule, "ip", alert.Addresses, alert.AddressCount),
        Single(alert, rule, "host", alert.Hosts, alert.HostCount));

    private static string? Single(Alert alert, AlertRule rule, string type, ObservedValue[] seen, int distinct)
    {
        if (distinct == 1 && seen.Length == 1)
        {
            return seen[0].Value;
        }

        for (var i = 0; i < alert.Key.Length; i++)
        {
            var entity = AlertEntity.OfPart(alert, rule, i);
            if (entity.Type == type && !entity.Name.StartsWith("destination.", StringComparison.Ordinal))
            {
                return entity.Value;
            }
        }

        return null;
    }
}
