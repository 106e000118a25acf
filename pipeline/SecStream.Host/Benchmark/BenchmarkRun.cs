using System.Runtime.InteropServices;
using SecStream.Engine;

namespace SecStream.Host.Benchmark;

/// <summary>What to measure.</summary>
internal sealed record BenchmarkOptions
{
    /// <summary>Events to generate. Default 500 000.</summary>
    public int Events { get; init; } = 500_000;

    /// <summary>Runs, of which the median counts. Default 5.</summary>
    public int Runs { get; init; } = 5;

    /// <summary>Also the stages one by one.</summary>
    public bool Stages { get; init; }

    /// <summary>A file instead of generated input.</summary>
    public string? Input { get; init; }

    /// <summary>The pipeline.</summary>
    public required PipelineOptions Pipeline { get; init; }
}

/// <summary>
/// Measures in rounds: each takes the yardstick, the field table and everything on, one after the other, so that what disturbs the machine
/// disturbs all of them, and ratios are taken within a round. A round that does not count comes first (just-in-time compilation).
/// </summary>
internal sealed class BenchmarkRun(BenchmarkOptions options, Action<string> say)
{
    /// <summary>Year of the generated raw lines, which carry none.</summary>
    private const int GeneratedYear = 2026;
    private const int BatchBytes = 256 * 1024;

    /// <summary>A batch in flight is its bytes, its documents (longer by what enrichment adds) and its rows.</summary>
    private const int CopiesOfBatch = 4;

    /// <summary>Young generations of the collector, and the alerts that have been made and not collected.</summary>
    private const long GarbageBytes = 64 << 20;

    /// <summary>Garbage between collections of the old generation, beside state in use.</summary>
    private const double StateSlack = 1.5;

    private static readonly (string Name, Depth Depth)[] s_depths =
    [
        ("parse and normalise", Depth.Parse), ("+ enrich", Depth.Enrich), ("+ match selections", Depth.Match), ("+ rows", Depth.Rows), ("+ document", Depth.Document),
    ];

    /// <summary>Runs it all.</summary>
    public async Task<BenchmarkResult> RunAsync(CancellationToken cancellation)
    {
        say(options.Input is null ? $"generating {options.Events:N0} events and as many raw lines" : $"reading {options.Input}");
        using var inputs = new BenchmarkInputs(options.Events, options.Input);
        var pipeline = options.Input is null ? options.Pipeline with { Zone = TimeZoneInfo.Utc, Year = GeneratedYear } : options.Pipeline;
        var profiled = pipeline with { HasProfiles = true };
        pipeline = pipeline with { HasProfiles = false };
        var (knowledge, withProfiles) = (Knowledge.Load(pipeline), Knowledge.Load(profiled));
        var passes = new StagePasses(inputs.Events, pipeline, knowledge);
        var full = new Func<Task<FullResult>>(() => new FullRun(pipeline, knowledge, [inputs.Events], inputs.OutputDirectory).RunAsync(cancellation));
        var everything = new Func<Task<FullResult>>(() => new FullRun(profiled, withProfiles, [inputs.Events], inputs.OutputDirectory).RunAsync(cancellation));
        say("warm-up: one round that does not count");
        if (passes.Scan().Lines == 0)
        {
            throw new ConfigurationException($"--input {options.Input}: there is no line in it");
        }

        passes.FieldTable();
        var cold = await full().ConfigureAwait(false);
        await everything().ConfigureAwait(false);
        var rounds = await RoundsAsync(passes, full, everything).ConfigureAwait(false);
        var yardstick = FullFigure.Median(rounds.Select(r => r.Scan.PerEvent));
        var results = rounds.Select(r => r.Full).ToList();
        var isJson = rounds[0].IsJson;
        var figure = FullFigure.Of(results, isJson ? FullFigure.Median(rounds.Select(r => r.Full.PerCpuSecond * r.Scan.PerEvent / 1e9)) : null);
        var side = options.Input is null ? new SideRuns(pipeline, knowledge, inputs, say) : null;
        return new BenchmarkResult
        {
            Machine = Machine(),
            Runs = options.Runs,
            Lanes = pipeline.Lanes,
            BytesPerLine = Math.Round((double)new FileInfo(inputs.Events).Length / Math.Max(1, rounds[0].Scan.Lines), 1),
            GeoIp = knowledge.Enrichment.Geo.KnowsLocations,
            Rules = knowledge.Plan.Rules.Rules.Count,
            YardstickNanoseconds = yardstick,
            YardstickPerSecond = 1e9 / yardstick,
            FieldTableNanoseconds = FullFigure.Median(rounds.Select(r => r.Table.PerEvent)),
            FieldTableRatio = FullFigure.Median(rounds.Select(r => r.Scan.PerEvent / r.Table.PerEvent)),
            Full = figure,
            Profiled = FullFigure.Of(
                [.. rounds.Select(r => r.Profiled)], isJson ? FullFigure.Median(rounds.Select(r => r.Profiled.PerCpuSecond * r.Scan.PerEvent / 1e9)) : null),
            ColdEventsPerCpuSecond = cold.PerCpuSecond,
            Raw = side is null ? null : await side.RawAsync(options.Runs, cancellation).ConfigureAwait(false),
            Memory = MemoryOf(figure, pipeline),
            Cap = side is null ? null : await side.CapAsync(figure, cancellation).ConfigureAwait(false),
            Allocations = side is null ? null : await side.AllocationsAsync(options.Events, figure, cancellation).ConfigureAwait(false),
            Stages = options.Stages ? StagesOf(passes) : null,
        };
    }

