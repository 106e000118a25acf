using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;

namespace SecStream.Integration.Tests.Faults;

/// <summary>A service that runs, and what can be asked of it by HTTP.</summary>
internal abstract class RunningService : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>What it said so far.</summary>
    public abstract string Log { get; }

    public abstract bool HasEnded { get; }

    public string Url { get; protected set; } = "";

    /// <summary>Waits for something to be so; tells the log when it is not in time.</summary>
    public Task UntilAsync(Func<bool> holds, string what) => UntilAsync(() => Task.FromResult(holds()), what);

    /// <inheritdoc cref="UntilAsync(Func{bool}, string)"/>
    public async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        var waited = Stopwatch.StartNew();
        while (!await holds())
        {
            Assert.True(waited.Elapsed < Patience, $"not in {Patience.TotalSeconds} s: {what}\n{Log}");
            await Task.Delay(100);
        }
    }

    /// <summary>Delivers lines in one request; the status of the answer, and its text.</summary>
    public async Task<(HttpStatusCode Status, string Text)> TryPostAsync(IEnumerable<string> lines)
    {
        using var body = new StringContent(string.Join('\n', lines) + "\n", Encoding.UTF8, "application/x-ndjson");
        using var answer = await _http.PostAsync(new Uri(Url + "/ingest"), body);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public async Task PostAsync(IEnumerable<string> lines)
    {
        var (status, text) = await TryPostAsync(lines);
        Assert.True(status == HttpStatusCode.OK, $"{status}: {text}\n{Log}");
    }

    public async Task<(HttpStatusCode Status, string Text)> GetAsync(string path)
    {
        using var answer = await _http.GetAsync(new Uri(Url + path));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public async Task<(HttpStatusCode Status, string Text)> PostJsonAsync(string path, string json)
    {
        using var body = new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = await _http.PostAsync(new Uri(Url + path), body);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Ids of all stored events, sorted; an event that stands twice is there twice.</summary>
    public async Task<IReadOnlyList<string>> EventsAsync()
    {
        using var json = JsonDocument.Parse((await GetAsync("/api/v1/events?limit=10000")).Text);
        return [.. json.RootElement.GetProperty("events").EnumerateArray().Select(FaultEvents.IdOf).Order(StringComparer.Ordinal)];
    }

    /// <summary>Ids of all alerts that hold, sorted.</summary>
    public async Task<IReadOnlyList<string>> AlertsAsync()
    {
        var (status, text) = await GetAsync("/api/v1/alerts?limit=1000");
        if (status != HttpStatusCode.OK)
        {
            return [];
        }

        using var json = JsonDocument.Parse(text);
        return
        [
            .. json.RootElement.GetProperty("alerts").EnumerateArray()
                .Where(a => a.GetProperty("alert").GetProperty("secstream").GetProperty("status").GetString() != "withdrawn")
                .Select(a => a.GetProperty("id").GetString()!)
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>The ledger's entries of a kind, as they stand now.</summary>
    public async Task<IReadOnlyList<JsonElement>> LedgerAsync(string kind)
    {
        using var json = JsonDocument.Parse((await GetAsync("/api/v1/ledger?limit=1000")).Text);
        return [.. json.RootElement.GetProperty("ledger").EnumerateArray().Where(e => e.GetProperty("kind").GetString() == kind).Select(e => e.Clone())];
    }

    /// <summary>Waits until everything stands as an undisturbed replay of the same lines makes it: each event once, the same alerts.</summary>
    public async Task SettlesAsync(IReadOnlyList<string> lines)
    {
        var expected = await FaultEvents.ReplayAsync(lines);
        IReadOnlyList<string> events = [], alerts = [];
        try
        {
            await UntilAsync(
                async () =>
                {
                    (events, alerts) = (await EventsAsync(), await AlertsAsync());
                    return events.Count >= expected.Events.Count && alerts.SequenceEqual(expected.Alerts);
                },
                "events and alerts are those of a replay");
        }
        catch (Xunit.Sdk.XunitException)
        {
            Assert.Fail($"{events.Count} events of {expected.Events.Count}, {events.Count - events.Distinct().Count()} twice; alerts: {alerts.Count} of {expected.Alerts.Count}, "
                + $"{alerts.Except(expected.Alerts).Count()} more, {expected.Alerts.Except(alerts).Count()} missing\n{Log}");
        }

        Assert.NotEmpty(expected.Alerts);
        Assert.Equal(expected.Events, events);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await EndAsync();
    }

    /// <summary>Ends it, in order or not.</summary>
    protected abstract Task EndAsync();
}
