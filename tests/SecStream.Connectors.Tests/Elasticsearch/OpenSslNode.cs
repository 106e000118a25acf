using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using SecStream.TestParts;

namespace SecStream.Connectors.Tests.Elasticsearch;

/// <summary>A TLS server that sends the whole chain it is given, the authority too. It answers with a page of text.</summary>
internal sealed class OpenSslNode(X509Certificate2 leaf, IReadOnlyList<X509Certificate2> chain) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("openssl-").FullName;
    private Process? _process;

    public async Task<Uri> StartAsync()
    {
        var (certificate, key, others) = (Path.Combine(_folder, "leaf.pem"), Path.Combine(_folder, "key.pem"), Path.Combine(_folder, "chain.pem"));
        await File.WriteAllTextAsync(certificate, leaf.ExportCertificatePem());
        await File.WriteAllTextAsync(key, leaf.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem());
        await File.WriteAllTextAsync(others, string.Join('\n', chain.Select(one => one.ExportCertificatePem())));
        var port = FreePort.Next();
        _process = Process.Start(new ProcessStartInfo("openssl", ["s_server", "-accept", $"127.0.0.1:{port}", "-cert", certificate, "-key", key, "-cert_chain", others, "-www", "-quiet"])
        {
            RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true,
        });
        await EventSinkHarness.UntilAsync(() => IsOpen(port), "openssl s_server");
        return new Uri($"https://127.0.0.1:{port}");
    }

    public void Dispose()
    {
        _process?.Kill();
        _process?.WaitForExit();
        _process?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static bool IsOpen(int port)
    {
        try
        {
            using var probe = new TcpClient("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            // Not yet.
            return false;
        }
    }
}
