using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using SecStream.Integration.Tests.Http.Harness;

namespace SecStream.Integration.Tests.Http;

/// <summary>The conversations that shippers hold with Elasticsearch, request by request, as their sources have them.</summary>
public sealed class ElasticsearchShippersTests
{
    private const string BeatEvent =
        """{"@timestamp":"2026-03-02T10:00:00.000Z","agent":{"id":"a","type":"filebeat"},"log":{"offset":0,"file":{"path":"/var/log/auth.log"}},"message":"x"}""";

    /// <summary>libbeat 8: eslegclient/connection.go, licenser, idxmgmt/lifecycle, template loader, then outputs/elasticsearch with filter_path.</summary>
    [Fact]
    public async Task Filebeat_SetUpAndBulk_IsTaken()
    {
        await using var api = await RunningApi.StartAsync();
        string[] beat = ["Accept: application/json", "User-Agent: Elastic-filebeat/8.17.0 (linux; amd64)", "X-Elastic-Product-Origin: beats"];

        var banner = await api.SendAsync("GET", "/", null, beat);
        Assert.Equal("8.17.0", banner.Json.GetProperty("version").GetProperty("number").GetString());
        Assert.Equal("default", banner.Json.GetProperty("version").GetProperty("build_flavor").GetString());
        Assert.Equal("Elasticsearch", banner.Headers["X-Elastic-Product"]);
        var license = await api.SendAsync("GET", "/_license?human=false", null, beat);
        Assert.Equal("active", license.Json.GetProperty("license").GetProperty("status").GetString());

        Assert.Equal(404, (await api.SendAsync("GET", "/_ilm/policy/filebeat", null, beat)).Status);
        Assert.Equal(200, (await api.SendAsync("PUT", "/_ilm/policy/filebeat", """{"policy":{"phases":{"hot":{"actions":{}}}}}""", beat)).Status);
        Assert.Equal(200, (await api.SendAsync("GET", "/_ilm/policy/filebeat", null, beat)).Status);
        Assert.Equal(404, (await api.SendAsync("HEAD", "/_index_template/filebeat-8.17.0", null, beat)).Status);
        Assert.True((await api.SendAsync("PUT", "/_index_template/filebeat-8.17.0", """{"index_patterns":["filebeat-8.17.0"],"data_stream":{}}""", beat)).Json
            .GetProperty("acknowledged").GetBoolean());
        var template = await api.SendAsync("GET", "/_index_template/filebeat-8.17.0", null, beat);
        Assert.Equal("filebeat-8.17.0", template.Json.GetProperty("index_templates")[0].GetProperty("name").GetString());
        Assert.Equal(404, (await api.SendAsync("HEAD", "/_data_stream/filebeat-8.17.0", null, beat)).Status);
        Assert.Equal(200, (await api.SendAsync("PUT", "/_data_stream/filebeat-8.17.0", null, beat)).Status);

        var bulk = await PostGzipAsync(
            api, "/_bulk?filter_path=errors%2Citems.%2A.error%2Citems.%2A.status", "application/vnd.elasticsearch+json; compatible-with=8",
            $"{{\"create\":{{\"_index\":\"filebeat-8.17.0\"}}}}\n{BeatEvent}\n{{\"create\":{{\"_index\":\"filebeat-8.17.0\"}}}}\n\"no object\"\n");
        Assert.Equal("""{"errors":true,"items":[{"create":{"status":201}},{"create":{"status":400,"error":{"type":"mapper_parsing_exception","reason":"[1:1] failed to parse: a JSON object is expected, not a string"}}}]}""", bulk);
        Assert.Equal([BeatEvent], api.Journal.Records);
    }

    /// <summary>logstash-output-elasticsearch: HEAD /, GET /, GET /_license, template with HEAD before PUT, sniffing, then _bulk as application/json.</summary>
    [Fact]
    public async Task Logstash_HealthLicenseTemplateSniffBulk_IsTaken()
    {
        await using var api = await RunningApi.StartAsync();
        string[] logstash = ["User-Agent: Logstash/8.17.0", "X-Elastic-Product-Origin: logstash-output-elasticsearch"];

        Assert.Equal(200, (await api.SendAsync("HEAD", "/", null, logstash)).Status);
        var banner = await api.SendAsync("GET", "/", null, logstash);
        Assert.Equal("You Know, for Search", banner.Json.GetProperty("tagline").GetString());
        Assert.Equal("Elasticsearch", banner.Headers["X-Elastic-Product"]);
        Assert.Equal("active", (await api.SendAsync("GET", "/_license", null, logstash)).Json.GetProperty("license").GetProperty("status").GetString());
        Assert.Equal(404, (await api.SendAsync("HEAD", "/_index_template/ecs-logstash", null, logstash)).Status);
        Assert.Equal(200, (await api.SendAsync("PUT", "/_index_template/ecs-logstash", """{"index_patterns":["ecs-logstash-*"]}""", logstash)).Status);
        Assert.Equal(200, (await api.SendAsync("HEAD", "/_index_template/ecs-logstash", null, logstash)).Status);

        var nodes = (await api.SendAsync("GET", "/_nodes/http", null, logstash)).Json.GetProperty("nodes").EnumerateObject().Single().Value;
        Assert.Equal(new Uri(api.Url).Authority, nodes.GetProperty("http").GetProperty("publish_address").GetString());
        Assert.NotEqual("[\"master\"]", nodes.GetProperty("roles").GetRawText());

        var bulk = await PostGzipAsync(
            api, "/_bulk?filter_path=errors,items.*.error,items.*.status", "application/json",
            "{\"create\":{\"_id\":null,\"_index\":\"logs-generic-default\",\"routing\":null}}\n{\"@timestamp\":\"2026-03-02T10:00:00Z\",\"message\":\"x\"}\n");
        Assert.Equal("""{"errors":false,"items":[{"create":{"status":201}}]}""", bulk);
        Assert.Equal(
            ["""{"data_stream.type":"logs","data_stream.dataset":"generic","data_stream.namespace":"default","@timestamp":"2026-03-02T10:00:00Z","message":"x"}"""],
            api.Journal.Records);
    }

