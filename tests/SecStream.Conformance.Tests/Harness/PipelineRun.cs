using SecStream.Core.Alerts;
using SecStream.Core.Pipeline;
using SecStream.Engine;
using SecStream.Host;
using SecStream.Host.Versions;
using SecStream.Stages.Parsing;
using SecStream.Stages.Profiles;
using SecStream.Stages.Rules.Evaluation;

namespace SecStream.Conformance.Tests.Harness;

/// <summary>The lines of one partition.</summary>
/// <param name="Name">Name of the source.</param>
/// <param name="Lines">Its lines.</param>
/// <param name="Options">How to read it; null: UTC, 2026.</param>
/// <param name="Times">For runs with idle decisions: the event time of each line.</param>
internal sealed record Partition(string Name, IReadOnlyList<byte[]> Lines, SourceOptions? Options = null, IReadOnlyList<long>? Times = null);

/// <summary>How a run is cut up. None of it may change a result.</summary>
internal sealed record RunShape
{
    public int BatchSize { get; init; } = 500;

    public int Lanes { get; init; } = 1;

    public int Workers { get; init; } = 1;

    /// <summary>Null: alerts are sent when settled only.</summary>
    public TimeSpan? RevisionInterval { get; init; }

    /// <summary>Batches after which the engine is saved, thrown away and made anew, in order.</summary>
    public int[] Stops { get; init; } = [];

    /// <summary>Lanes after each stop; empty: as before.</summary>
    public int[] LanesAfterStop { get; init; } = [];

    /// <summary>Not null: sources have nothing "just now" at times that follow from the seed.</summary>
    public int? HiccupSeed { get; init; }

    /// <summary>Not null: now and then a partition counts as caught up and quiet, and its watermark moves to its highest event time.</summary>
    public int? IdleSeed { get; init; }

    /// <summary>Above 0: a snapshot every so many batches, the first whole, the others of what has changed; stops restore from all of them together.</summary>
    public int BatchesPerDelta { get; init; }

    public override string ToString() =>
        $"batch {BatchSize}, lanes {Lanes}, workers {Workers}, revisions {RevisionInterval}, stops [{string.Join(',', Stops)}] → lanes [{string.Join(',', LanesAfterStop)}], hiccups {HiccupSeed}, idle {IdleSeed}, deltas {BatchesPerDelta}";
}

/// <summary>What came out of a run.</summary>
internal sealed record RunResult(
    IReadOnlyList<Alert> Alerts, MemoryEventSink Events, IReadOnlyList<string> Breaches, ShardCounters Counters, long Late, long Unevaluated, long Skewed,
    long DeadLetters, long MostStateBytes, int Withdrawals)
{
    /// <summary>What became of windows in the last life of the engine.</summary>
    public WindowCounters Windows { get; init; } = new();
}

/// <summary>Runs partitions through the production topology, from memory to memory.</summary>
internal static class PipelineRun
{
    private static readonly SourceOptions Utc = new() { Zone = TimeZoneInfo.Utc, Year = 2026 };

    /// <summary>Runs to the end; what comes out is settled.</summary>
    public static RunResult Run(
        Knowledge knowledge, IReadOnlyList<Partition> partitions, RunShape? shape = null, PipelineOptions? options = null, bool keepEvents = false) =>
        Run(new Swapping(KnowledgeTimeline.Of(knowledge)), partitions, shape, options, keepEvents);

    /// <summary>The same with rules that change on the way.</summary>
    public static RunResult Run(
        Swapping knowledge, IReadOnlyList<Partition> partitions, RunShape? shape = null, PipelineOptions? options = null, bool keepEvents = false) =>
        RunAsync(knowledge, partitions, shape ?? new RunShape(), options ?? new PipelineOptions(), keepEvents).GetAwaiter().GetResult();

    private static async Task<RunResult> RunAsync(
        Swapping knowledge, IReadOnlyList<Partition> partitions, RunShape shape, PipelineOptions options, bool keepEvents)
    {
        var log = new AlertLog();
        byte[]? snapshot = null;
        var chain = shape.BatchesPerDelta > 0 ? new SnapshotChain() : null;
        for (var leg = 0; ; leg++)
        {
            var events = new MemoryEventSink(keepEvents);
            var lanes = leg > 0 && leg <= shape.LanesAfterStop.Length ? shape.LanesAfterStop[leg - 1] : shape.Lanes;
            using var topology = Build(knowledge.Begin(), partitions, shape, options with { Lanes = lanes }, events, log);
            if (snapshot is not null && chain is not null)
            {
                using var merged = chain.Merged();
                topology.Engine.Restore(merged, []);
            }
            else if (snapshot is not null)
            {
                using var reader = new BinaryReader(new MemoryStream(snapshot));
                topology.Engine.Restore(reader);
            }

            var stop = leg < shape.Stops.Length ? shape.Stops[leg] : int.MaxValue;
            var idle = shape.IdleSeed is { } seed ? new Idleness(new Random(seed + leg), partitions, topology) : null;
            var runner = new Leg(topology, log, stop, idle, knowledge, options.Horizon, chain, shape.BatchesPerDelta);
            await topology.Engine.RunAsync(runner.DriveAsync, CancellationToken.None);
            if (runner.Snapshot is null)
            {
                return Result(topology, log, events, runner.MostStateBytes);
            }

            (snapshot, log) = (runner.Snapshot, runner.SavedLog!);
        }
    }

