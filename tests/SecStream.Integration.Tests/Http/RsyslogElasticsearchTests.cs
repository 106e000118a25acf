using System.Diagnostics;
using System.Text.Json;
using SecStream.Host.Api;
using SecStream.Host.Api.Security;
using SecStream.Integration.Tests.Http.Harness;

namespace SecStream.Integration.Tests.Http;

/// <summary>A real shipper: rsyslog's omelasticsearch (Debian package rsyslog-elasticsearch) in bulk mode, with a key, unchanged.</summary>
public sealed class RsyslogElasticsearchTests
{
    private const int Count = 200;

    [Fact]
    public async Task Omelasticsearch_WithKey_EveryLineArrivesOnce()
    {
        await using var api = await RunningApi.StartAsync(new ApiOptions { Keys = RunningApi.Keys, RequireKey = true });
        var folder = Directory.CreateTempSubdirectory("secstream-test-").FullName;
        try
        {
            var log = Path.Combine(folder, "app.log");
            await File.WriteAllLinesAsync(log, Enumerable.Range(0, Count).Select(i => $"line {i} \"quoted\" \\ é"));
            var configuration = Path.Combine(folder, "rsyslog.conf");
            await File.WriteAllTextAsync(configuration, Configuration(folder, log, new Uri(api.Url).Port));
            using var rsyslog = Start(folder, configuration);
            try
            {
                await WaitAsync(() => api.Journal.Records.Count >= Count);
            }
            finally
            {
                rsyslog.Kill();
                await rsyslog.WaitForExitAsync();
            }

            var messages = api.Journal.Records.Select(r => JsonDocument.Parse(r).RootElement.GetProperty("message").GetString()).ToList();
            Assert.Equal(Enumerable.Range(0, Count).Select(i => $"line {i} \"quoted\" \\ é").Order(StringComparer.Ordinal), messages.Order(StringComparer.Ordinal));
            Assert.Equal(Count, api.Journal.Records.Select(r => JsonDocument.Parse(r).RootElement.GetProperty("event.id").GetString()).Distinct().Count());
            Assert.All(api.Journal.Records, r => Assert.Contains("\"data_stream.dataset\":\"rsyslog\"", r, StringComparison.Ordinal));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Configuration(string folder, string log, int port) => $$"""
        global(workDirectory="{{folder}}")
        module(load="imfile" mode="polling" pollingInterval="1")
        module(load="omelasticsearch")
        template(name="ecs" type="list" option.jsonf="on") {
          property(outname="@timestamp" name="timereported" dateFormat="rfc3339" format="jsonf")
          property(outname="message" name="msg" format="jsonf")
        }
        template(name="stream" type="string" string="logs-rsyslog-default")
        template(name="id" type="string" string="%uuid%")
        input(type="imfile" file="{{log}}" tag="app:" ruleset="out")
        ruleset(name="out") {
          action(type="omelasticsearch" server="127.0.0.1" serverport="{{port}}" uid="{{RunningApi.NameOf(Role.Shipper)}}" pwd="{{RunningApi.SecretOf(Role.Shipper)}}"
                 template="ecs" searchIndex="stream" dynSearchIndex="on" searchType="" bulkmode="on" writeoperation="create" bulkid="id" dynbulkid="on"
                 action.resumeRetryCount="-1" action.resumeInterval="1" queue.type="LinkedList" queue.dequeueBatchSize="50")
        }
        """;

    private static Process Start(string folder, string configuration) => Process.Start(new ProcessStartInfo("rsyslogd")
    {
        ArgumentList = { "-n", "-f", configuration, "-i", Path.Combine(folder, "pid") },
        RedirectStandardError = true,
        RedirectStandardOutput = true,
    })!;

    private static async Task WaitAsync(Func<bool> condition)
    {
        var began = Stopwatch.GetTimestamp();
        while (!condition() && Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(20))
        {
            await Task.Delay(50);
        }
    }
}