    /// <summary>vector: sinks/elasticsearch/common.rs (health check, version), then _bulk?timeout=60s as application/x-ndjson; it reads the whole answer.</summary>
    [Fact]
    public async Task Vector_HealthVersionBulk_IsTaken()
    {
        await using var api = await RunningApi.StartAsync();
        Assert.Equal("green", (await api.SendAsync("GET", "/_cluster/health")).Json.GetProperty("status").GetString());
        Assert.StartsWith("8.", (await api.SendAsync("GET", "/")).Json.GetProperty("version").GetProperty("number").GetString(), StringComparison.Ordinal);
        var bulk = await api.SendAsync(
            "POST", "/_bulk?timeout=60s", "{\"index\":{\"_index\":\"vector-2026.03.02\",\"_id\":\"v-1\"}}\n{\"message\":\"x\"}\n", "Content-Type: application/x-ndjson");
        var item = bulk.Json.GetProperty("items")[0].GetProperty("index");
        Assert.False(bulk.Json.GetProperty("errors").GetBoolean());
        Assert.Equal("v-1", item.GetProperty("_id").GetString());
        Assert.Equal("created", item.GetProperty("result").GetString());
        Assert.Equal(["""{"event.id":"vector-2026.03.02/v-1","message":"x"}"""], api.Journal.Records);
    }

    /// <summary>fluent-bit: plugins/out_es writes _bulk alone, by default with a _type; it looks for "errors":true at the beginning of the answer.</summary>
    [Fact]
    public async Task FluentBit_Bulk_IsTaken()
    {
        await using var api = await RunningApi.StartAsync();
        var bulk = await api.SendAsync(
            "POST", "/_bulk", "{\"create\":{\"_index\":\"fluent-bit\",\"_type\":\"_doc\"}}\n{\"@timestamp\":\"2026-03-02T10:00:00.000Z\",\"log\":\"x\"}\n",
            "Content-Type: application/x-ndjson", "User-Agent: Fluent-Bit");
        Assert.Equal(200, bulk.Status);
        Assert.StartsWith("{\"errors\":false", bulk.Body, StringComparison.Ordinal);
        Assert.Equal(20, bulk.Json.GetProperty("items")[0].GetProperty("create").GetProperty("_id").GetString()!.Length);
        Assert.Single(api.Journal.Records);
    }

    [Fact]
    public async Task Bulk_JournalFull_IsAskedToComeAgainWith429()
    {
        await using var api = await RunningApi.StartAsync(new() { Ingest = new() { FullWait = TimeSpan.FromMilliseconds(100) } });
        api.Journal.Fill();
        var answer = await api.SendAsync("POST", "/logs-x-y/_bulk", "{\"create\":{}}\n{\"a\":1}\n");
        Assert.Equal(429, answer.Status);
        Assert.Equal("es_rejected_execution_exception", answer.Json.GetProperty("error").GetProperty("type").GetString());
        Assert.Equal("5", answer.Headers["Retry-After"]);
        api.Journal.Drain();
        Assert.Equal(200, (await api.SendAsync("POST", "/logs-x-y/_bulk", "{\"create\":{}}\n{\"a\":1}\n")).Status);
        Assert.Single(api.Journal.Records);
    }

    [Theory]
    [InlineData("GET", "/a/b/c", 400)]
    [InlineData("POST", "/_search", 400)]
    [InlineData("GET", "/_bulk", 405)]
    [InlineData("DELETE", "/", 405)]
    [InlineData("GET", "/no-such-index", 404)]
    [InlineData("HEAD", "/no-such-index", 404)]
    public async Task UnknownPath_IsAnsweredAsElasticsearchDoes(string method, string path, int status)
    {
        await using var api = await RunningApi.StartAsync();
        var answer = await api.SendAsync(method, path);
        Assert.Equal(status, answer.Status);
        Assert.Equal("Elasticsearch", answer.Headers["X-Elastic-Product"]);
        Assert.Equal(method == "HEAD", answer.Body.Length == 0);
    }

    private static async Task<string> PostGzipAsync(RunningApi api, string path, string type, string body)
    {
        var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(body));
        }

        using var content = new ByteArrayContent(packed.ToArray());
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        content.Headers.ContentEncoding.Add("gzip");
        using var response = await api.Client.PostAsync(new Uri(path, UriKind.Relative), content);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStringAsync();
    }
}
