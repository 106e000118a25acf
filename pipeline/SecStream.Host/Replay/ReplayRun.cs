using System.Diagnostics;
using SecStream.Connectors.Features;
using SecStream.Connectors.Files;
using SecStream.Core.Alerts;
using SecStream.Core.Pipeline;
using SecStream.Host.Serve;
using SecStream.Host.Versions;
using SecStream.Stages.Alerting;
using SecStream.Stages.Rules.Evaluation;

namespace SecStream.Host.Replay;

/// <summary>Progress of a replay.</summary>
/// <param name="BytesRead">Uncompressed bytes handed on.</param>
/// <param name="Elapsed">Time since the start.</param>
/// <param name="Clock">Event time evaluated up to; <see cref="long.MinValue"/> before the first.</param>
public readonly record struct ReplayProgress(long BytesRead, TimeSpan Elapsed, long Clock);

/// <summary>
/// A replay: files to their end through the production pipeline, results in a folder. At the end of input everything is settled, so the alerts
/// are a function of the files, the rules and the other knowledge alone.
/// </summary>
internal sealed class ReplayRun(PipelineOptions options, string directory, TimeProvider time)
{
    /// <summary>Decisions that a service took about these sources: obeyed, so that its alerts come out again.</summary>
    public IReadOnlyList<ControlEntry> Control { get; init; } = [];

    /// <summary>Rules and files over time, as the control log has them; null: those of the options, for all times.</summary>
    public KnowledgeTimeline? Timeline { get; init; }

    /// <summary>Runs it.</summary>
    public async Task<ReplaySummary> RunAsync(IReadOnlyList<string> paths, Action<ReplayProgress>? progress, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        var timeline = Timeline ?? KnowledgeTimeline.Of(
            Knowledge.Load(options), models: Stages.Profiles.ModelTimeline.Of(ModelFiles.Load(ModelFiles.Read(options.HasProfiles ? options.Models : null))));
        var knowledge = timeline.Latest;
        var sources = ReplaySources.Open(paths, options, time);
        using var sink = new FileEventSink(directory);
        using var features = OpenFeatures(timeline);
        using var book = new AlertBook(
            timeline.AlertVersions, NoOutput.Instance, new AlertBookOptions { KeepAll = true, Horizon = options.HorizonMicroseconds });
        var guard = Control.Any(e => e.Kind == ControlKinds.Poison) ? new PoisonGuard(Control) : null;
        using var topology = new Topology(
            options with { RevisionInterval = null }, timeline, sources, sink, new LockedSink(book), time, guardOf: guard is null ? null : _ => guard, features: features);
        await topology.Engine.RunAsync((pump, cancel) => DriveAsync(pump, sources, topology, watch, progress, cancel), cancellation).ConfigureAwait(false);
        var alerts = WriteAlerts(book);
        var summary = ReplaySummary.Make(topology, knowledge, book, alerts, watch.Elapsed);
        await File.WriteAllTextAsync(Path.Combine(directory, "summary.json"), summary.ToJson() + "\n", cancellation).ConfigureAwait(false);
        return summary;
    }

    /// <summary>Windows for training go to <c>features/</c> of the folder; those of an earlier replay are let go of, like its events.</summary>
    private FeatureFileSink? OpenFeatures(KnowledgeTimeline timeline)
    {
        if (!timeline.Plan.HasProfiles)
        {
            return null;
        }

        var sink = new FeatureFileSink(Path.Combine(directory, "features"));
        if (!Directory.Exists(Path.Combine(directory, "state")))
        {
            sink.DeleteBefore(long.MaxValue);
        }

        return sink;
    }

    private async Task DriveAsync(
        Engine.Pump pump, List<SourceSpec> sources, Topology topology, Stopwatch watch, Action<ReplayProgress>? progress, CancellationToken cancellation)
    {
        var next = TimeSpan.FromMilliseconds(500);
        var idle = Control.Count > 0 ? new IdleControl([.. sources.Select(s => s.Source)], Control, log: null, time, options.Lateness) : null;
        while (!pump.AllEnded)
        {
            if (idle is not null)
            {
                await idle.TakeAsync(pump, cancellation).ConfigureAwait(false);
            }

            await pump.PumpAsync(cancellation).ConfigureAwait(false);
            if (progress is not null && watch.Elapsed > next)
            {
                next = watch.Elapsed + TimeSpan.FromMilliseconds(500);
                progress(new ReplayProgress(sources.Sum(s => s.Source.Position), watch.Elapsed, topology.Engine.Clock));
            }
        }
    }

    private int WriteAlerts(AlertBook book)
    {
        var count = 0;
        using (var alerts = File.Create(Path.Combine(directory, "alerts.ndjson")))
        {
            foreach (var document in book.Final())
            {
                alerts.Write(document);
                alerts.WriteByte((byte)'\n');
                count++;
            }
        }

        using var writer = new IncidentDocument();
        using var incidents = File.Create(Path.Combine(directory, "incidents.ndjson"));
        foreach (var incident in book.FinalIncidents())
        {
            incidents.Write(writer.Write(incident));
            incidents.WriteByte((byte)'\n');
        }

        return count;
    }

    private sealed class NoOutput : IAlertOutput
    {
        public static readonly NoOutput Instance = new();

        public void OnAlert(in AlertChange change)
        {
        }

        public void OnIncident(in AlertChange change)
        {
        }
    }
}

/// <summary>Leaves out the records that a service left out.</summary>
internal sealed class PoisonGuard(IEnumerable<ControlEntry> control) : IRecordGuard
{
    private readonly HashSet<(ulong, long)> _poison = [.. control.Where(e => e.Kind == ControlKinds.Poison).Select(e => (e.Source, e.Position))];

    /// <inheritdoc/>
    public bool Take(ulong source, long position) => !_poison.Contains((source, position));

    /// <inheritdoc/>
    public void Done()
    {
        // Nobody asks afterwards what was in hand.
    }
}

/// <summary>Lets all lanes use one sink: alerts are rare, so a lock costs nothing, and the order in which they come does not matter.</summary>
internal sealed class LockedSink(IAlertSink inner) : IAlertSink
{
    private readonly Lock _lock = new();

    /// <inheritdoc/>
    public void Upsert(Alert alert, bool settled)
    {
        lock (_lock)
        {
            inner.Upsert(alert, settled);
        }
    }

    /// <inheritdoc/>
    public void Withdraw(string id, string? supersededBy)
    {
        lock (_lock)
        {
            inner.Withdraw(id, supersededBy);
        }
    }
}
