using System.Globalization;
using System.Text.Json;
using SecStream.Core.Events;
using SecStream.Host;
using SecStream.Host.Documents;
using SecStream.Host.Replay;

namespace SecStream.Integration.Tests.Faults;

/// <summary>Logins that fail, with ids of their own, and what an undisturbed replay makes of them.</summary>
internal static class FaultEvents
{
    /// <summary>Events from <paramref name="from"/> on: every dozen of them is an attack from another address.</summary>
    public static IReadOnlyList<string> Make(int from, int count, DateTimeOffset start) =>
    [
        .. Enumerable.Range(from, count).Select(i => string.Create(CultureInfo.InvariantCulture, $$"""
            {"@timestamp":"{{start.UtcDateTime.AddMilliseconds(20 * i):yyyy-MM-dd'T'HH:mm:ss.fff'Z'}}","event":{"id":"e{{i:d6}}","action":"login_failed","category":["authentication"],"outcome":"failure"},"user":{"name":"u{{i / 12}}"},"host":{"name":"app"},"source":{"ip":"203.0.{{i / 12 / 250}}.{{(i / 12 % 250) + 1}}"} }
            """)),
    ];

    /// <summary>A beginning that lies a little in the past, so that no event is ahead of the clock.</summary>
    public static DateTimeOffset Start() => DateTimeOffset.UtcNow.AddSeconds(-60);

    public static string IdOf(JsonElement document) => DocumentFields.Text(document, "event.id")!;

    /// <summary>Ids of the events and alerts that the lines give when nothing goes wrong.</summary>
    public static async Task<(IReadOnlyList<string> Events, IReadOnlyList<string> Alerts)> ReplayAsync(IReadOnlyList<string> lines)
    {
        using var folder = new FaultFolder();
        await File.WriteAllLinesAsync(folder.File("events.ndjson"), lines);
        var options = new PipelineOptions { Zone = TimeZoneInfo.Utc, GeoIp = [], Lateness = TimeSpan.FromSeconds(1) };
        await new ReplayRun(options, folder.File("out"), TimeProvider.System).RunAsync([folder.File("events.ndjson")], null, CancellationToken.None);
        return (Ids(folder.File("out/events.ndjson")), Ids(folder.File("out/alerts.ndjson")));
    }

    private static IReadOnlyList<string> Ids(string path) =>
    [
        .. File.ReadLines(path).Select(line =>
        {
            using var json = JsonDocument.Parse(line);
            return IdOf(json.RootElement);
        }).Order(StringComparer.Ordinal),
    ];
}
