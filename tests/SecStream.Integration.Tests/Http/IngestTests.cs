using System.Net.Sockets;
using System.Text;
using SecStream.Host.Api;
using SecStream.Integration.Tests.Http.Harness;

namespace SecStream.Integration.Tests.Http;

/// <summary><c>POST /ingest</c> as people call it.</summary>
public sealed class IngestTests
{
    [Theory]
    [InlineData("application/x-ndjson", "{\"a\":1}\r\n\nnot json\n{\"b\":2}", new[] { "{\"a\":1}", "not json", "{\"b\":2}" })]
    [InlineData("application/json", "[{\"a\":\n1}, {\"b\":\"]}\"}]", new[] { "{\"a\": 1}", "{\"b\":\"]}\"}" })]
    [InlineData("application/json", "{\n  \"a\": 1\n}\n", new[] { "{   \"a\": 1 }" })]
    [InlineData("application/json", "{\"a\":1}\n{broken\n{\"b\":2}\n", new[] { "{\"a\":1}", "{broken", "{\"b\":2}" })]
    [InlineData("text/plain", "Mar  2 10:00:00 web sshd[1]: x\n[Mar] y\n", new[] { "Mar  2 10:00:00 web sshd[1]: x", "[Mar] y" })]
    [InlineData("application/x-www-form-urlencoded", "Mar  2 10:00:00 web sshd[1]: x\n", new[] { "Mar  2 10:00:00 web sshd[1]: x" })]
    public async Task Ingest_ByCurl_IsInTheJournalBeforeTheAnswer(string type, string body, string[] records)
    {
        await using var api = await RunningApi.StartAsync();
        var (code, output, _) = await Tool.RunAsync("curl", body, "-sS", "--fail-with-body", "-H", "Content-Type: " + type, "--data-binary", "@-", api.Url + "/ingest");
        Assert.Equal(records, api.Journal.Records);
        Assert.Equal([records.Length], api.Journal.Appends);
        Assert.Equal($"{{\"accepted\":{records.Length}}}", output);
        Assert.Equal(0, code);
    }

