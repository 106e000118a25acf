using SecStream.Connectors.Http;
using SecStream.Connectors.Http.Bulk;

namespace SecStream.Connectors.Tests.Http;

public sealed class BulkBodyTests
{
    [Theory]
    [InlineData("""{"a":1}""", "x", """{"event.id":"x/7","a":1}""")]
    [InlineData("{ }", "x", "{\"event.id\":\"x/7\" }")]
    [InlineData("""{"event":{"id":"own"}}""", "x", """{"event":{"id":"own"}}""")]
    [InlineData("""{"event.id":"own"}""", "x", """{"event.id":"own"}""")]
    [InlineData("""{"event":{"id":""}}""", "x", """{"event.id":"x/7","event":{"id":""}}""")]
    [InlineData("""{"event":{"id":null},"user":{"id":"u"}}""", "x", """{"event.id":"x/7","event":{"id":null},"user":{"id":"u"}}""")]
    [InlineData("""{"nested":{"event":{"id":"not this"}}}""", "x", """{"event.id":"x/7","nested":{"event":{"id":"not this"}}}""")]
    [InlineData("""{"a":1}""", "logs-nginx.access-prod",
        """{"event.id":"logs-nginx.access-prod/7","data_stream.type":"logs","data_stream.dataset":"nginx.access","data_stream.namespace":"prod","a":1}""")]
    [InlineData("""{"data_stream":{"dataset":"own"}}""", "logs-a-b", """{"event.id":"logs-a-b/7","data_stream":{"dataset":"own"}}""")]
    [InlineData("""{"a":1}""", "logs-a-b-c", """{"event.id":"logs-a-b-c/7","a":1}""")]
    public async Task Document_IdAndStream_AreSplicedWhereMissing(string document, string index, string expected)
    {
        var (records, body) = await Bodies.BulkAsync($"{{\"create\":{{\"_index\":\"{index}\",\"_id\":7}}}}\r\n{document}\r\n");
        Assert.Equal([expected], records);
        Assert.False(body.HasErrors);
    }

    [Fact]
    public async Task Document_IdWithQuotes_StaysJson()
    {
        var (records, _) = await Bodies.BulkAsync("""{"index":{"_index":"x","_id":"a\"},\"b\\\u0000\n"}}""" + "\n{\"c\":1}\n");
        var root = System.Text.Json.JsonDocument.Parse(Assert.Single(records)).RootElement;
        Assert.Equal("x/a\"},\"b\\\0\n", root.GetProperty("event.id").GetString());
        Assert.DoesNotContain('\n', records[0]);
    }

    [Fact]
    public async Task Items_BadOnes_AreRefusedAloneAndInOrder()
    {
        var (records, body) = await Bodies.BulkAsync(string.Join('\n',
            """{"create":{"_id":"1"}}""", """{"ok":1}""",
            """{"delete":{"_id":"2"}}""",
            """{"update":{"_id":"3"}}""", """{"doc":{}}""",
            """{"index":{"_id":"4"}}""", "[1]",
            """{"index":{"_id":""}}""", "{}",
            """{"index":{"_id":"6"}}""", "{\"a\":",
            """{"index":{"_id":"7"}}""", "{\"a\":\"" + new string('x', 500) + "\"}",
            """{"index":{"_id":"8"}}""", """{"ok":2}""",
            """{"index":{"_id":"9"}}""", "{} {}",
            "", "  ",
            """{"index":{}}""", """{"ok":3}""", ""), "given");
        Assert.Equal(["""{"event.id":"given/1","ok":1}""", """{"event.id":"given/8","ok":2}""", """{"ok":3}"""], records);
        Assert.Equal([false, true, true, true, true, true, true, false, true, false], body.Items.Select(i => i.Reason is not null));
        Assert.Equal(["create", "delete", "update"], body.Items.Take(3).Select(i => i.Action));
        Assert.All(body.Items, i => Assert.Equal("given", i.Index));
        Assert.True(body.HasErrors);
    }

    [Theory]
    [InlineData("", "request body is required")]
    [InlineData("\n\n", "no requests added")]
    [InlineData("{\"create\":{\"_index\":\"x\"}}\n{}", "must be terminated by a newline")]
    [InlineData("{\"create\":{\"_index\":\"x\"}}", "must be terminated by a newline")]
    [InlineData("{\"create\":{}}\n{}\n", "index is missing")]
    [InlineData("{\"upsert\":{\"_index\":\"x\"}}\n{}\n", "Malformed action/metadata line [1]")]
    [InlineData("{\"create\":{\"_index\":\"x\"}}\n{}\nnonsense\n{}\n", "Malformed action/metadata line [3]")]
    [InlineData("{\"create\":{\"_index\":{}}}\n{}\n", "expected a simple value for field [_index]")]
    [InlineData("{\"create\":{\"_index\":\"x\",\"foo\":1}}\n{}\n", "unknown parameter [foo]")]
    [InlineData("{\"create\":7}\n{}\n", "expected START_OBJECT but found [VALUE_NUMBER]")]
    [InlineData("[]\n{}\n", "expected START_OBJECT but found [START_ARRAY]")]
    [InlineData("{}\n{}\n", "expected FIELD_NAME but found [END_OBJECT]")]
    public async Task Body_Malformed_IsRefusedAsAWhole(string body, string reason)
    {
        var fault = await Assert.ThrowsAsync<IngestException>(() => Bodies.BulkAsync(body));
        Assert.Equal(400, fault.Status);
        Assert.Contains(reason, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_TooManyActions_IsRefusedWith413() =>
        Assert.Equal(413, (await Assert.ThrowsAsync<IngestException>(() => Bodies.BulkAsync(string.Concat(Enumerable.Repeat("{\"index\":{\"_index\":\"x\"}}\n{}\n", 41))))).Status);

    [Theory]
    [InlineData("", true, true, true)]
    [InlineData("errors,items.*.error,items.*.status", false, true, false)]
    [InlineData("items", false, true, true)]
    [InlineData("items.create.status", false, true, false)]
    [InlineData("items.index.status", false, false, false)]
    [InlineData("**.status", false, true, false)]
    [InlineData("items.*._i*", false, false, true)]
    [InlineData("-items.*._index", true, true, false)]
    [InlineData("items,-items.**._index", false, true, false)]
    [InlineData("took", true, false, false)]
    public void FilterPath_Wants_WhatItNames(string text, bool took, bool status, bool index)
    {
        var filter = FilterPath.Read(text);
        Assert.Equal((took, status, index), (filter.Wants("took"), filter.Wants("items", "create", "status"), filter.Wants("items", "create", "_index")));
    }
}
