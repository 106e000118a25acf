using System.Text.Json;
using System.Text.Json.Serialization;

namespace SecStream.Host.Benchmark;

/// <summary>A value and what it should be. <paramref name="Unit"/> is for people.</summary>
internal sealed record Target(string Name, double Value, string Comparison, double Bound, string Unit)
{
    /// <summary>Whether it is.</summary>
    public bool Met => Comparison == "<" ? Value < Bound : Comparison == "≤" ? Value <= Bound : Value >= Bound;
}

/// <summary>A stage of the pipeline, with all before it.</summary>
/// <param name="Name">The stage.</param>
/// <param name="Nanoseconds">CPU time of one event up to and with it, one thread.</param>
/// <param name="Yardsticks">The same in units of the yardstick.</param>
/// <param name="AllocatedBytes">Bytes allocated for one event, start-up of the pass included.</param>
internal sealed record StageFigure(string Name, double Nanoseconds, double Yardsticks, double AllocatedBytes);

/// <summary>One kind of input with everything on.</summary>
internal sealed record FullFigure
{
    /// <summary>Events of a run.</summary>
    public required long Events { get; init; }

    /// <summary>Events for a second of CPU time of the whole process.</summary>
    public required double EventsPerCpuSecond { get; init; }

    /// <summary>Events for a second of wall-clock time.</summary>
    public required double EventsPerSecond { get; init; }

    /// <summary>The same against the yardstick of the same round; null without JSON.</summary>
    public double? Ratio { get; init; }

    /// <summary>Bytes allocated for an event in the last 60 % of the input.</summary>
    public required double SteadyBytesPerEvent { get; init; }

    /// <summary>Bytes allocated for an event over the whole run.</summary>
    public required double BytesPerEvent { get; init; }

    /// <summary>Resident set before a run: runtime, rules, GeoIP.</summary>
    public required long BaseBytes { get; init; }

    /// <summary>Highest resident set of a run.</summary>
    public required long PeakBytes { get; init; }

    /// <summary>Most state of the shards.</summary>
    public required long StateBytes { get; init; }

    /// <summary>Alerts.</summary>
    public required int Alerts { get; init; }

    /// <summary>Alerts by rule.</summary>
    public required SortedDictionary<string, int> AlertsByRule { get; init; }

    /// <summary>Late events.</summary>
    public required long Late { get; init; }

    /// <summary>Dead letters.</summary>
    public required long DeadLetters { get; init; }

    /// <summary>Medians of some runs; counts are alike in all.</summary>
    public static FullFigure Of(IReadOnlyList<FullResult> runs, double? ratio)
    {
        var last = runs[^1];
        return new FullFigure
        {
            Events = last.Events,
            EventsPerCpuSecond = Median(runs.Select(r => r.PerCpuSecond)),
            EventsPerSecond = Median(runs.Select(r => r.PerSecond)),
            Ratio = ratio,
            SteadyBytesPerEvent = Median(runs.Select(r => r.SteadyBytesPerEvent)),
            BytesPerEvent = Median(runs.Select(r => r.BytesPerEvent)),
            BaseBytes = (long)Median(runs.Select(r => (double)r.BaseBytes)),
            PeakBytes = runs.Max(r => r.PeakBytes),
            StateBytes = runs.Max(r => r.StateBytes),
            Alerts = last.Alerts,
            AlertsByRule = last.AlertsByRule,
            Late = last.Late,
            DeadLetters = last.DeadLetters,
        };
    }

