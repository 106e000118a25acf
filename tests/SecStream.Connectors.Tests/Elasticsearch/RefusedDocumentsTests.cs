using System.Text;
using SecStream.Connectors.Elasticsearch.Events;
using SecStream.Connectors.Segments;
using SecStream.Connectors.Tests.Segments;
using SecStream.TestParts.Elasticsearch;

namespace SecStream.Connectors.Tests.Elasticsearch;

public sealed class RefusedDocumentsTests
{
    [Fact]
    public async Task Refused_AreReadBesideTheOtherDeadLettersAndSurviveACrash()
    {
        await using var segments = new SegmentHarness();
        var original = Convert.ToBase64String("x"u8);
        segments.Sink.Write(SegmentHarness.Output(
            [], $"{{\"@timestamp\":\"2026-03-02T10:00:00.000000Z\",\"source\":\"a.log\",\"position\":0,\"length\":1,\"error\":{{\"type\":\"not_utf8\"}},\"text\":\"x\",\"bytes\":\"{original}\"}}"));
        await using var harness = await EventSinkHarness.StartAsync();
        await harness.Sink.DisposeAsync();
        using var client = new SecStream.Connectors.Elasticsearch.Client.ElasticsearchClient(harness.Options, TimeProvider.System);
        harness.Server.ItemFault = (_, id) => new StrictItemError(400, "document_parsing_exception", "never");
        for (var turn = 0; turn < 2; turn++)
        {
            using var refused = new RefusedDocuments(segments.Folder, segments.Options, TimeProvider.System, Assert.Fail, CancellationToken.None);
            await using var sink = new ElasticsearchEventSink(
                client, harness.Options, harness.Folder, "acme", refused, TimeProvider.System, _ => { }, EventSinkHarness.Quick, CancellationToken.None);
            sink.Write(EventSinkHarness.Output([(turn, EventSinkHarness.Now)]));
            await sink.FlushedAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));
        }

        var store = new DeadLetterStore(segments.Folder, segments.Options, Assert.Fail);
        var letters = new List<StoredDeadLetter>();
        await foreach (var letter in store.ReadAsync(new DeadLetterQuery(), newestFirst: false, CancellationToken.None))
        {
            letters.Add(letter);
        }

        Assert.Equal(["a.log", "elasticsearch", "elasticsearch"], letters.Select(letter => letter.Source).Order());
        Assert.All(letters.Where(letter => letter.Source == "elasticsearch"), letter => Assert.StartsWith("{\"@timestamp\"", Encoding.UTF8.GetString(letter.Bytes.Span), StringComparison.Ordinal));
    }
}