    private static Topology Build(
        KnowledgeTimeline knowledge, IReadOnlyList<Partition> partitions, RunShape shape, PipelineOptions options, IEventSink events, IAlertSink alerts)
    {
        var sources = partitions.Select((p, i) => new SourceSpec(
            new MemorySource(p.Name, p.Lines, shape.BatchSize, shape.HiccupSeed + i), p.Options ?? Utc)).ToArray();
        options = options with { RevisionInterval = shape.RevisionInterval, Workers = shape.Workers };
        return new Topology(options, knowledge, sources, events, alerts, TimeProvider.System);
    }

    private static RunResult Result(Topology topology, AlertLog log, MemoryEventSink events, long mostStateBytes)
    {
        var breaches = log.Breaches.Concat(log.Unsettled.Select(id => $"{id} is not settled at the end")).ToArray();
        var counters = topology.Sources().Select(s => s.Counters).ToArray();
        return new RunResult(
            log.Alerts, events, breaches, topology.Counters(), counters.Sum(c => c.Late), counters.Sum(c => c.Unevaluated), counters.Sum(c => c.Skewed),
            counters.Sum(c => c.DeadLetters.Values.Sum()), mostStateBytes, log.Withdrawals)
        {
            Windows = topology.CountWindows(),
        };
    }

    /// <summary>Decides at random that a partition is quiet, as a live service would by the wall clock.</summary>
    private sealed class Idleness(Random random, IReadOnlyList<Partition> partitions, Topology topology)
    {
        private readonly MemorySource[] _sources = [.. topology.Sources().Select(s => (MemorySource)s.Source.Source)];

        public async ValueTask MaybeAsync(Pump pump, CancellationToken cancellation)
        {
            var partition = random.Next(_sources.Length);
            var read = _sources[partition].Read;
            if (random.Next(4) == 0 && read > 0)
            {
                await pump.IdleAsync(partition, partitions[partition].Times!.Take(read).Max(), cancellation);
            }
        }
    }

    /// <summary>One life of an engine: to the end, or to a stop and a little further, so that what is thrown away is not what was saved.</summary>
    private sealed class Leg(Topology topology, AlertLog log, int stop, Idleness? idle, Swapping knowledge, TimeSpan horizon, SnapshotChain? chain, int perDelta)
    {
        public byte[]? Snapshot { get; private set; }

        public AlertLog? SavedLog { get; private set; }

        public long MostStateBytes { get; private set; }

        public async Task DriveAsync(Pump pump, CancellationToken cancellation)
        {
            for (var batches = 0; !pump.AllEnded; batches++)
            {
                if (chain is not null && batches <= stop && (batches == stop || batches % perDelta == 0))
                {
                    await chain.CaptureAsync(pump, cancellation);
                }

                if (batches == stop)
                {
                    await SaveAsync(pump, cancellation);
                }

                if (batches == stop + 3L)
                {
                    return;
                }

                await knowledge.MaybeSwapAsync(pump, topology, horizon, cancellation);
                await pump.PumpAsync(cancellation);
                if (idle is not null)
                {
                    await idle.MaybeAsync(pump, cancellation);
                }

                if ((batches & 63) == 0)
                {
                    MostStateBytes = Math.Max(MostStateBytes, topology.StateBytes);
                }
            }
        }

        private async Task SaveAsync(Pump pump, CancellationToken cancellation)
        {
            using var stream = new MemoryStream();
            using var writer = new BinaryWriter(stream);
            await pump.SaveAsync(writer, cancellation);
            writer.Flush();
            Snapshot = stream.ToArray();
            SavedLog = log.Copy();
            if (chain is not null && !chain.MergedBytes().AsSpan().SequenceEqual(Snapshot))
            {
                throw new InvalidOperationException($"base and {chain.Deltas} deltas are not what a full save is: {chain.Difference(Snapshot)}");
            }
        }
    }
}