    [Theory]
    [InlineData("[{\"a\":1},{\"b\":}]", 400, "element 1")]
    [InlineData("[{\"a\":1},7]", 400, "element 1")]
    [InlineData("[{\"a\":1}", 400, "element 0")]
    [InlineData("[{\"a\":1},]", 400, "element 1")]
    [InlineData("[{\"a\":1}] x", 400, "follows the array")]
    [InlineData("{\"a\":\n{\"b\":1}", 400, "begins in line 1")]
    [InlineData("", 400, "no records")]
    [InlineData("[]", 400, "no records")]
    public async Task Ingest_Malformed_IsRefusedAsAWholeAndSaysWhere(string body, int status, string where)
    {
        await using var api = await RunningApi.StartAsync();
        var answer = await api.SendAsync("POST", "/ingest", body, "Content-Type: application/json");
        Assert.Equal(status, answer.Status);
        Assert.Contains(where, answer.Json.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Empty(api.Journal.Records);
    }

    [Fact]
    public async Task Ingest_BeyondItsBounds_IsRefusedWith413()
    {
        await using var api = await RunningApi.StartAsync(new() { Ingest = new() { MaxBodyBytes = 10_000, MaxRecordBytes = 100, MaxRecordCount = 5 } });
        var record = await api.SendAsync("POST", "/ingest", "{\"a\":1}\n" + new string('x', 101) + "\n", "Content-Type: application/x-ndjson");
        Assert.Equal(413, record.Status);
        Assert.Contains("line 2", record.Body, StringComparison.Ordinal);
        Assert.Equal(413, (await api.SendAsync("POST", "/ingest", "[{\"a\":\"" + new string('x', 101) + "\"}]")).Status);
        Assert.Equal(413, (await api.SendAsync("POST", "/ingest", string.Concat(Enumerable.Repeat("{}\n", 6)))).Status);
        Assert.Equal(413, (await api.SendAsync("POST", "/ingest", string.Concat(Enumerable.Repeat("{}      \n", 2000)))).Status);
        Assert.Empty(api.Journal.Records);
    }

    [Fact]
    public async Task Ingest_BombOrDamagedCompression_IsRefused()
    {
        await using var api = await RunningApi.StartAsync(new() { Ingest = new() { MaxBodyBytes = 1_000_000 } });
        var bomb = await Tool.RunAsync(
            "bash", "", "-c", $"head -c 50000000 /dev/zero | gzip | curl -sS -w %{{http_code}} -o /dev/null -H 'Content-Encoding: gzip' --data-binary @- {api.Url}/ingest");
        Assert.Equal("413", bomb.Output);
        Assert.Equal(400, (await api.SendAsync("POST", "/ingest", "no gzip at all", "Content-Encoding: gzip")).Status);
        Assert.Equal(415, (await api.SendAsync("POST", "/ingest", "x", "Content-Encoding: zstd")).Status);
        Assert.Empty(api.Journal.Records);
    }

    [Fact]
    public async Task Ingest_JournalFullOrBroken_IsAskedToComeAgainWith503()
    {
        await using var api = await RunningApi.StartAsync(new() { Ingest = new() { FullWait = TimeSpan.FromMilliseconds(100) } });
        api.Journal.Fill();
        var full = await api.SendAsync("POST", "/ingest", "{}");
        Assert.Equal(503, full.Status);
        Assert.Equal("5", full.Headers["Retry-After"]);
        api.Journal.Drain();
        api.Journal.Fault = new IOException("No space left on device");
        var broken = await api.SendAsync("POST", "/ingest", "{}");
        Assert.Equal(503, broken.Status);
        Assert.Contains("No space left", broken.Body, StringComparison.Ordinal);
        Assert.Equal(503, (await api.SendAsync("POST", "/_bulk", "{\"create\":{\"_index\":\"x\"}}\n{}\n")).Status);
        Assert.Empty(api.Journal.Records);
    }

    [Fact]
    public async Task Ingest_SlowBody_IsCutOff()
    {
        await using var api = await RunningApi.StartAsync(new() { Ingest = new() { BodyTimeout = TimeSpan.FromMilliseconds(300) } });
        var answer = await RawAsync(api, "POST /ingest HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{\"a\":", Timeout.InfiniteTimeSpan);
        Assert.StartsWith("HTTP/1.1 408", answer, StringComparison.Ordinal);
        Assert.Empty(api.Journal.Records);
    }

    [Fact]
    public async Task Connection_SlowHeaders_IsCutOff()
    {
        await using var api = await RunningApi.StartAsync(new() { HeadersTimeout = TimeSpan.FromSeconds(1) });
        var answer = await RawAsync(api, "GET / HTTP/1.1\r\nHost: loc", Timeout.InfiniteTimeSpan);
        Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 408", StringComparison.Ordinal), answer);
    }

    [Fact]
    public async Task Connection_GoneWithinTheBody_LeavesNothing()
    {
        await using var api = await RunningApi.StartAsync();
        await RawAsync(api, "POST /ingest HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\none\ntwo\n", TimeSpan.Zero);
        Assert.Equal(200, (await api.SendAsync("POST", "/ingest", "{}")).Status);
        Assert.Equal(["{}"], api.Journal.Records);
    }

    [Fact]
    public async Task Stop_RequestUnderWay_IsAnswered()
    {
        await using var api = await RunningApi.StartAsync();
        api.Journal.Fill();
        var pending = api.SendAsync("POST", "/ingest", "{}");
        await WaitUntilAsync(() => api.Journal.IsFull);
        await Task.Delay(100);
        var stopping = api.Server.StopAsync(CancellationToken.None);
        api.Journal.Drain();
        Assert.Equal(200, (await pending).Status);
        await stopping;
        Assert.Equal(["{}"], api.Journal.Records);
        await Assert.ThrowsAsync<HttpRequestException>(() => api.SendAsync("POST", "/ingest", "{}"));
    }

    [Fact]
    public async Task Start_PortTaken_SaysWhatToDo()
    {
        await using var api = await RunningApi.StartAsync();
        using var meter = new Host.Telemetry.ServiceMeter(api.Service, TimeProvider.System);
        var fault = await Assert.ThrowsAsync<Host.ConfigurationException>(() => ApiServer.StartAsync(
            new() { Port = new Uri(api.Url).Port }, new() { Journal = api.Journal, Health = api.Service, Meter = meter }, CancellationToken.None));
        Assert.Contains("another port", fault.Message, StringComparison.Ordinal);
    }

    private static async Task WaitUntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 100 && !condition(); i++)
        {
            await Task.Delay(20);
        }
    }

    /// <summary>Sends bytes and reads until the server closes; with a limit, closes by itself after it.</summary>
    private static async Task<string> RawAsync(RunningApi api, string text, TimeSpan limit)
    {
        var url = new Uri(api.Url);
        using var client = new TcpClient();
        await client.ConnectAsync(url.Host, url.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(text));
        if (limit == TimeSpan.Zero)
        {
            return "";
        }

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var answer = new MemoryStream();
        await stream.CopyToAsync(answer, patience.Token);
        return Encoding.ASCII.GetString(answer.ToArray());
    }
}
