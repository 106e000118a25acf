using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace SecStream.Integration.Tests.Load;

/// <summary>What the service says of itself, and the system of it, at a moment. Counts are of this process.</summary>
internal sealed record LoadSample(
    TimeSpan At, long Accepted, long Evaluated, long DeadLetters, long Late, long JournalBytes, long StateBytes, long Evicted, long SnapshotBytes, long Resident, TimeSpan Cpu, bool IsFull)
{
    /// <summary>Records that are in a journal and not evaluated yet.</summary>
    public long Backlog => Accepted - Evaluated;
}

/// <summary>The built program as a process of its own, with the listeners on free ports. Ends with the test, whatever happens.</summary>
internal sealed class LoadService : IDisposable
{
    private readonly Process _process;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(60) };
    private readonly Stopwatch _since = Stopwatch.StartNew();
    private readonly List<string> _said = [];
    private long _evaluatedBefore;

    private LoadService(Process process, int tcpPort) => (_process, TcpPort) = (process, tcpPort);

    /// <summary>Where HTTP is.</summary>
    public string Url { get; private set; } = "";

    /// <summary>Port of syslog over TCP.</summary>
    public int TcpPort { get; }

    /// <summary>From the start of the process until it listened, the state restored.</summary>
    public TimeSpan StartUp { get; private set; }

    /// <summary>What it wrote to standard error.</summary>
    public string Said
    {
        get
        {
            lock (_said)
            {
                return string.Join('\n', _said);
            }
        }
    }

    /// <summary>Starts the service and waits until it listens.</summary>
    public static async Task<LoadService> StartAsync(string folder, string journal, string snapshotEvery)
    {
        var port = FreePort();
        var configuration = Path.Combine(folder, "secstream.yml");
        await File.WriteAllTextAsync(configuration, $"""
            data: {Path.Combine(folder, "data")}
            files: []
            syslog: {"{"} udp: off, tcp: "127.0.0.1:{port}" {"}"}
            http: {"{"} listen: "127.0.0.1:0" {"}"}
            journal: {"{"} max_size: {journal} {"}"}
            state: {"{"} snapshot_every: {snapshotEvery} {"}"}
            profiles: {"{"} enabled: false {"}"}
            """);
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments = [Path.Combine(AppContext.BaseDirectory, "SecStream.Host.dll"), "serve", "--config", configuration];
        Array.ForEach(arguments, start.ArgumentList.Add);
        start.Environment.Remove("SECSTREAM_GEOIP");
        start.Environment.Remove("SECSTREAM_CONFIG");
        var service = new LoadService(Process.Start(start)!, port);
        try
        {
            await service.WaitForListenersAsync(Path.Combine(folder, "data", "state", "endpoint.json"));
            service._evaluatedBefore = (await service.GetAsync("/api/v1/stats")).GetProperty("events").GetInt64();
            return service;
        }
        catch
        {
            service.Dispose();
            throw;
        }
    }

    /// <summary>Asks for something.</summary>
    public async Task<JsonElement> GetAsync(string path)
    {
        await using var stream = await _http.GetStreamAsync(new Uri(Url + path));
        return (await JsonDocument.ParseAsync(stream)).RootElement;
    }

    /// <summary>How it stands.</summary>
    public async Task<LoadSample> SampleAsync()
    {
        var stats = await GetAsync("/api/v1/stats");
        var journals = stats.GetProperty("journals").EnumerateArray().ToList();
        var (cpu, resident) = Figures();
        return new LoadSample(
            _since.Elapsed,
            journals.Sum(j => j.GetProperty("records").GetInt64()),
            stats.GetProperty("events").GetInt64() - _evaluatedBefore,
            stats.GetProperty("dead_letters").GetInt64(),
            stats.GetProperty("late").GetInt64(),
            journals.Sum(j => j.GetProperty("bytes").GetInt64()),
            stats.GetProperty("state_bytes").GetInt64() + stats.GetProperty("profile_bytes").GetInt64(),
            stats.GetProperty("evicted").GetInt64(),
            stats.GetProperty("snapshot_bytes").GetInt64(),
            resident,
            cpu,
            journals.Exists(j => j.GetProperty("full").GetBoolean()));
    }

    /// <summary>Waits until so many records have been accepted and evaluated; no more come.</summary>
    public async Task<LoadSample> CatchUpAsync(long count, TimeSpan limit)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var sample = await SampleAsync();
            if (sample.Accepted >= count && sample.Backlog <= 0)
            {
                return sample;
            }

            Assert.True(Stopwatch.GetElapsedTime(began) < limit, $"of {count:N0} records sent {sample.Accepted:N0} are accepted and {sample.Evaluated:N0} evaluated after {limit}\n{Said}");
            await Task.Delay(50);
        }
    }

    /// <summary>The <c>/metrics</c> page.</summary>
    public Task<string> MetricsAsync() => _http.GetStringAsync(new Uri(Url + "/metrics"));

    /// <summary>Ends it in order, and says how long that took.</summary>
    public async Task<TimeSpan> StopAsync()
    {
        var began = Stopwatch.GetTimestamp();
        using (var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        await _process.WaitForExitAsync(limit.Token);
        Assert.True(_process.ExitCode == 0, $"the service ended with {_process.ExitCode}\n{Said}");
        return Stopwatch.GetElapsedTime(began);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
        _http.Dispose();
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private async Task WaitForListenersAsync(string endpoint)
    {
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_said)
            {
                _said.Add(line.Data ?? "");
            }
        };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        while (Url.Length == 0)
        {
            Assert.False(_process.HasExited, $"the service ended at once\n{Said}");
            Assert.True(_since.Elapsed < TimeSpan.FromSeconds(120), $"the service does not listen\n{Said}");
            await Task.Delay(20);
            if (File.Exists(endpoint) && File.GetLastWriteTimeUtc(endpoint) >= _process.StartTime.ToUniversalTime())
            {
                Url = UrlOf(await File.ReadAllTextAsync(endpoint));
            }
        }

        StartUp = _since.Elapsed;
    }

    private static string UrlOf(string text)
    {
        try
        {
            return JsonDocument.Parse(text).RootElement.GetProperty("url").GetString()!;
        }
        catch (JsonException)
        {
            // It is being written.
            return "";
        }
    }

    /// <summary>CPU time and resident memory, from /proc.</summary>
    private (TimeSpan Cpu, long Resident) Figures()
    {
        _process.Refresh();
        return (_process.TotalProcessorTime, _process.WorkingSet64);
    }
}
