using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace SecStream.Integration.Tests.Faults;

/// <summary>The built program as a service in a process of its own, on free ports. Ends with the test, however the test ends.</summary>
internal sealed partial class ServiceProcess : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _log = new();
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };

    private ServiceProcess(Process process) => _process = process;

    /// <summary>What it said so far.</summary>
    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    public string Url { get; private set; } = "";

    public IPEndPoint Tcp { get; private set; } = new(IPAddress.Loopback, 0);

    public bool HasEnded => _process.HasExited;

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

    /// <summary>Waits for something to be so; tells the log when it is not in time.</summary>
    public Task UntilAsync(Func<bool> holds, string what) => UntilAsync(() => Task.FromResult(holds()), what);

    /// <inheritdoc cref="UntilAsync(Func{bool}, string)"/>
    public async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        var waited = Stopwatch.StartNew();
        while (!await holds())
        {
            Assert.True(waited.Elapsed < Patience, $"not in {Patience.TotalSeconds} s: {what}\n{Log}");
            await Task.Delay(100);
        }
    }

    /// <summary>Delivers lines in one request; the status of the answer, and its text.</summary>
    public async Task<(HttpStatusCode Status, string Text)> TryPostAsync(IEnumerable<string> lines)
    {
        using var body = new StringContent(string.Join('\n', lines) + "\n", Encoding.UTF8, "application/x-ndjson");
        using var answer = await _http.PostAsync(new Uri(Url + "/ingest"), body);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public async Task PostAsync(IEnumerable<string> lines)
    {
        var (status, text) = await TryPostAsync(lines);
        Assert.True(status == HttpStatusCode.OK, $"{status}: {text}\n{Log}");
    }

    public async Task<(HttpStatusCode Status, string Text)> GetAsync(string path)
    {
        using var answer = await _http.GetAsync(new Uri(Url + path));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public async Task<(HttpStatusCode Status, string Text)> PostJsonAsync(string path, string json)
    {
        using var body = new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = await _http.PostAsync(new Uri(Url + path), body);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Ids of all stored events, sorted; an event that stands twice is there twice.</summary>
    public async Task<IReadOnlyList<string>> EventsAsync()
    {
        using var json = JsonDocument.Parse((await GetAsync("/api/v1/events?limit=10000")).Text);
        return [.. json.RootElement.GetProperty("events").EnumerateArray().Select(FaultEvents.IdOf).Order(StringComparer.Ordinal)];
    }

    /// <summary>Ids of all alerts that hold, sorted.</summary>
    public async Task<IReadOnlyList<string>> AlertsAsync()
    {
        var (status, text) = await GetAsync("/api/v1/alerts?limit=1000");
        if (status != HttpStatusCode.OK)
        {
            return [];
        }

        using var json = JsonDocument.Parse(text);
        return
        [
            .. json.RootElement.GetProperty("alerts").EnumerateArray()
                .Where(a => a.GetProperty("alert").GetProperty("secstream").GetProperty("status").GetString() != "withdrawn")
                .Select(a => a.GetProperty("id").GetString()!)
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>The ledger's entries of a kind, as they stand now.</summary>
    public async Task<IReadOnlyList<JsonElement>> LedgerAsync(string kind)
    {
        using var json = JsonDocument.Parse((await GetAsync("/api/v1/ledger?limit=1000")).Text);
        return [.. json.RootElement.GetProperty("ledger").EnumerateArray().Where(e => e.GetProperty("kind").GetString() == kind).Select(e => e.Clone())];
    }

    /// <summary>Waits until everything stands as an undisturbed replay of the same lines makes it: each event once, the same alerts.</summary>
    public async Task SettlesAsync(IReadOnlyList<string> lines)
    {
        var expected = await FaultEvents.ReplayAsync(lines);
        IReadOnlyList<string> events = [], alerts = [];
        try
        {
            await UntilAsync(
                async () =>
                {
                    (events, alerts) = (await EventsAsync(), await AlertsAsync());
                    return events.Count >= expected.Events.Count && alerts.SequenceEqual(expected.Alerts);
                },
                "events and alerts are those of a replay");
        }
        catch (Xunit.Sdk.XunitException)
        {
            Assert.Fail($"{events.Count} events of {expected.Events.Count}, {events.Count - events.Distinct().Count()} twice; alerts: {alerts.Count} of {expected.Alerts.Count}, "
                + $"{alerts.Except(expected.Alerts).Count()} more, {expected.Alerts.Except(alerts).Count()} missing\n{Log}");
        }

        Assert.NotEmpty(expected.Alerts);
        Assert.Equal(expected.Events, events);
    }

    /// <summary>SIGTERM; the exit code. It has to end in the time given.</summary>
    public async Task<int> StopAsync(TimeSpan? limit = null)
    {
        using (var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }

        return await EndedAsync(limit ?? Patience);
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

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        _http.Dispose();
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
