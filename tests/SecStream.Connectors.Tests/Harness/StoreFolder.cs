using System.Text;
using SecStream.Core.Alerts;

namespace SecStream.Connectors.Tests.Harness;

/// <summary>A data folder that goes away with the test.</summary>
internal sealed class StoreFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("secstream-store-").FullName;

    public string Alerts => System.IO.Path.Combine(Path, "alerts");

    public string Database => System.IO.Path.Combine(Path, "secstream.db");

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>Changes of alerts as the book makes them.</summary>
internal static class Entries
{
    public const long Noon = 1_772_366_400_000_000;

    public static OutboxEntry Make(
        int number,
        int revision = 1,
        Severity severity = Severity.High,
        string rule = "C1",
        string user = "alice",
        string address = "203.0.113.7",
        ChangeKind kind = ChangeKind.Opened,
        bool isIncident = false,
        bool isSettled = false)
    {
        var id = (isIncident ? "f" : "a") + number.ToString("x31");
        var opened = Noon + (number * 1_000_000L);
        var withdrawn = kind == ChangeKind.Withdrawn;
        var document = $$$"""
            {"@timestamp":"{{{DateTimeOffset.UnixEpoch.AddTicks(opened * 10):yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'}}}","event":{"kind":"alert","id":"{{{id}}}"},"rule":{"id":"{{{rule}}}"},"message":"{{{revision}}} failed logins","related":{"ip":["{{{address}}}"],"user":["{{{user}}}"],"hosts":["web1"]},"secstream":{"tenant":"default","severity":"{{{severity.ToString().ToLowerInvariant()}}}","status":"{{{(withdrawn ? "withdrawn" : "open")}}}","revision":{{{revision}}},"entity":{"type":"ip","name":"source.address","value":"{{{address}}}"},"incident":{"id":"f0","rules":["{{{rule}}}","L5"] } } }
            """;
        return new OutboxEntry
        {
            Kind = kind,
            IsIncident = isIncident,
            Tenant = "default",
            Id = id,
            Revision = revision,
            Rule = isIncident ? "" : rule,
            Severity = severity,
            Opened = opened,
            IsSettled = isSettled,
            EntityType = "ip",
            EntityName = "source.address",
            EntityValue = address,
            Document = Encoding.UTF8.GetBytes(document),
        };
    }

    /// <summary>With the places the outbox gives, for a store that is fed directly.</summary>
    public static OutboxEntry[] Placed(IEnumerable<OutboxEntry> entries) => [.. entries.Select((entry, i) => entry with { Position = i * 10, End = (i + 1) * 10 })];
}
