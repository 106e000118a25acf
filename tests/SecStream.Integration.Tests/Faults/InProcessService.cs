using System.Net;
using SecStream.Connectors.Redis;
using SecStream.Core.Alerts;
using SecStream.Host;
using SecStream.Host.Configuration;
using SecStream.Host.Serve;
using SecStream.Host.Service;

namespace SecStream.Integration.Tests.Faults;

/// <summary>The service in the process of the test, where its clock can be set.</summary>
internal sealed class InProcessService : RunningService
{
    private readonly StringWriter _log = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ServeRun _run;
    private readonly Task _running;

    /// <summary>Starts it.</summary>
    public InProcessService(FaultFolder folder, TimeProvider time, RedisOptions? redis = null, Func<ServiceOptions, ServiceOptions>? configure = null)
    {
        var options = new ServiceOptions
        {
            Data = folder.Data,
            Pipeline = new PipelineOptions { Zone = TimeZoneInfo.Utc, GeoIp = [], Lateness = TimeSpan.FromSeconds(1) },
            Syslog = new SyslogSettings { Udp = null, Tcp = null },
            Http = new HttpSettings { Listen = new IPEndPoint(IPAddress.Loopback, 0) },
            Journal = new JournalSettings { MinFreeBytes = 1 << 20 },
            SnapshotEvery = TimeSpan.FromSeconds(1),
            Redis = redis,
        };
        _run = new ServeRun(configure?.Invoke(options) ?? options, [], new NoAnnouncer(), new ServiceLog(TextWriter.Synchronized(_log), LogStyle.Terminal, colour: false, time), time);
        _running = Task.Run(() => _run.RunAsync(() => { }, _stop.Token));
    }

    /// <summary>What runs.</summary>
    public ServeRun Run => _run;

    public override string Log => string.Join('\n', _run.Notes) + _log;

    public override bool HasEnded => _running.IsCompleted;

    public async Task ListeningAsync()
    {
        await UntilAsync(() => HasEnded || _run.Url is not null, "the service listens");
        Assert.False(HasEnded, Log + _running.Exception);
        Url = _run.Url!;
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(Patience);
    }

    protected override async Task EndAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _run.DisposeAsync();
        _stop.Dispose();
    }

    private sealed class NoAnnouncer : IOutboxSink
    {
        public string Name => "terminal";

        public bool StartsAtEnd => true;

        public Task DeliverAsync(IReadOnlyList<OutboxEntry> entries, CancellationToken cancellation) => Task.CompletedTask;
    }
}

/// <summary>The clock of a machine that somebody sets. Timers and time spans go on as ever, as they do on a real machine.</summary>
internal sealed class SetClock : TimeProvider
{
    private long _offset;

    public TimeSpan Offset
    {
        get => TimeSpan.FromTicks(Volatile.Read(ref _offset));
        set => Volatile.Write(ref _offset, value.Ticks);
    }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Offset;
}
