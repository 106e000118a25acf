using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using SecStream.Core.Events;

namespace SecStream.Integration.Tests.Conformance.Harness;

/// <summary>The service as it runs on a machine: a process that can be stopped in order, or killed at any moment, and started again.</summary>
internal sealed class ServiceProcess(ServiceFolder folder) : IAsyncDisposable
{
    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan s_stopLimit = TimeSpan.FromSeconds(90);

    private readonly ConcurrentQueue<string> _log = new();
    private Process? _process;
    private Task _reading = Task.CompletedTask;

    /// <summary>What it wrote to standard error, of all its lives.</summary>
    public IReadOnlyCollection<string> Log => _log;

    /// <summary>Lines that say that something failed.</summary>
    public IEnumerable<string> Errors => _log.Where(line => !IsOrdinary(line));

    /// <summary>How often it was started.</summary>
    public int Starts { get; private set; }

    /// <summary>For questions; those to a service that is down fail.</summary>
    public HttpClient Client { get; } = new(new SocketsHttpHandler { UseProxy = false })
    {
        BaseAddress = new Uri($"http://127.0.0.1:{folder.HttpPort}"),
        Timeout = TimeSpan.FromSeconds(30),
    };

    /// <summary>It is there, whether it is ready or not.</summary>
    public bool IsRunning => _process is { HasExited: false };

    /// <summary>Processor time it has used in this life.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process!.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Memory it has resident, in bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            _process!.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Starts it and waits until it is ready.</summary>
    public Task StartAsync() => StartAsync("/health/ready");

    /// <summary>Starts it and waits until it answers: a member of a group that does not lead is never ready.</summary>
    public Task LaunchAsync() => StartAsync("/health/live");

    private async Task StartAsync(string path)
    {
        Starts++;
        _process = HostProgram.Start(folder.Root, "serve", "--config", folder.Configuration, "--log", "json", "--json");
        _reading = Task.WhenAll(DrainAsync(_process.StandardOutput, null), DrainAsync(_process.StandardError, _log));
        var started = Stopwatch.GetTimestamp();
        while (!await AnswersAsync(path))
        {
            Assert.False(_process.HasExited, "the service ended: " + string.Join('\n', _log.TakeLast(20)));
            Assert.True(Stopwatch.GetElapsedTime(started) < s_startLimit, "the service is not ready: " + string.Join('\n', _log.TakeLast(20)));
            await Task.Delay(50);
        }
    }

    /// <summary>SIGKILL: nothing of what it has in memory survives.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await EndAsync();
    }

    /// <summary>SIGTERM: it has to end by itself, with exit code 0.</summary>
    public async Task StopAsync()
    {
        Assert.Equal(0, HostProgram.Signal(_process!.Id, HostProgram.Terminate));
        using var limit = new CancellationTokenSource(s_stopLimit);
        await _process.WaitForExitAsync(limit.Token);
        Assert.Equal(0, _process.ExitCode);
        await EndAsync();
    }

    /// <summary>Asks it; throws when it is down.</summary>
    public async Task<JsonElement> GetAsync(string path)
    {
        using var answer = await Client.GetAsync(path);
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {body}");
        using var document = JsonDocument.Parse(body);
        return document.RootElement.Clone();
    }

    /// <summary>Loads changed rules, in force for events from a time on.</summary>
    public async Task ReloadAsync(long from)
    {
        var time = EventClock.ToInstant(from).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
        using var answer = await Client.PostAsync("/api/v1/reload?from=" + time, null);
        var said = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode && said.Contains("rules in force for events from", StringComparison.Ordinal), said);
    }

    /// <summary>All pages of a listing.</summary>
    public async Task<List<JsonElement>> ListAsync(string path, string member)
    {
        var (found, after) = (new List<JsonElement>(), "");
        do
        {
            var page = await GetAsync($"{path}?limit=10000{(after.Length > 0 ? "&after=" + Uri.EscapeDataString(after) : "")}");
            found.AddRange(page.GetProperty(member).EnumerateArray());
            after = page.GetProperty("next").GetString() ?? "";
        }
        while (after.Length > 0);

        return found;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
        }

        if (_process is not null)
        {
            await EndAsync();
        }

        Client.Dispose();
    }

    private static bool IsOrdinary(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.GetProperty("level").GetString() is "notice" or "info";
        }
        catch (JsonException)
        {
            // A line that is no message of the service, such as the trace of an exception.
            return false;
        }
    }

    /// <summary>On a thread of its own: reading a pipe holds one, and those of the pool are few on a small machine.</summary>
    private static Task DrainAsync(StreamReader reader, ConcurrentQueue<string>? lines) => Task.Factory.StartNew(
        () =>
        {
            while (reader.ReadLine() is { } line)
            {
                lines?.Enqueue(line);
            }
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    private async Task<bool> AnswersAsync(string path)
    {
        try
        {
            using var answer = await Client.GetAsync(path);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            // It does not listen yet.
            return false;
        }
    }

    private async Task EndAsync()
    {
        await _process!.WaitForExitAsync();
        await _reading;
        _process.Dispose();
        _process = null;
    }
}
