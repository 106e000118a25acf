using System.Net;
using System.Net.Sockets;
using System.Text;
using SecStream.Host;
using SecStream.Host.Telemetry;
using SecStream.Integration.Tests.Http.Harness;

namespace SecStream.Integration.Tests.Http;

/// <summary>Metrics to a collector.</summary>
public sealed class OtlpExportTests
{
    [Fact]
    public async Task Export_Stopped_HasSentTheFigures()
    {
        using var collector = new TcpListener(IPAddress.Loopback, 0);
        collector.Start();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var received = ReceiveAsync(collector, limit.Token);
        using var meter = new ServiceMeter(new FixedService(), TimeProvider.System);
        var export = OtlpExport.Start($"http://127.0.0.1:{((IPEndPoint)collector.LocalEndpoint).Port}/v1/metrics", grpc: false, TimeSpan.FromMinutes(1), "a=b");
        await Task.Run(export.Dispose, limit.Token);
        var request = await received;
        Assert.StartsWith("POST /v1/metrics HTTP/1.1\r\n", request, StringComparison.Ordinal);
        Assert.Contains("a: b\r\n", request, StringComparison.Ordinal);
        Assert.Contains("secstream.rules.active", request, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost:4318", 10)]
    [InlineData("http://localhost:4318/v1/metrics", 0)]
    public void Start_BadOptions_AreNamed(string endpoint, int seconds) =>
        Assert.Contains("telemetry.", Assert.Throws<ConfigurationException>(() => OtlpExport.Start(endpoint, false, TimeSpan.FromSeconds(seconds), null)).Message, StringComparison.Ordinal);

    /// <summary>One request, whatever its framing: everything until nothing comes for a moment.</summary>
    private static async Task<string> ReceiveAsync(TcpListener collector, CancellationToken cancellation)
    {
        using var client = await collector.AcceptTcpClientAsync(cancellation);
        var stream = client.GetStream();
        var text = new StringBuilder();
        var buffer = new byte[64 * 1024];
        while (!text.ToString().Contains("secstream.rules.active", StringComparison.Ordinal))
        {
            var count = await stream.ReadAsync(buffer, cancellation);
            text.Append(Encoding.Latin1.GetString(buffer, 0, count));
            if (count == 0)
            {
                break;
            }
        }

        await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), cancellation);
        return text.ToString();
    }
}
