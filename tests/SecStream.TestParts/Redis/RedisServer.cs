using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace SecStream.TestParts.Redis;

/// <summary>
/// A real <c>redis-server</c> on loopback with a folder of its own. It can be killed, started again on the same port with what it kept, and
/// stopped in its tracks. <c>redis-cli</c> looks at it with eyes that are not ours.
/// </summary>
public sealed class RedisServer : IAsyncDisposable
{
    private const int Stop = 19;
    private const int Continue = 18;

    private readonly RedisServerOptions _options;
    private readonly string _folder = Directory.CreateTempSubdirectory("secstream-redis-").FullName;
    private readonly TestCertificate? _certificate;
    private Process? _process;
    private bool _isPaused;

    private RedisServer(RedisServerOptions options)
    {
        _options = options;
        _certificate = options.Tls ? TestCertificate.Make(_folder) : null;
    }

    /// <summary>Its port.</summary>
    public int Port { get; } = FreePort.Next();

    /// <summary><c>host:port</c>.</summary>
    public string Endpoint => $"127.0.0.1:{Port}";

    /// <summary>File with the certificate of the authority; null without TLS.</summary>
    public string? AuthorityFile => _certificate?.AuthorityFile;

    /// <summary>Starts one, and waits until it answers.</summary>
    public static async Task<RedisServer> StartAsync(RedisServerOptions? options = null)
    {
        var server = new RedisServer(options ?? new());
        await server.RestartAsync();
        return server;
    }

    /// <summary>Ends it without warning, as <c>kill -9</c>.</summary>
    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
            (_process, _isPaused) = (null, false);
        }
    }

    /// <summary>Forgets all it kept; while it does not run.</summary>
    public void Wipe()
    {
        foreach (var folder in Directory.GetDirectories(_folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Starts it (again), and waits until it has loaded what it kept.</summary>
    public async Task RestartAsync()
    {
        await KillAsync();
        _process = Process.Start(new ProcessStartInfo("redis-server", Arguments()) { RedirectStandardOutput = true, WorkingDirectory = _folder })!;
        _ = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        for (var attempt = 0; attempt < 500; attempt++)
        {
            if (_process.HasExited)
            {
                throw new InvalidOperationException($"redis-server ended with {_process.ExitCode}: {string.Join(' ', Arguments())}");
            }

            if (await IsListeningAsync() && await CliAsync("ping") is var answer && (answer == "PONG" || answer.Contains("NO", StringComparison.Ordinal)))
            {
                return;
            }

            await Task.Delay(10);
        }

        throw new TimeoutException("redis-server does not answer");
    }

    /// <summary>Stops it in its tracks: connections stay, nothing answers.</summary>
    public void Pause() => Signal(Stop, true);

    /// <summary>Lets it go on.</summary>
    public void Resume() => Signal(Continue, false);

    /// <summary>What <c>redis-cli</c> with these arguments prints, without the last line end.</summary>
    public async Task<string> CliAsync(params string[] arguments)
    {
        using var cli = StartCli(arguments);
        var (output, errors) = (cli.StandardOutput.ReadToEndAsync(), cli.StandardError.ReadToEndAsync());
        await Task.WhenAll(output, errors);
        await cli.WaitForExitAsync();
        return ((await output) + (await errors)).TrimEnd('\n');
    }

    /// <summary>A running <c>redis-cli</c>, for subscriptions; the caller's to end.</summary>
    public Process StartCli(params string[] arguments)
    {
        List<string> all = ["-h", "127.0.0.1", "-p", $"{Port}"];
        if (_options.Password is { } password)
        {
            all.AddRange(["--no-auth-warning", "-a", password]);
        }

        if (_certificate is { } certificate)
        {
            all.AddRange(["--tls", "--cacert", certificate.AuthorityFile]);
        }

        return Process.Start(new ProcessStartInfo("redis-cli", [.. all, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private List<string> Arguments()
    {
        List<string> all = ["--bind", "127.0.0.1", "--dir", _folder, "--save", "", "--appendonly", _options.AppendOnly ? "yes" : "no"];
        all.AddRange(_certificate is { } certificate
            ? ["--port", "0", "--tls-port", $"{Port}", "--tls-cert-file", certificate.File, "--tls-key-file", certificate.KeyFile, "--tls-ca-cert-file",
                certificate.AuthorityFile, "--tls-auth-clients", "no"]
            : ["--port", $"{Port}"]);
        if (_options.Password is { } password)
        {
            all.AddRange(["--requirepass", password]);
        }

        return [.. all, .. _options.Arguments];
    }

    private async Task<bool> IsListeningAsync()
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync("127.0.0.1", Port);
            return true;
        }
        catch (SocketException)
        {
            // Not yet.
            return false;
        }
    }

    private void Signal(int signal, bool isPaused)
    {
        if (_process is { } process && _isPaused != isPaused)
        {
            _ = kill(process.Id, signal);
            _isPaused = isPaused;
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int kill(int process, int signal);
}
