using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using SecStream.Integration.Tests.Faults;
using SecStream.Integration.Tests.Http.Harness;
using SecStream.TestParts;
using YamlDotNet.RepresentationModel;

namespace SecStream.Integration.Tests.Infra;

/// <summary>The rules and the configuration of Prometheus, by Prometheus itself.</summary>
public sealed class PrometheusTests
{
    private static readonly string s_folder = RepositoryFiles.At("infra", "prometheus");

    [Theory]
    [InlineData("check", "rules", "rules")]
    [InlineData("test", "rules", "tests")]
    public async Task Promtool_RulesAndTheirTests_AreAccepted(string verb, string what, string folder)
    {
        var files = Directory.GetFiles(Path.Combine(s_folder, folder), "*.yml");
        Assert.NotEmpty(files);

        var (code, output, errors) = await Tool.RunAsync("promtool", "", [verb, what, .. files]);

        Assert.True(code == 0, output + errors);
    }

    [Fact]
    public async Task Promtool_Configuration_IsAccepted()
    {
        var (code, output, errors) = await Tool.RunAsync("promtool", "", "check", "config", "--syntax-only", Path.Combine(s_folder, "prometheus.yml"));

        Assert.True(code == 0, output + errors);
    }

    [Fact]
    public async Task MetricsFile_WhatTheServiceExports_IsNoLongerListed()
    {
        var exported = await MetricNames.ExportedAsync();

        Assert.All(MetricNames.Declared.Keys, name => Assert.False(exported.Contains(name), $"{name} is exported: take it out of infra/prometheus/metrics.txt"));
    }

    [Fact]
    public void Rules_EveryAlert_HasATest()
    {
        var tests = string.Join('\n', Directory.GetFiles(Path.Combine(s_folder, "tests"), "*.yml").Select(File.ReadAllText));

        Assert.All(Rules().Where(rule => rule.Name is not null), rule => Assert.Contains($"alertname=\"{rule.Name}\"", tests, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Prometheus_ScrapesTheService_AndEveryExpressionIsOfNamesThatAreThere()
    {
        using var folder = new FaultFolder { Configuration = "" };
        await using var service = await ServiceProcess.StartAsync(folder);
        await service.PostAsync(["{\"@timestamp\":\"2026-03-01T12:00:00Z\",\"message\":\"hello\"}"]);
        await using var prometheus = PrometheusServer.Start(folder, new Uri(service.Url).Authority);

        await service.UntilAsync(async () => await prometheus.QueryAsync("up{job=\"secstream\"} == 1") > 0, $"a scrape\n{prometheus.Log}");
        await service.UntilAsync(async () => await prometheus.QueryAsync("secstream_events_accepted_total") > 0, "the events");
        var exported = await MetricNames.ExportedAsync();
        exported.UnionWith(MetricNames.OnPage((await service.GetAsync("/metrics")).Text));
        foreach (var (_, expression) in Rules())
        {
            await prometheus.QueryAsync(expression);
            Assert.All(MetricNames.In(expression), name => Assert.True(exported.Contains(name) || MetricNames.Declared.ContainsKey(name), $"{name} is neither exported nor in metrics.txt: {expression}"));
        }

        Assert.True(await prometheus.RulesAsync() >= Rules().Count());
    }

    private static IEnumerable<(string? Name, string Expression)> Rules()
    {
        foreach (var file in Directory.GetFiles(Path.Combine(s_folder, "rules"), "*.yml"))
        {
            foreach (var group in (YamlSequenceNode)YamlFiles.Load(file).Single()["groups"])
            {
                foreach (var rule in (YamlSequenceNode)group["rules"])
                {
                    var node = (YamlMappingNode)rule;
                    yield return (YamlFiles.Text(node, "alert"), YamlFiles.Text(node, "expr")!);
                }
            }
        }
    }

    /// <summary>A real Prometheus with our configuration, looking at one service.</summary>
    private sealed class PrometheusServer : IAsyncDisposable
    {
        private readonly Process _process;
        private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };
        private readonly System.Text.StringBuilder _log = new();
        private readonly string _url;

        private PrometheusServer(Process process, string url)
        {
            (_process, _url) = (process, url);
            process.ErrorDataReceived += (_, line) =>
            {
                lock (_log)
                {
                    _log.AppendLine(line.Data);
                }
            };
            process.BeginErrorReadLine();
        }

        public string Log
        {
            get
            {
                lock (_log)
                {
                    return _log.ToString();
                }
            }
        }

        public static PrometheusServer Start(FaultFolder folder, string target)
        {
            // As it is shipped, but for the addresses, the key and the pace.
            var configuration = File.ReadAllText(Path.Combine(s_folder, "prometheus.yml"))
                .Replace("pipeline:8080", target, StringComparison.Ordinal)
                .Replace("/run/secrets/http_viewer", folder.File("key"), StringComparison.Ordinal)
                .Replace("rules/*.yml", Path.Combine(s_folder, "rules", "*.yml"), StringComparison.Ordinal)
                .Replace("scrape_timeout: 10s", "scrape_timeout: 1s", StringComparison.Ordinal)
                .Replace("_interval: 15s", "_interval: 1s", StringComparison.Ordinal);
            File.WriteAllText(folder.File("key"), "a-key-nobody-asks-for");
            File.WriteAllText(folder.File("prometheus.yml"), configuration);
            var address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{FreePort.Next()}");
            var process = Process.Start(new ProcessStartInfo(
                "prometheus", [$"--config.file={folder.File("prometheus.yml")}", $"--storage.tsdb.path={folder.File("tsdb")}", $"--web.listen-address={address}"]) { RedirectStandardError = true })!;
            return new PrometheusServer(process, $"http://{address}");
        }

        /// <summary>How many series an expression has; fails when Prometheus does not accept it. While it starts: -1.</summary>
        public async Task<int> QueryAsync(string expression)
        {
            Assert.False(_process.HasExited, Log);
            var root = await GetAsync($"/api/v1/query?query={Uri.EscapeDataString(expression)}");
            return root is { } answer ? answer.GetProperty("data").GetProperty("result").GetArrayLength() : -1;
        }

        /// <summary>How many rules it has loaded.</summary>
        public async Task<int> RulesAsync() => (await GetAsync("/api/v1/rules"))!.Value.GetProperty("data").GetProperty("groups").EnumerateArray().Sum(g => g.GetProperty("rules").GetArrayLength());

        public async ValueTask DisposeAsync()
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
            _http.Dispose();
        }

        private async Task<JsonElement?> GetAsync(string path)
        {
            try
            {
                using var answer = await _http.GetAsync(new Uri(_url + path));
                var text = await answer.Content.ReadAsStringAsync();
                if (answer.StatusCode == System.Net.HttpStatusCode.ServiceUnavailable)
                {
                    return null;
                }

                Assert.True(answer.IsSuccessStatusCode, $"{path}: {text}");
                return JsonDocument.Parse(text).RootElement;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
                return null;
            }
        }
    }
}
