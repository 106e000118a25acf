using System.Globalization;
using System.Text.Json;

namespace SecStream.Integration.Tests.Load;

/// <summary>
/// Asks the store for new alerts all the time, as an analyst's screen does, and notes when each was there first. From the sending of the event that
/// makes the rule fire to that moment: acceptance, journal, lateness, evaluation, outbox, store.
/// </summary>
internal sealed class AlertLatency(LoadService service)
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);
    private readonly Dictionary<(string Rule, string Address), DateTime> _seen = [];

    /// <summary>The rules that a probe must make fire.</summary>
    public static string[] Rules { get; } = ["C1", "L5", "P1"];

    /// <summary>Looks until told to stop.</summary>
    public async Task RunAsync(Func<bool> until)
    {
        while (!until())
        {
            var from = DateTime.UtcNow.AddSeconds(-30).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
            Note(await service.GetAsync($"/api/v1/alerts?rule={string.Join(',', Rules)}&from={from}&limit=1000"));
            await Task.Delay(s_look);
        }
    }

    /// <summary>Whether all alerts of all attacks were seen.</summary>
    public bool HasAll(IReadOnlyList<Probe> probes) => Array.TrueForAll(Rules, rule => Of(rule, probes).All(time => time is not null));

    /// <summary>Time until the alert of a rule was readable, for each attack; null where it never was.</summary>
    public IReadOnlyList<TimeSpan?> Of(string rule, IEnumerable<Probe> probes) =>
        [.. probes.Select(p => _seen.TryGetValue((rule, LoadEvents.ProbeAddress(p.Number)), out var at) ? at - p.Sent : (TimeSpan?)null)];

    /// <summary>Rule and address of an alert as the API shows it.</summary>
    public static (string Rule, string Address) KeyOf(JsonElement found)
    {
        var alert = found.GetProperty("alert");
        return (
            alert.GetProperty("rule").GetProperty("id").GetString()!,
            alert.TryGetProperty("source", out var source) && source.TryGetProperty("ip", out var ip) ? ip.GetString()! : "");
    }

    private void Note(JsonElement page)
    {
        var now = DateTime.UtcNow;
        foreach (var found in page.GetProperty("alerts").EnumerateArray())
        {
            _seen.TryAdd(KeyOf(found), now);
        }
    }
}
