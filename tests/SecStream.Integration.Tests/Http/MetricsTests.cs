using SecStream.Host.Telemetry;
using SecStream.Integration.Tests.Http.Harness;

namespace SecStream.Integration.Tests.Http;

/// <summary>The metrics as Prometheus reads them.</summary>
public sealed class MetricsTests
{
    internal static ServiceStatus Figures { get; } = new()
    {
        Sources =
        [
            new("/var/log/a \"b\"\\c\nd", "file", "syslog", 4096, 1_772_445_600_000_000, 17, 1200, new Dictionary<string, long> { ["json_syntax"] = 3 }, 4, 5, 6),
        ],
        Journals = [new("http", 1 << 20, 512, false, 99)],
        Alerts = [new("T1", "high", 2)],
        BlindSpots = new Dictionary<string, long> { ["no_geoip"] = 1 },
        OutboxPending = new Dictionary<string, long> { ["sqlite"] = 0 },
        Rules = 42,
        Clock = 1_772_445_600_000_000,
        StateBytes = 12345,
        LastSnapshot = DateTimeOffset.UtcNow,
        StartedAt = DateTimeOffset.UtcNow,
    };

    [Fact]
    public async Task Metrics_ByPromtool_AreWithoutFault()
    {
        await using var api = await RunningApi.StartAsync();
        await using var another = await RunningApi.StartAsync();
        await another.SendAsync("GET", "/api/v1/stats");
        await api.SendAsync("GET", "/api/v1/stats");
        api.Service.Figures = Figures with { Profiles = Infra.StackFigures.All.Profiles, Models = Infra.StackFigures.All.Models };
        await api.SendAsync("POST", "/ingest", "{}");
        await api.SendAsync("POST", "/_bulk", "{\"create\":{\"_index\":\"x\"}}\n7\n");
        await api.SendAsync("GET", "/some/thing?user=alice");
        var answer = await api.SendAsync("GET", "/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Headers["Content-Type"]);
        var check = await Tool.RunAsync("promtool", answer.Body, "check", "metrics");
        Assert.Equal((0, "", ""), check);
        Assert.DoesNotContain("alice", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("secstream_events_accepted_total{source=\"/var/log/a \\\"b\\\"\\\\c\\nd\"} 1200")]
    [InlineData("secstream_dead_letters_total{error_type=\"json_syntax\",source=\"/var/log/a \\\"b\\\"\\\\c\\nd\"} 3")]
    [InlineData("secstream_alerts_total{rule=\"T1\",severity=\"high\"} 2")]
    [InlineData("secstream_blind_spots{kind=\"no_geoip\"} 1")]
    [InlineData("secstream_journal_size_bytes{journal=\"http\"} 1048576")]
    [InlineData("secstream_state_size_bytes 12345")]
    [InlineData("secstream_http_records_total{outcome=\"accepted\",protocol=\"ingest\"} 2")]
    [InlineData("secstream_http_records_total{outcome=\"refused\",protocol=\"bulk\"} 1")]
    [InlineData("secstream_http_accepted_bytes_total 4")]
    public async Task Metrics_Series_AreThere(string line)
    {
        await using var api = await RunningApi.StartAsync();
        api.Service.Figures = Figures;
        await api.SendAsync("POST", "/ingest", "{}\n{}\n");
        await api.SendAsync("POST", "/_bulk", "{\"create\":{\"_index\":\"x\"}}\n7\n");
        Assert.Contains(line + "\n", (await api.SendAsync("GET", "/metrics")).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("secstream_profiles_keys 2")]
    [InlineData("secstream_profiles_key_size_bytes 2048")]
    [InlineData("secstream_profiles_evictions_total 1")]
    [InlineData("secstream_windows_total{state=\"learning\"} 4")]
    [InlineData("secstream_windows_stored_total 6")]
    [InlineData("secstream_anomalies_total{severity=\"critical\"} 0")]
    [InlineData("secstream_model_age_seconds 3600")]
    [InlineData("secstream_model_drift_psi{feature=\"request_rate\",profile=\"api-key\",window=\"5m\"} 0.3")]
    [InlineData("secstream_model_exceedance_ratio{profile=\"api-key\",window=\"5m\"} 2")]
    [InlineData("secstream_model_shadow_anomalies{model=\"challenger\",severity=\"high\"} 2")]
    public void Metrics_OfProfilesAndModels_AreThere(string line)
    {
        using var meter = new ServiceMeter(new FixedService { Figures = Infra.StackFigures.All }, TimeProvider.System);
        using var reader = new MetricsReader(meter);
        Assert.Contains(line + "\n", reader.Write(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_OfRuntimeAndServer_AreThere()
    {
        await using var api = await RunningApi.StartAsync();
        await api.SendAsync("GET", "/api/v1/stats");
        string body;
        var tries = 0;
        do
        {
            // The server counts a request after its answer has gone out.
            body = (await api.SendAsync("GET", "/metrics")).Body;
        }
        while (!body.Contains("http_server_request_duration_seconds_bucket{", StringComparison.Ordinal) && ++tries < 50);
        Assert.Contains("http_route=\"/api/v1/stats\"", body, StringComparison.Ordinal);
        Assert.Contains("dotnet_process_cpu_time_seconds_total{", body, StringComparison.Ordinal);
        Assert.Contains("dotnet_process_memory_working_set_bytes ", body, StringComparison.Ordinal);
        Assert.Contains("dotnet_gc_collections_total{", body, StringComparison.Ordinal);
    }

    [Fact]
    public void SourceGone_ItsSeriesAreGone()
    {
        var service = new FixedService { Figures = Figures };
        using var meter = new ServiceMeter(service, new StepClock());
        using var reader = new MetricsReader(meter);
        Assert.Contains("secstream_events_accepted_total", reader.Write(), StringComparison.Ordinal);
        service.Figures = Figures with { Sources = [] };
        Assert.DoesNotContain("secstream_events_accepted_total", reader.Write(), StringComparison.Ordinal);
    }

    [Fact]
    public void Snapshot_Recorded_IsInItsBucket()
    {
        using var meter = new ServiceMeter(new FixedService(), TimeProvider.System);
        using var reader = new MetricsReader(meter);
        meter.RecordSnapshot(TimeSpan.FromMilliseconds(200));
        var text = reader.Write();
        Assert.Contains("secstream_snapshot_duration_seconds_bucket{le=\"0.1\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("secstream_snapshot_duration_seconds_bucket{le=\"0.25\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("secstream_snapshot_duration_seconds_count 1\n", text, StringComparison.Ordinal);
        Assert.Contains("secstream_snapshot_duration_seconds_sum 0.2\n", text, StringComparison.Ordinal);
    }

    /// <summary>Every look at it is a second later.</summary>
    private sealed class StepClock : TimeProvider
    {
        private long _seconds;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => ++_seconds;
    }
}
