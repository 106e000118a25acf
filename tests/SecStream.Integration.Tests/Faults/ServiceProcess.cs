using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace SecStream.Integration.Tests.Faults;

/// <summary>The built program as a service in a process of its own, on free ports. Ends with the test, however the test ends.</summary>
internal sealed partial class ServiceProcess : RunningService
{
    private readonly Process _process;
    private readonly StringBuilder _log = new();

    private ServiceProcess(Process process) => _process = process;

    /// <summary>What it said so far.</summary>
    public override string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    public IPEndPoint Tcp { get; private set; } = new(IPAddress.Loopback, 0);

    public override bool HasEnded => _process.HasExited;

    /// <summary>Starts it and waits until it listens.</summary>
    public static async Task<ServiceProcess> StartAsync(FaultFolder folder, params string[] arguments)
    {
        var service = Launch(folder, arguments);
        await service.ListeningAsync();
        return service;
    }

    /// <summary>Starts it only.</summary>
    public static ServiceProcess Launch(FaultFolder folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = folder.Path, RedirectStandardError = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "SecStream.Host.dll"));
        string[] usual = ["serve", "--config", folder.WriteConfiguration()];
        foreach (var argument in usual.Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment.Remove("SECSTREAM_GEOIP");
        var service = new ServiceProcess(new Process { StartInfo = start });
        service._process.ErrorDataReceived += service.Hear;
        service._process.OutputDataReceived += service.Hear;
        service._process.Start();
        service._process.BeginErrorReadLine();
        service._process.BeginOutputReadLine();
        return service;
    }

    public async Task ListeningAsync()
    {
        await UntilAsync(() => HasEnded || Listening().IsMatch(Log), "the service listens");
        Assert.True(!HasEnded, $"the service has ended:\n{Log}");
        var said = Listening().Match(Log);
        Tcp = IPEndPoint.Parse(said.Groups[1].Value);
        Url = said.Groups[2].Value;
    }

    /// <summary>SIGTERM; the exit code. It has to end in the time given.</summary>
    public async Task<int> StopAsync(TimeSpan? limit = null)
    {
        await SignalAsync("TERM");
        return await EndedAsync(limit ?? Patience);
    }

    /// <summary>Sends a signal, by its name.</summary>
    public async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await EndedAsync(Patience);
    }

    /// <summary>Waits for its end; the exit code.</summary>
    public async Task<int> EndedAsync(TimeSpan limit)
    {
        using var late = new CancellationTokenSource(limit);
        try
        {
            await _process.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"the service has not ended in {limit.TotalSeconds} s:\n{Log}");
        }

        return _process.ExitCode;
    }

    public async Task<TcpClient> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(Tcp);
        return client;
    }

    protected override async Task EndAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private void Hear(object sender, DataReceivedEventArgs heard)
    {
        lock (_log)
        {
            _log.AppendLine(heard.Data);
        }
    }

    [GeneratedRegex(@"listening: syslog tcp ([0-9.:]+), (http://[0-9.:]+)")]
    private static partial Regex Listening();
}
