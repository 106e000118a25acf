using SecStream.Core.Alerts;
using SecStream.Host.Api.Health;
using SecStream.Host.Api.Security;
using SecStream.Integration.Tests.Http.Harness;

namespace SecStream.Integration.Tests.Http;

/// <summary>The JSON API and the probes.</summary>
public sealed class ApiTests
{
    [Fact]
    public async Task Alerts_Parameters_BecomeTheQuestion()
    {
        await using var api = await RunningApi.StartAsync();
        var answer = await api.SendAsync(
            "GET", "/api/v1/alerts?severity=high,critical&rule=T1,L2&entity=alice&state=open&from=2026-03-02T10:00:00Z&until=2026-03-03&limit=5&after=x&incidents=true&id=ab");
        Assert.Equal(200, answer.Status);
        var asked = api.Alerts.Asked!;
        Assert.Equal([Severity.High, Severity.Critical], asked.Severities.Order());
        Assert.Equal(["T1", "L2"], asked.Rules);
        Assert.Equal(("alice", "x", "ab", 5, true), (asked.Entity, asked.After, asked.IdPrefix, asked.Limit, asked.Incidents));
        Assert.Equal((1_772_445_600_000_000L, 1_772_496_000_000_000L), (asked.From!.Value, asked.Until!.Value));
        Assert.Equal("next-page", answer.Json.GetProperty("next").GetString());
        Assert.Equal("T1", answer.Json.GetProperty("alerts")[0].GetProperty("alert").GetProperty("rule").GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("/api/v1/alerts?severity=hgih", "severity=hgih")]
    [InlineData("/api/v1/alerts?severty=high", "severty")]
    [InlineData("/api/v1/alerts?limit=0", "limit=0")]
    [InlineData("/api/v1/alerts?from=yesterday", "from yesterday")]
    [InlineData("/api/v1/alerts?state=closed", "state=closed")]
    [InlineData("/api/v1/alerts?incidents=maybe", "incidents=maybe")]
    [InlineData("/api/v1/alerts?limit=1&limit=2", "limit")]
    [InlineData("/api/v1/events?limit=x", "limit=x")]
    [InlineData("/api/v1/events?form=1h", "form")]
    [InlineData("/api/v1/ledger?from=x", "from x")]
    public async Task Parameters_Wrong_AreNamed(string path, string named)
    {
        await using var api = await RunningApi.StartAsync();
        var answer = await api.SendAsync("GET", path);
        Assert.Equal(400, answer.Status);
        Assert.Contains(named, answer.Json.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_FieldsAsParameters_BecomeConditions()
    {
        await using var api = await RunningApi.StartAsync();
        var answer = await api.SendAsync("GET", "/api/v1/events?source.ip=203.0.113.7&user.name=alice&limit=3&ascending=true");
        Assert.Equal("e1", answer.Json.GetProperty("events")[0].GetProperty("event").GetProperty("id").GetString());
        Assert.Equal([("source.ip", "203.0.113.7"), ("user.name", "alice")], api.Events.Asked!.Where);
        Assert.True(api.Events.Asked.Ascending);
    }

    [Fact]
    public async Task Verdict_OfAKey_BearsItsName()
    {
        await using var api = await RunningApi.StartAsync(new() { Keys = RunningApi.Keys, RequireKey = true });
        var key = $"X-API-Key: {RunningApi.SecretOf(Role.Analyst)}";
        Assert.Equal(200, (await api.SendAsync("POST", "/api/v1/alerts/a1/verdict", """{"state":"false_positive","note":"backup","by":"somebody else"}""", key)).Status);
        var verdict = Assert.Single(api.Alerts.Verdicts);
        Assert.Equal(("a1", "analyst", "false_positive", "backup", null), (verdict.AlertId, verdict.By, verdict.State, verdict.Note, verdict.Assignee));
        Assert.Equal(404, (await api.SendAsync("POST", "/api/v1/alerts/none/verdict", """{"note":"x"}""", key)).Status);
        foreach (var wrong in new[] { "{}", "[]", "{", """{"state":"closed"}""", """{"state":7}""", """{"sttae":"open"}""", $$"""{"note":"{{new string('x', 10_001)}}"}""" })
        {
            Assert.Equal((wrong, 400), (wrong, (await api.SendAsync("POST", "/api/v1/alerts/a1/verdict", wrong, key)).Status));
        }

        Assert.Single(api.Alerts.Verdicts);
    }

    [Fact]
    public async Task Admin_ReloadRetryLedger_AreDone()
    {
        await using var api = await RunningApi.StartAsync();
        Assert.True((await api.SendAsync("POST", "/api/v1/reload")).Json.GetProperty("succeeded").GetBoolean());
        Assert.Equal(12, (await api.SendAsync("POST", "/api/v1/dlq/retry")).Json.GetProperty("retried").GetInt64());
        Assert.Equal("source_gap", (await api.SendAsync("GET", "/api/v1/ledger")).Json.GetProperty("ledger")[0].GetProperty("kind").GetString());
        Assert.Equal(404, (await api.SendAsync("GET", "/api/v1/alerts/none")).Status);
        Assert.Equal(404, (await api.SendAsync("GET", "/api/v1/nothing")).Status);
    }

    [Fact]
    public async Task Parts_ThatAreNotThere_AreSaidToBe()
    {
        await using var api = await RunningApi.StartAsync(null, s => s with { Alerts = null, Events = null, Ledger = null, Reload = null, RetryDeadLetters = null });
        foreach (var (method, path) in new[] { ("GET", "alerts"), ("GET", "events"), ("GET", "ledger"), ("POST", "reload"), ("POST", "dlq/retry") })
        {
            Assert.Equal((path, 404), (path, (await api.SendAsync(method, "/api/v1/" + path)).Status));
        }
    }

    [Fact]
    public async Task Probes_TellTheirKindsApart()
    {
        await using var api = await RunningApi.StartAsync();
        Assert.Equal(200, (await api.SendAsync("GET", "/health/ready")).Status);
        api.Service.Found.Add(new HealthCheck("store.alerts", false, HealthKinds.Ready, "the disk is full"));
        api.Service.Found.Add(new HealthCheck("caught_up", false, HealthKinds.None, "12 MiB behind"));
        var ready = await api.SendAsync("GET", "/health/ready");
        Assert.Equal(503, ready.Status);
        Assert.Contains("12 MiB behind", ready.Body, StringComparison.Ordinal);
        Assert.Equal(200, (await api.SendAsync("GET", "/health/live")).Status);
        Assert.Equal(200, (await api.SendAsync("GET", "/health/startup")).Status);
        api.Service.LastTick = DateTimeOffset.UtcNow - TimeSpan.FromSeconds(31);
        Assert.Equal(503, (await api.SendAsync("GET", "/health/live")).Status);
        api.Service.LastTick = null;
        Assert.Equal(503, (await api.SendAsync("GET", "/health/startup")).Status);
        Assert.Equal(200, (await api.SendAsync("GET", "/health/live")).Status);
    }

    [Fact]
    public async Task Probes_WithoutKey_TellNoDetails()
    {
        await using var api = await RunningApi.StartAsync(new() { Keys = RunningApi.Keys, RequireKey = true });
        Assert.Equal("""{"status":"ok"}""", (await api.SendAsync("GET", "/health/ready")).Body);
        Assert.Contains("journal.http", (await api.SendAsync("GET", "/health/ready", null, $"X-API-Key: {RunningApi.SecretOf(Role.Viewer)}")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Root_Browser_GetsThePage()
    {
        await using var api = await RunningApi.StartAsync(null, s => s with { Home = c => Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(c.Response, "page") });
        Assert.Equal("page", (await api.SendAsync("GET", "/", null, "Accept: text/html,application/xhtml+xml")).Body);
        Assert.Contains("You Know, for Search", (await api.SendAsync("GET", "/")).Body, StringComparison.Ordinal);
    }
}