    private static MemoryFigure MemoryOf(FullFigure full, PipelineOptions pipeline)
    {
        var engine = new EngineOptions { Lanes = pipeline.Lanes };
        var inFlight = engine.WorkerQueue + (engine.LaneQueue * pipeline.Lanes) + engine.SinkQueue + engine.Workers + pipeline.Lanes + 2;
        var buffers = (long)inFlight * BatchBytes * CopiesOfBatch;
        var rest = full.BaseBytes + buffers + GarbageBytes;
        return new MemoryFigure(
            full.BaseBytes,
            buffers,
            GarbageBytes,
            StateSlack,
            pipeline.MaxStateBytes,
            rest + (long)(pipeline.MaxStateBytes * StateSlack),
            rest + (long)(full.StateBytes * StateSlack));
    }

    private static SortedDictionary<string, string> Machine() => new(StringComparer.Ordinal)
    {
        ["cpu"] = Processor(),
        ["processors"] = Environment.ProcessorCount.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ["dotnet"] = RuntimeInformation.FrameworkDescription,
        ["os"] = RuntimeInformation.OSDescription,
        ["architecture"] = RuntimeInformation.ProcessArchitecture.ToString(),
    };

    private static string Processor()
    {
        const string file = "/proc/cpuinfo";
        var line = File.Exists(file) ? File.ReadLines(file).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line is null ? "unknown" : line[(line.IndexOf(':') + 1)..].Trim();
    }

    private async Task<List<Round>> RoundsAsync(StagePasses passes, Func<Task<FullResult>> full, Func<Task<FullResult>> everything)
    {
        var rounds = new List<Round>();
        for (var i = 1; i <= options.Runs; i++)
        {
            say($"round {i} of {options.Runs}");
            PeakMemory.Settle();
            var scan = passes.Scan();
            var table = passes.FieldTable();
            rounds.Add(new Round(scan, table, await full().ConfigureAwait(false), await everything().ConfigureAwait(false), passes.IsJson));
        }

        return rounds;
    }

    /// <summary>Rounds of all stages; a figure is the median, its ratio that to the scan of the same round.</summary>
    private List<StageFigure> StagesOf(StagePasses passes)
    {
        (string Name, Func<PassTime> Pass)[] stages =
        [
            ("token scan (yardstick)", passes.Scan),
            ("field table", passes.FieldTable),
            .. s_depths.Select(d => (d.Name, new Func<PassTime>(() => passes.UpTo(d.Depth)))),
            ("ingest as it runs (time, identity)", passes.Ingest),
            ("+ shards, one lane", passes.Shards),
        ];
        var times = stages.Select(_ => new List<PassTime>()).ToArray();
        for (var round = 0; round <= options.Runs; round++)
        {
            say(round == 0 ? "stages: warm-up" : $"stages: round {round} of {options.Runs}");
            for (var s = 0; s < stages.Length; s++)
            {
                PeakMemory.Settle();
                var time = stages[s].Pass();
                if (round > 0)
                {
                    times[s].Add(time);
                }
            }
        }

        return
        [
            .. stages.Select((stage, s) => new StageFigure(
                stage.Name,
                FullFigure.Median(times[s].Select(t => t.PerEvent)),
                FullFigure.Median(times[s].Select((t, round) => t.PerEvent / times[0][round].PerEvent)),
                FullFigure.Median(times[s].Select(t => (double)t.AllocatedBytes / Math.Max(1, t.Lines))))),
        ];
    }

    private readonly record struct Round(PassTime Scan, PassTime Table, FullResult Full, FullResult Profiled, bool IsJson);
}
