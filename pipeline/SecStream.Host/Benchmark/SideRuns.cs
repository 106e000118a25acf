namespace SecStream.Host.Benchmark;

/// <summary>Runs beside the rounds, for what the main figure can't show. Only for generated input.</summary>
internal sealed class SideRuns(PipelineOptions pipeline, Knowledge knowledge, BenchmarkInputs inputs, Action<string> say)
{
    /// <summary>Share of the room it takes that the state is given to see whether its cap holds.</summary>
    private const int Squeeze = 4;

    /// <summary>Everything on, raw lines.</summary>
    public async Task<FullFigure> RawAsync(int rounds, CancellationToken cancellation)
    {
        var runs = new List<FullResult>();
        for (var i = 0; i <= rounds; i++)
        {
            say(i == 0 ? "raw lines: warm-up" : $"raw lines: run {i} of {rounds}");
            var result = await new FullRun(pipeline, knowledge, inputs.Raw, inputs.OutputDirectory).RunAsync(cancellation).ConfigureAwait(false);
            if (i > 0)
            {
                runs.Add(result);
            }
        }

        return FullFigure.Of(runs, null);
    }

    /// <summary>Everything on with too little room for the state.</summary>
    public async Task<CapFigure> CapAsync(FullFigure full, CancellationToken cancellation)
    {
        var cap = Math.Max(1, full.StateBytes / Squeeze);
        say($"state capped at {cap / 1e6:N1} MB");
        var run = new FullRun(pipeline with { MaxStateBytes = cap }, knowledge, [inputs.Events], inputs.OutputDirectory);
        var result = await run.RunAsync(cancellation).ConfigureAwait(false);
        return new CapFigure(cap, result.StateBytes, result.Evicted);
    }

    /// <summary>Everything on over the same events without attacks.</summary>
    public async Task<AllocationFigure> AllocationsAsync(int events, FullFigure full, CancellationToken cancellation)
    {
        say("the same input without attacks");
        var quiet = await new FullRun(pipeline, knowledge, [inputs.MakeQuiet(events)], inputs.OutputDirectory).RunAsync(cancellation).ConfigureAwait(false);
        var more = (full.SteadyBytesPerEvent - quiet.SteadyBytesPerEvent) * full.Events;
        return new AllocationFigure(quiet.SteadyBytesPerEvent, quiet.Alerts, Math.Max(0, more) / Math.Max(1, full.Alerts - quiet.Alerts));
    }
}
