using System.Diagnostics;
using SecStream.Connectors.Files;
using SecStream.Host.Replay;
using SecStream.Stages.Alerting;

namespace SecStream.Host.Benchmark;

/// <summary>What a full run took and found.</summary>
internal sealed record FullResult
{
    /// <summary>Events accepted.</summary>
    public required long Events { get; init; }

    /// <summary>CPU time of the whole process: all threads, garbage collection and I/O included.</summary>
    public required double CpuSeconds { get; init; }

    /// <summary>Wall-clock time.</summary>
    public required double ElapsedSeconds { get; init; }

    /// <summary>Bytes allocated per event from 40 % of the input to its end.</summary>
    public required double SteadyBytesPerEvent { get; init; }

    /// <summary>Bytes allocated per event over the whole run.</summary>
    public required double BytesPerEvent { get; init; }

    /// <summary>Resident set before the run: runtime, rules, GeoIP.</summary>
    public required long BaseBytes { get; init; }

    /// <summary>Highest resident set.</summary>
    public required long PeakBytes { get; init; }

    /// <summary>Most state that the shards held.</summary>
    public required long StateBytes { get; init; }

    /// <summary>Alerts found.</summary>
    public required int Alerts { get; init; }

    /// <summary>Alerts by rule.</summary>
    public required SortedDictionary<string, int> AlertsByRule { get; init; }

    /// <summary>Events late by more than the lateness.</summary>
    public required long Late { get; init; }

    /// <summary>Dead letters.</summary>
    public required long DeadLetters { get; init; }

    /// <summary>Keys evicted over the bound of the state.</summary>
    public required long Evicted { get; init; }

    /// <summary>Events for a second of CPU time.</summary>
    public double PerCpuSecond => Events / Math.Max(CpuSeconds, 1e-6);

    /// <summary>Events for a second of wall-clock time.</summary>
    public double PerSecond => Events / Math.Max(ElapsedSeconds, 1e-6);
}

/// <summary>
/// Everything on: the production topology over files, as <c>replay</c> runs it, documents and alerts written. Rules and GeoIP are loaded before.
/// </summary>
internal sealed class FullRun(PipelineOptions options, Knowledge knowledge, IReadOnlyList<string> paths, string directory)
{
    // Before: histories and pools are still growing. After: the end of input settles everything at once, which no running service ever does.
    private const double SteadyFrom = 0.4;
    private const double SteadyTo = 0.97;

    private long _size;
    private long _stateBytes;
    private (long Allocated, long Events)? _steady;
    private (long Allocated, long Events)? _steadyEnd;

    /// <summary>Runs it.</summary>
    public async Task<FullResult> RunAsync(CancellationToken cancellation)
    {
        var settled = PeakMemory.Settle();
        _size = paths.Sum(path => new FileInfo(path).Length);
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var cpu = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        var sources = ReplaySources.Open(paths, options, TimeProvider.System);
        using var sink = new FileEventSink(directory);
        using var book = new AlertBook(
            knowledge.Plan.Rules.Rules, knowledge.Versions, SilentOutput.Instance, new AlertBookOptions { KeepAll = true, Horizon = options.HorizonMicroseconds });
        using var topology = new Topology(options with { RevisionInterval = null }, knowledge, sources, sink, new LockedSink(book), TimeProvider.System);
        await topology.Engine.RunAsync((pump, cancel) => DriveAsync(pump, sources, topology, cancel), cancellation).ConfigureAwait(false);
        var events = EventsOf(topology);
        var end = GC.GetTotalAllocatedBytes(precise: true);
        var alerts = WriteAlerts(book);
        var used = Environment.CpuUsage.TotalTime - cpu;
        var steady = _steady ?? (allocated, 0);
        var steadyEnd = _steadyEnd ?? (end, events);
        return new FullResult
        {
            Events = events,
            CpuSeconds = used.TotalSeconds,
            ElapsedSeconds = watch.Elapsed.TotalSeconds,
            SteadyBytesPerEvent = (double)(steadyEnd.Item1 - steady.Item1) / Math.Max(1, steadyEnd.Item2 - steady.Item2),
            BytesPerEvent = (double)(end - allocated) / Math.Max(1, events),
            BaseBytes = settled,
            PeakBytes = PeakMemory.Read(),
            StateBytes = Math.Max(_stateBytes, topology.StateBytes),
            Alerts = alerts,
            AlertsByRule = Count(book),
            Late = topology.Sources().Sum(s => s.Counters.Late + s.Counters.Unevaluated),
            DeadLetters = topology.Sources().Sum(s => s.Counters.DeadLetters.Values.Sum()),
            Evicted = topology.Counters().Evicted,
        };
    }

    private static long EventsOf(Topology topology) => topology.Sources().Sum(s => s.Counters.Events);

    private static SortedDictionary<string, int> Count(AlertBook book)
    {
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var alert in book.FinalIncidents().SelectMany(i => i.Alerts))
        {
            counts[alert.Rule.Code] = counts.GetValueOrDefault(alert.Rule.Code) + 1;
        }

        return counts;
    }

    private async Task DriveAsync(Engine.Pump pump, List<SourceSpec> sources, Topology topology, CancellationToken cancellation)
    {
        while (!pump.AllEnded)
        {
            await pump.PumpAsync(cancellation).ConfigureAwait(false);
            _stateBytes = Math.Max(_stateBytes, topology.StateBytes);
            if (_steady is null && sources.Sum(s => s.Source.Position) >= _size * SteadyFrom)
            {
                _steady = (GC.GetTotalAllocatedBytes(precise: true), EventsOf(topology));
            }

            if (_steadyEnd is null && sources.Sum(s => s.Source.Position) >= _size * SteadyTo)
            {
                _steadyEnd = (GC.GetTotalAllocatedBytes(precise: true), EventsOf(topology));
            }
        }
    }

    private int WriteAlerts(AlertBook book)
    {
        var count = 0;
        using var alerts = File.Create(Path.Combine(directory, "alerts.ndjson"));
        foreach (var document in book.Final())
        {
            alerts.Write(document);
            alerts.WriteByte((byte)'\n');
            count++;
        }

        return count;
    }
}
