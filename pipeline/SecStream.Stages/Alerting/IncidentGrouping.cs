using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SecStream.Core.Alerts;
using SecStream.Core.Events;

namespace SecStream.Stages.Alerting;

/// <summary>Groups the alerts of one primary entity into incidents. A pure function: the order in which alerts are given does not matter.</summary>
public static class IncidentGrouping
{
    /// <summary>An incident goes on while the next alert starts less than this after the end so far: 1 h.</summary>
    public const long Gap = EventClock.Hour;

    private const int MaxLinks = 100;

    /// <summary>The incidents of an entity, in order of time.</summary>
    /// <param name="tenant">Tenant of all the alerts.</param>
    /// <param name="entity">Primary entity of all the alerts.</param>
    /// <param name="alerts">Alerts that are not withdrawn, in any order.</param>
    public static IReadOnlyList<Incident> Group(string tenant, AlertEntity entity, IEnumerable<IncidentMember> alerts)
    {
        var sorted = alerts.ToArray();
        Array.Sort(sorted, (a, b) => Compare(a.Alert, b.Alert));
        var incidents = new List<Incident>();
        for (var first = 0; first < sorted.Length;)
        {
            var next = NextIncident(sorted, first, static member => member.Alert);
            incidents.Add(Make(tenant, entity, sorted[first..next]));
            first = next;
        }

        return incidents;
    }

    /// <summary>First 128 bits of SHA-256 over tenant, entity value and opening time in microseconds, as UTF-8 separated by NUL.</summary>
    public static string MakeId(string tenant, string entity, long opened)
    {
        var text = string.Join('\0', tenant, entity, opened.ToString(CultureInfo.InvariantCulture));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
    }

    /// <summary>The order of alerts within an entity: opening time, then id.</summary>
    internal static int Compare(Alert a, Alert b) =>
        a.Opened != b.Opened ? a.Opened.CompareTo(b.Opened) : string.CompareOrdinal(a.Id, b.Id);

    /// <summary>Where the incident that begins at <paramref name="first"/> of sorted alerts ends.</summary>
    internal static int NextIncident<T>(IReadOnlyList<T> sorted, int first, Func<T, Alert> alertOf)
    {
        var end = alertOf(sorted[first]).End;
        var next = first + 1;
        while (next < sorted.Count && alertOf(sorted[next]).Start < Reach(end))
        {
            end = Math.Max(end, alertOf(sorted[next]).End);
            next++;
        }

        return next;
    }

    /// <summary>How far an incident reaches that ended at a time.</summary>
    internal static long Reach(long end) => end > long.MaxValue - Gap ? long.MaxValue : end + Gap;

    /// <summary>Sums up the alerts of one incident, sorted.</summary>
    internal static Incident Make(string tenant, AlertEntity entity, IncidentMember[] alerts)
    {
        var users = Links(alerts, alert => alert.Users, alert => alert.UserCount, out var userCount);
        var addresses = Links(alerts, alert => alert.Addresses, alert => alert.AddressCount, out var addressCount);
        var hosts = Links(alerts, alert => alert.Hosts, alert => alert.HostCount, out var hostCount);
        var opened = alerts[0].Alert.Opened;
        return new Incident
        {
            Id = MakeId(tenant, entity.Value, opened),
            Tenant = tenant,
            Entity = entity,
            Opened = opened,
            Start = alerts.Min(member => member.Alert.Start),
            End = alerts.Max(member => member.Alert.End),
            Severity = alerts.Max(member => member.Rule.Severity),
            Alerts = alerts,
            Rules = [.. alerts.Select(member => member.Rule.Code).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            Users = users,
            UserCount = userCount,
            Addresses = addresses,
            AddressCount = addressCount,
            Hosts = hosts,
            HostCount = hostCount,
        };
    }

    private static LinkedValue[] Links(
        IncidentMember[] alerts, Func<Alert, ObservedValue[]> values, Func<Alert, int> count, out int distinct)
    {
        var named = new Dictionary<string, int>(StringComparer.Ordinal);
        distinct = 0;
        foreach (var member in alerts)
        {
            distinct = Math.Max(distinct, count(member.Alert));
            foreach (var value in values(member.Alert))
            {
                named[value.Value] = named.GetValueOrDefault(value.Value) + 1;
            }
        }

        // An alert lists ten values at most and counts the others: the union is a lower bound, as is the largest count.
        distinct = Math.Max(distinct, named.Count);
        return
        [
            .. named.Select(pair => new LinkedValue(pair.Key, pair.Value))
                .OrderByDescending(link => link.Alerts)
                .ThenBy(link => link.Value, StringComparer.Ordinal)
                .Take(MaxLinks),
        ];
    }
}
