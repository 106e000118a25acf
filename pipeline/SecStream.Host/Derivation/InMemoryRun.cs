using SecStream.Core.Alerts;
using SecStream.Core.Observations;
using SecStream.Core.Pipeline;
using SecStream.Host.Versions;
using SecStream.Stages.Parsing;

namespace SecStream.Host.Derivation;

/// <summary>Runs ECS documents through the production pipeline to the end and returns the alerts that stand; nothing is written.</summary>
internal static class InMemoryRun
{
    /// <summary>Runs a source of ECS documents.</summary>
    /// <param name="options">Bounds and tenant; one lane is used, which changes nothing.</param>
    /// <param name="knowledge">Rules and enrichment.</param>
    /// <param name="source">The documents.</param>
    /// <param name="time">For <c>event.ingested</c>, which nobody reads here.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="observations">Observations that are stated (<see cref="Topology.Give"/>); null: none.</param>
    public static Task<IReadOnlyDictionary<string, Alert>> RunAsync(
        PipelineOptions options, Knowledge knowledge, IRecordSource source, TimeProvider time, CancellationToken cancellation,
        Action<long, RowBuffer[]>? observations = null) =>
        RunAsync(options, KnowledgeTimeline.Of(knowledge), source, time, cancellation, observations);

    /// <summary>Runs a source of ECS documents under what was in force when.</summary>
    /// <param name="options">Bounds and tenant; one lane is used, which changes nothing.</param>
    /// <param name="knowledge">Rules, enrichment and models over time.</param>
    /// <param name="source">The documents.</param>
    /// <param name="time">For <c>event.ingested</c>, which nobody reads here.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="observations">Observations that are stated (<see cref="Topology.Give"/>); null: none.</param>
    public static async Task<IReadOnlyDictionary<string, Alert>> RunAsync(
        PipelineOptions options, KnowledgeTimeline knowledge, IRecordSource source, TimeProvider time, CancellationToken cancellation,
        Action<long, RowBuffer[]>? observations = null)
    {
        var sink = new CollectingSink();
        var spec = new SourceSpec(source, new SourceOptions { Format = SourceFormats.Ecs, Tenant = options.Tenant });
        using var topology = new Topology(options with { Lanes = 1, RevisionInterval = null }, knowledge, [spec], new NoEventSink(), sink, time);
        if (observations is not null)
        {
            topology.Give(observations);
        }

        await topology.Engine.RunAsync(
            async (pump, cancel) =>
            {
                while (!pump.AllEnded)
                {
                    await pump.PumpAsync(cancel).ConfigureAwait(false);
                }
            },
            cancellation).ConfigureAwait(false);
        return sink.Alerts;
    }
}
