using System.Text;
using System.Text.Json;
using SecStream.Connectors.Segments;
using SecStream.Core.Queries;
using SecStream.Host.Derivation;
using SecStream.Host.Documents;
using SecStream.Host.Replay;
using SecStream.Host.Tests.Harness;
using Xunit;

namespace SecStream.Host.Tests.Segments;

/// <summary>The production pipeline into segments: what it marks is what the documents hold.</summary>
public sealed class SegmentRunTests
{
    /// <summary>ECS input goes out as it came in, whatever the pipeline makes of it.</summary>
    private const string HostileEcs = """
        {"@timestamp":"2026-03-02T10:00:00Z","event":{"id":"e1","action":"login_failed"},"source.ip":"203.0.113.7","user":{"name":["alice","bob"]},"host.name":"web"}
        {"@timestamp":"2026-03-02T10:00:01Z","event":{"id":"e2","action":"Login Failed"},"source":{"ip":"203.000.113.8","address":"::ffff:203.0.113.9"},"user.name":"CORP\\alice"}
        {"@timestamp":"2026-03-02T10:00:02Z","event":{"id":"e3","action":"LOGIN_FAILED","severity":99},"source":{"ip":"2001:DB8:0:0::1"},"user":{"name":"\u00e9ve \"x\""}}
        {"@timestamp":"2026-03-02T10:00:03Z","event":{"id":"e4"},"source":{"ip":"not an address"},"user":{"name":17},"host":{"name":true},"service":{"name":1.50}}
        {"@timestamp":"2026-03-02T10:00:04Z","event":{"id":"e5","action":null},"session":{"id":""},"user":{"name":"x\ud800y"},"host":{"name":"caf\u00e9"}}
        {"@timestamp":"2026-03-02T10:00:05Z","event":{"id":"e6"},"log.level":"critical","source":{"address":"host.example.org"},"service.name":"a\tb"}
        {"@timestamp":"2026-03-02T10:00:06Z","event":{"id":"e7"},"source":{"ip":["203.0.113.7"],"address":"x.example.org"}}
        {"@timestamp":"2026-03-02T10:00:07Z","event":{"id":"e8"},"source":{"ip":"2001:db8::1","address":"2001:DB8::1"}}
        {"@timestamp":"2026-03-02T10:00:08Z","event":{"id":"e9"},"source":{"ip":"garbage","address":"2001:DB8::2"},"client":{"ip":"203.0.113.99"}}

        """;

    [Fact]
    public async Task Run_EveryValueOfEveryEvent_IsFoundThroughTheIndex()
    {
        using var folder = new TemporaryFolder();
        string[] paths = [folder.Write("auth.log", SampleLogs.Auth()), folder.Write("ecs.ndjson", HostileEcs), folder.Write("skewed.log", SampleLogs.Skewed())];
        var segments = new SegmentOptions { SegmentBytes = 64 << 10, BlockBytes = 1 << 10 };
        await using var sink = new SegmentEventSink(folder.Path, segments, TimeProvider.System, Assert.Fail, CancellationToken.None);
        await RunAsync(paths, sink);
        var store = sink.OpenStore();
        var all = await store.FindAsync(new EventQuery { Limit = 10_000 }, CancellationToken.None);
        Assert.Equal(SampleLogs.Auth().Count(c => c == '\n') + 9 + 6, all.Items.Count);
        var asked = 0;
        foreach (var item in all.Items)
        {
            using var document = JsonDocument.Parse(item);
            var id = DocumentFields.Text(document.RootElement, "event.id")!;
            await AssertFoundAsync(store, new EventQuery { Ids = [id] }, item);
            foreach (var field in EventQuery.IndexedFields)
            {
                foreach (var value in DocumentFields.Texts(document.RootElement, field).Where(value => !value.Contains("\\ud8", StringComparison.Ordinal)))
                {
                    await AssertFoundAsync(store, new EventQuery { Where = [(field, value)], Limit = 10_000 }, item);
                    asked++;
                }
            }
        }

        Assert.True(asked > 100);
        Assert.True(File.Exists(folder.File("events/1095d/0000000000000000.ndjson")), "log.level critical");
        Assert.True(File.Exists(folder.File("events/90d/0000000000000000.ndjson")), "login_failed");
    }

    [Fact]
    public async Task Explain_FolderWithSegments_Agrees()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("auth.log", SampleLogs.Auth());
        var replay = await HostProcess.RunAsync(folder.Path, "replay", path, "--out", "data", "--year", "2026", "--timezone", "UTC");
        Assert.True(replay.ExitCode == 0, replay.Errors);
        File.Delete(folder.File("data/events.ndjson"));
        await using (var sink = new SegmentEventSink(folder.File("data"), new SegmentOptions(), TimeProvider.System, Assert.Fail, CancellationToken.None))
        {
            await RunAsync([path], sink);
        }

        using var alert = JsonDocument.Parse(File.ReadLines(folder.File("data/alerts.ndjson")).First());
        var id = DocumentFields.Text(alert.RootElement, "event.id")!;
        var result = await HostProcess.RunAsync(folder.Path, "explain", id, "--json");
        Assert.True(result.ExitCode == 0, result.Output + result.Errors);

        var events = await HostProcess.RunAsync(folder.Path, "events", "--where", "source.ip=192.0.2.44", "--json");
        Assert.Equal(0, events.ExitCode);
        Assert.NotEmpty(events.Output);
        Assert.All(events.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Contains("192.0.2.44", line, StringComparison.Ordinal));

        var table = await HostProcess.RunAsync(folder.Path, "events", "--limit", "3");
        Assert.Contains("there are more", table.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', table.Output);
        var retention = await HostProcess.RunAsync(folder.Path, "retention", "--dry-run", "--json");
        using var plan = JsonDocument.Parse(retention.Output);
        Assert.Equal(SampleLogs.Auth().Count(c => c == '\n'), plan.RootElement.GetProperty("classes").EnumerateArray().Sum(c => c.GetProperty("events").GetInt32()));
    }

    [Fact]
    public async Task DlqRetry_NoServiceRuns_SaysSoAndFails()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("data/dead-letters"));
        var result = await HostProcess.RunAsync(folder.Path, "dlq", "retry");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("./run serve", result.Errors, StringComparison.Ordinal);
    }

    private static async Task RunAsync(string[] paths, SegmentEventSink sink)
    {
        var options = new PipelineOptions { Year = 2026, Zone = TimeZoneInfo.Utc, GeoIp = [] };
        var knowledge = Knowledge.Load(options);
        using var topology = new Topology(
            options, knowledge, ReplaySources.Open(paths, options, TimeProvider.System), sink, new CollectingSink(), TimeProvider.System, SecStream.Stages.Ingest.EventMarking.Indexed);
        await topology.Engine.RunAsync(
            async (pump, cancellation) =>
            {
                while (!pump.AllEnded)
                {
                    await pump.PumpAsync(cancellation);
                }
            },
            CancellationToken.None);
    }

    private static async Task AssertFoundAsync(SegmentEventStore store, EventQuery query, ReadOnlyMemory<byte> document)
    {
        var page = await store.FindAsync(query, CancellationToken.None);
        Assert.True(
            page.Items.Any(item => item.Span.SequenceEqual(document.Span)),
            $"{string.Join(", ", query.Where)} {string.Join(", ", query.Ids)} does not find {Encoding.UTF8.GetString(document.Span)}");
    }
}
