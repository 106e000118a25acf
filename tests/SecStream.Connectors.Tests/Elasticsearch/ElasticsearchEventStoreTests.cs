using System.Text;
using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Connectors.Elasticsearch.Queries;
using SecStream.Connectors.Tests.Segments;
using SecStream.Core.Events;
using SecStream.Core.Pipeline;
using SecStream.Core.Queries;

namespace SecStream.Connectors.Tests.Elasticsearch;

public sealed class ElasticsearchEventStoreTests
{
    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    public async Task FindAsync_AnyQuery_AnswersAsTheSegmentsDo(int seed)
    {
        await using var segments = new SegmentHarness();
        await using var harness = await EventSinkHarness.StartAsync();
        var events = SegmentHarness.Generate(seed, 1500);
        foreach (var some in events.Chunk(100))
        {
            segments.Sink.Write(SegmentHarness.Output(some));
            harness.Sink.Write(SegmentHarness.Output(some));
            if (some[0] == events[700])
            {
                await harness.FlushedAsync();
                harness.Server.RollOver(harness.Server.Streams.Keys.First());
            }
        }

        await harness.FlushedAsync();
        using var client = new ElasticsearchClient(harness.Options, TimeProvider.System);
        IEventStore embedded = segments.Sink.OpenStore();
        IEventStore cluster = new ElasticsearchEventStore(client);
        var random = new Random(seed);
        for (var i = 0; i < 25; i++)
        {
            var query = SegmentEventStoreTests.RandomQuery(random, events);
            var expected = await SegmentHarness.AllAsync(embedded, query);
            var found = await SegmentHarness.AllAsync(cluster, query);
            Assert.Equal(expected.Order(), found.Order());
            Assert.Equal(expected.Select(json => json[15..42]), found.Select(json => json[15..42]));
        }
    }

    public static TheoryData<string, string> OddValues() => new()
    {
        { "source.ip", "2001:db8::1" },
        { "source.ip", "2001:0db8:0:0:0:0:0:1" },
        { "source.ip", "not an address" },
        { "source.ip", "203.0.113.007" },
        { "user.name", new string('n', 3000) },
        { "user.name", "a \"quoted\" \\ name*?" },
        { "user.name", "" },
        { "event.severity", "7" },
        { "event.severity", "7.0" },
        { "event.severity", "high" },
        { "note", "not mapped in 7.10" },
        { "message", "six failed logins" },
        { "user", "a user where others have an object" },
    };

    /// <summary>Elasticsearch compares addresses and numbers by meaning, cuts long values and leaves malformed ones out; the answers stay exact.</summary>
    [Theory]
    [MemberData(nameof(OddValues))]
    public async Task FindAsync_OddValue_AnswersAsTheSegmentsDo(string field, string value)
    {
        await using var segments = new SegmentHarness();
        await using var harness = await EventSinkHarness.StartAsync();
        var output = new IngestOutput(1);
        var number = 0;
        foreach (object[] pair in OddValues())
        {
            var json = $"{{\"@timestamp\":\"{TestEvent.Iso(SegmentHarness.Start + number)}\",\"event\":{{\"id\":\"e{number}\"}},\"{pair[0]}\":{System.Text.Json.JsonSerializer.Serialize((string)pair[1])}}}";
            EventSinkHarness.Add(output, Encoding.ASCII.GetBytes($"e{number}"), [], json, SegmentHarness.Start + number, 30);
            number++;
        }

        // Marks without hashes would hide them from the segments' index: it is read anew from the documents.
        segments.Sink.Write(output);
        await segments.RestartAsync(null);
        harness.Sink.Write(output);
        await harness.FlushedAsync();
        using var client = new ElasticsearchClient(harness.Options, TimeProvider.System);
        var query = new EventQuery { Where = [(field, value)] };
        var expected = await SegmentHarness.AllAsync(segments.OtherStore(), query);
        Assert.Single(expected);
        Assert.Equal(expected, await SegmentHarness.AllAsync(new ElasticsearchEventStore(client), query));
    }

    [Fact]
    public async Task FindAsync_ClusterAwayOrPartial_SaysSo()
    {
        await using var harness = await EventSinkHarness.StartAsync();
        using var client = new ElasticsearchClient(harness.Options, TimeProvider.System);
        var store = new ElasticsearchEventStore(client);
        Assert.Empty((await store.FindAsync(new EventQuery(), default)).Items);
        await Assert.ThrowsAsync<ArgumentException>(() => store.FindAsync(new EventQuery { Limit = 0 }, default));
        await Assert.ThrowsAsync<ArgumentException>(() => store.FindAsync(new EventQuery { After = "soon" }, default));
        harness.Server.Intercept = _ => TestParts.Elasticsearch.StrictReply.Json(
            200, """{"timed_out":false,"_shards":{"total":3,"successful":2,"failed":1},"hits":{"total":{"value":0,"relation":"eq"},"hits":[]}}""");
        Assert.Contains("1 of 3 shards", (await Assert.ThrowsAsync<ElasticsearchException>(() => store.FindAsync(new EventQuery(), default))).Message, StringComparison.Ordinal);
        harness.Server.IsAway = true;
        var fault = await Assert.ThrowsAsync<ElasticsearchException>(() => store.FindAsync(new EventQuery(), default));
        Assert.Equal(ElasticsearchFaultKind.Unreachable, fault.Fault.Kind);
    }
}
