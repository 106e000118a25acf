namespace SecStream.Host.Ledger;

/// <summary>
/// Keeps the ledger of a running service: collects, observes, and leaves a heartbeat so that the next start knows since when nothing ran.
/// <see cref="Observe"/> is called every few seconds by one thread; the ledger itself may be used by all.
/// </summary>
public sealed class BlindSpotWatch : IDisposable
{
    private static readonly TimeSpan s_beat = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_shortestStop = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly string _heartbeatPath;
    private DateTimeOffset? _beaten;
    private string? _heartbeatFault;

    /// <summary>Opens the ledger of a data folder.</summary>
    /// <param name="directory">The data folder.</param>
    /// <param name="options">How the ledger is kept.</param>
    /// <param name="collector">From when on something counts.</param>
    /// <param name="time">The clock.</param>
    public BlindSpotWatch(string directory, LedgerOptions options, CollectorOptions collector, TimeProvider time)
    {
        _time = time;
        _heartbeatPath = HeartbeatPath(directory);
        var now = time.GetUtcNow();
        var last = Heartbeat.Read(_heartbeatPath);
        Ledger = BlindSpotLedger.Open(LedgerPath(directory), options, now);
        var stopped = last is not null && now - last.At >= s_shortestStop ? last.At : (DateTimeOffset?)null;
        stopped = Ledger.IsOpen(BlindSpotKinds.NotRunning, "service") ? last?.At ?? now : stopped;
        Collector = new LedgerCollector(collector, Awakened(last, now), stopped);
        Collector.Add(StorageFaults);
        Collector.Add(new ClockWatch(time, last?.At).Observe);
    }

    /// <summary>The ledger.</summary>
    public BlindSpotLedger Ledger { get; }

    /// <summary>Where probes are added.</summary>
    public LedgerCollector Collector { get; }

    /// <summary>The file of a data folder.</summary>
    public static string LedgerPath(string directory) => Path.Combine(directory, "ledger.ndjson");

    /// <summary>The heartbeat of a data folder.</summary>
    public static string HeartbeatPath(string directory) => Path.Combine(directory, "state", "heartbeat.json");

    /// <summary>Looks at the pipeline and enters what can't be seen.</summary>
    public void Observe(PipelineSample sample)
    {
        var now = _time.GetUtcNow();
        Ledger.Observe(now, Collector.Collect(sample, now));
        if (_beaten is not { } beaten || now - beaten >= s_beat || now < beaten)
        {
            Beat(now);
        }
    }

    /// <summary>Leaves the last heartbeat and closes the ledger.</summary>
    public void Dispose()
    {
        if (_beaten is not null)
        {
            Beat(_time.GetUtcNow());
        }

        Ledger.Dispose();
    }

    private void Beat(DateTimeOffset now)
    {
        try
        {
            new Heartbeat(now, Collector.Memory).Write(_heartbeatPath);
            _heartbeatFault = null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // The service goes on; the span of its next stop will be told too long rather than too short, and the fault is in the ledger.
            _heartbeatFault = fault.Message;
        }

        _beaten = now;
    }

    private IEnumerable<Observation> StorageFaults()
    {
        if (Ledger.StorageFault is { } ledger)
        {
            yield return new Observation(BlindSpotKinds.SinkFailing, "ledger", $"the ledger could not be written: {ledger}");
        }

        if (_heartbeatFault is { } heartbeat)
        {
            yield return new Observation(BlindSpotKinds.SinkFailing, "heartbeat", $"the heartbeat could not be written: {heartbeat}");
        }
    }

    /// <summary>The time in which nothing ran is nobody's silence: what was not silent before is given it back.</summary>
    private static CollectorMemory? Awakened(Heartbeat? last, DateTimeOffset now)
    {
        var slept = last is not null && now > last.At ? now - last.At : TimeSpan.Zero;
        return last is null ? null : last.Memory with
        {
            Sources = last.Memory.Sources.ToDictionary(s => s.Key, s => s.Value.Silent ? s.Value : s.Value with { Spoke = s.Value.Spoke + slept }, StringComparer.Ordinal),
        };
    }
}