    /// <summary>The middle of some numbers.</summary>
    public static double Median(IEnumerable<double> numbers)
    {
        double[] sorted = [.. numbers.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}

/// <summary>What peak memory is made of: base + buffers + garbage + slack × state. The bound is that with the state at its cap.</summary>
/// <param name="BaseBytes">Runtime, rules, GeoIP: measured before the runs.</param>
/// <param name="BufferBytes">All queues full of batches of the usual size.</param>
/// <param name="GarbageBytes">Young generations of the collector, and alerts on their way out.</param>
/// <param name="Slack">Memory for each byte of state: garbage of the old generation between collections.</param>
/// <param name="StateCapBytes">Cap of the shards' state.</param>
/// <param name="BoundBytes">The bound.</param>
/// <param name="ExpectedBytes">The same sum for the state that was held.</param>
internal sealed record MemoryFigure(
    long BaseBytes, long BufferBytes, long GarbageBytes, double Slack, long StateCapBytes, long BoundBytes, long ExpectedBytes);

/// <summary>A run with less room than its state takes: whether the cap holds.</summary>
/// <param name="CapBytes">Cap of the state.</param>
/// <param name="StateBytes">Most state that was held.</param>
/// <param name="Evicted">Keys evicted.</param>
internal sealed record CapFigure(long CapBytes, long StateBytes, long Evicted);

/// <summary>Where allocations come from.</summary>
/// <param name="QuietBytesPerEvent">Bytes per event in the steady state of the same input without attacks.</param>
/// <param name="QuietAlerts">Alerts that it raises all the same.</param>
/// <param name="BytesPerAlert">What is left, spread over the alerts of the attacks.</param>
internal sealed record AllocationFigure(double QuietBytesPerEvent, int QuietAlerts, double BytesPerAlert);

/// <summary>The result of a benchmark.</summary>
internal sealed record BenchmarkResult
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Processor, number of processors, system, runtime.</summary>
    public required IReadOnlyDictionary<string, string> Machine { get; init; }

    /// <summary>Runs that were measured, after one that was not.</summary>
    public required int Runs { get; init; }

    /// <summary>Lanes.</summary>
    public required int Lanes { get; init; }

    /// <summary>Mean length of a line of the events.</summary>
    public required double BytesPerLine { get; init; }

    /// <summary>Whether places are looked up.</summary>
    public required bool GeoIp { get; init; }

    /// <summary>Number of rules.</summary>
    public required int Rules { get; init; }

    /// <summary>The yardstick: nanoseconds of CPU time for an event.</summary>
    public required double YardstickNanoseconds { get; init; }

    /// <summary>The yardstick: events for a second of CPU time.</summary>
    public required double YardstickPerSecond { get; init; }

    /// <summary>JSON to field table: nanoseconds of CPU time for an event.</summary>
    public required double FieldTableNanoseconds { get; init; }

    /// <summary>Speed of that against the yardstick.</summary>
    public required double FieldTableRatio { get; init; }

    /// <summary>Everything on, JSON events.</summary>
    public required FullFigure Full { get; init; }

    /// <summary>The same with windows of profiles kept; no model judges them.</summary>
    public required FullFigure Profiled { get; init; }

    /// <summary>The first run, just-in-time compilation included: events for a second of CPU time.</summary>
    public required double ColdEventsPerCpuSecond { get; init; }

    /// <summary>Everything on, raw sshd and Apache lines.</summary>
    public FullFigure? Raw { get; init; }

    /// <summary>Memory.</summary>
    public required MemoryFigure Memory { get; init; }

    /// <summary>The cap of the state put to the test; null for a file of the caller's.</summary>
    public CapFigure? Cap { get; init; }

    /// <summary>Allocations with and without alerts; null for a file of the caller's.</summary>
    public AllocationFigure? Allocations { get; init; }

    /// <summary>Stages, when asked for.</summary>
    public IReadOnlyList<StageFigure>? Stages { get; init; }

    /// <summary>The targets.</summary>
    public IReadOnlyList<Target> Targets =>
    [
        new("rules", Full.EventsPerCpuSecond, "≥", 200_000, "events per CPU-second"),
        new("rules and profiles", Profiled.EventsPerCpuSecond, "≥", 300_000, "events per CPU-second"),
        .. Profiled.Ratio is { } profiled ? [new Target("rules and profiles against the yardstick", profiled, "≥", 0.17, "×")] : (Target[])[],
        .. Full.Ratio is { } ratio ? RatioTargets(ratio) : [],
        new("allocated in steady state", Full.SteadyBytesPerEvent, "<", 16, "bytes per event"),
        new("peak memory within what the state held explains", Full.PeakBytes / 1e6, "≤", Memory.ExpectedBytes / 1e6, "MB"),
        .. Cap is { } cap ? [new Target("state with a quarter of the room", cap.StateBytes / 1e6, "≤", cap.CapBytes / 1e6, "MB")] : (Target[])[],
    ];

    private Target[] RatioTargets(double ratio) =>
    [
        new("rules against the yardstick", ratio, "≥", 0.12, "×"),
        new("JSON to field table against the yardstick", FieldTableRatio, "≥", 1.0, "×"),
    ];

    /// <summary>As JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, s_json);
}
