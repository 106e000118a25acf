using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using SecStream.Core.Pipeline;
using SecStream.Host.DeadLetters;
using SecStream.Host.Tests.Harness;
using Xunit;

namespace SecStream.Host.Tests.DeadLetters;

public sealed class ServiceEndpointTests
{
    [Fact]
    public void Read_NoService_IsNull()
    {
        using var folder = new TemporaryFolder();
        Assert.Null(ServiceEndpoint.Read(folder.Path));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{\"url\":null}")]
    [InlineData("{\"url\":\"no address\"}")]
    [InlineData("{}")]
    public void Read_DamagedFile_NamesIt(string text)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("state/endpoint.json", text);
        var fault = Assert.Throws<ConfigurationException>(() => ServiceEndpoint.Read(folder.Path));
        Assert.Contains(path, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SendAsync_AnyBytes_ArriveAsTheyAre()
    {
        using var folder = new TemporaryFolder();
        var (listener, url) = Listen();
        using var _ = listener;
        folder.Write("state/endpoint.json", $"{{\"url\":\"{url}\"}}");
        using var endpoint = ServiceEndpoint.Read(folder.Path)!;
        byte[] hostile = [0, 10, 13, 34, 92, 255];
        var entries = new JournalEntries();
        entries.Add(hostile);
        entries.Add([]);
        var answering = AnswerAsync(listener, 200);
        await endpoint.SendAsync(entries, CancellationToken.None);
        var (path, body) = await answering;
        Assert.Equal("/api/v1/dlq/retry", path);
        var lines = body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("bytes").GetBytesFromBase64()).ToList();
        Assert.Equal([hostile, []], lines);
    }

    [Fact]
    public async Task SendAsync_RefusedOrGone_SaysSo()
    {
        using var folder = new TemporaryFolder();
        var (listener, url) = Listen();
        folder.Write("state/endpoint.json", $"{{\"url\":\"{url}\"}}");
        using var endpoint = ServiceEndpoint.Read(folder.Path)!;
        var entries = new JournalEntries();
        entries.Add([1]);
        var answering = AnswerAsync(listener, 503);
        var refused = await Assert.ThrowsAsync<IOException>(async () => await endpoint.SendAsync(entries, CancellationToken.None));
        Assert.Contains("503", refused.Message, StringComparison.Ordinal);
        await answering;
        listener.Close();
        var gone = await Assert.ThrowsAsync<IOException>(async () => await endpoint.SendAsync(entries, CancellationToken.None));
        Assert.Contains("./run serve", gone.Message, StringComparison.Ordinal);
    }

    private static (HttpListener Listener, string Url) Listen()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
        probe.Stop();
        var listener = new HttpListener { Prefixes = { url + "/" } };
        listener.Start();
        return (listener, url);
    }

    private static async Task<(string Path, string Body)> AnswerAsync(HttpListener listener, int status)
    {
        var context = await listener.GetContextAsync();
        using var reader = new StreamReader(context.Request.InputStream);
        var body = await reader.ReadToEndAsync();
        context.Response.StatusCode = status;
        context.Response.Close();
        return (context.Request.Url!.AbsolutePath, body);
    }
}
