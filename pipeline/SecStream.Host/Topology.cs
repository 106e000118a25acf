using SecStream.Core.Features;
using SecStream.Core.Pipeline;
using SecStream.Engine;
using SecStream.Host.Versions;
using SecStream.Stages.Alerting;
using SecStream.Stages.Ingest;
using SecStream.Stages.Parsing;
using SecStream.Stages.Profiles;
using SecStream.Stages.Profiles.Windows;
using SecStream.Stages.Rules.Evaluation;
using SecStream.Stages.Sessions;

namespace SecStream.Host;

/// <summary>A source and how it is to be read.</summary>
public sealed record SourceSpec(IRecordSource Source, SourceOptions Options);

/// <summary>
/// The one place where the parts are joined. Reads from top to bottom as the data flows: sources, ingest, shards, alerts, sinks.
/// </summary>
public sealed class Topology : IDisposable
{
    private readonly SourceSpec[] _sources;
    private readonly SourceClockOptions _clock;
    private readonly TimeProvider _time;
    private readonly EventMarking _marking;
    private readonly LaneStage[] _lanes;
    private readonly WindowJudging[] _windows = [];
    private IngestStage[] _ingest;

    /// <summary>Joins the parts, with one knowledge for all times.</summary>
    public Topology(
        PipelineOptions options, Knowledge knowledge, IReadOnlyList<SourceSpec> sources, IEventSink events, IAlertSink alerts, TimeProvider time,
        EventMarking marking = EventMarking.None, Func<int, IRecordGuard>? guardOf = null, IFeatureSink? features = null,
        Func<int, IWindowObserver>? observerOf = null)
        : this(options, KnowledgeTimeline.Of(knowledge), sources, events, alerts, time, marking, guardOf, features, observerOf)
    {
    }

    /// <summary>Joins the parts.</summary>
    /// <param name="options">Bounds.</param>
    /// <param name="knowledge">Rules and enrichment.</param>
    /// <param name="sources">The partitions.</param>
    /// <param name="events">Where documents go.</param>
    /// <param name="alerts">Where alerts go.</param>
    /// <param name="time">The clock.</param>
    /// <param name="marking">What the sink wants to know of the documents.</param>
    /// <param name="guardOf">What keeps a worker from records that made the program fail.</param>
    /// <param name="features">Takes windows of profiles for training; null: nobody does.</param>
    /// <param name="observerOf">Looks on while a lane judges windows; null: nobody does.</param>
    public Topology(
        PipelineOptions options, KnowledgeTimeline knowledge, IReadOnlyList<SourceSpec> sources, IEventSink events, IAlertSink alerts, TimeProvider time,
        EventMarking marking = EventMarking.None, Func<int, IRecordGuard>? guardOf = null, IFeatureSink? features = null,
        Func<int, IWindowObserver>? observerOf = null)
    {
        _sources = [.. sources];
        _time = time;
        var engine = new EngineOptions { Lanes = options.Lanes, Workers = Math.Clamp(options.Workers, 1, _sources.Length) };
        _marking = marking;
        _clock = new SourceClockOptions { Lateness = options.LatenessMicroseconds, Horizon = options.HorizonMicroseconds };
        _ingest = MakeIngest(knowledge, engine.Workers, worker => guardOf?.Invoke(worker));

        var shards = new ShardOptions
        {
            Horizon = options.HorizonMicroseconds,
            RevisionInterval = options.RevisionInterval is { } interval ? Core.Events.EventClock.ToMicroseconds(interval) : long.MaxValue,
            MaxStateBytes = options.MaxStateBytes / Core.Observations.Row.ShardCount,
        };
        var factory = new AlertFactory(options.Tenant);
        var seed = BitConverter.ToUInt64(System.Security.Cryptography.RandomNumberGenerator.GetBytes(8));
        _lanes = [.. Enumerable.Range(0, engine.Lanes).Select(lane =>
            new LaneStage(lane, engine.Lanes, knowledge.Plan.Plan, shards, factory, alerts, seed))];
        if (knowledge.Plan.HasProfiles)
        {
            _windows = MakeProfiles(options, knowledge, features, observerOf, seed);
            HasModels = knowledge.Models.Latest is not null;
        }

        Engine = new StreamEngine(engine, [.. _sources.Select(s => s.Source)], _ingest, _lanes, events);
    }

    /// <summary>The engine that runs the parts.</summary>
    public StreamEngine Engine { get; }

    /// <summary>The sources with their counts and formats.</summary>
    public IEnumerable<(SourceSpec Source, PartitionCounters Counters, string Format)> Sources() =>
        _sources.Select((source, p) => (source, _ingest[p % _ingest.Length].Counters(p), _ingest[p % _ingest.Length].Format(p)));

    /// <summary>Highest time at which an event has been evaluated; a change comes into force after it.</summary>
    public long HighestEvaluated => _ingest.Max(stage => stage.HighestEvaluated);

    /// <summary>
    /// Takes a timeline that goes on from the present one. Only while everything stands still (<see cref="Pump.SwapAsync{T}"/>) or before the
    /// engine runs; the alert book takes its <see cref="KnowledgeTimeline.AlertVersions"/> at the same time.
    /// </summary>
    public void Swap(KnowledgeTimeline knowledge)
    {
        var next = MakeIngest(knowledge, _ingest.Length, worker => _ingest[worker].Guard);
        for (var w = 0; w < next.Length; w++)
        {
            next[w].TakeOver(_ingest[w]);
        }

        Engine.Replace(next);
        _ingest = next;
        Array.ForEach(_lanes, lane => lane.UsePlan(knowledge.Plan.Plan));
        for (var lane = 0; lane < _windows.Length; lane++)
        {
            _lanes[lane].UseProfiles(knowledge.Plan.Rules.Profiles);
            _windows[lane].Use(knowledge.Models, new AnomalyObservations(knowledge.Plan));
            HasModels = knowledge.Models.Latest is not null;
        }
    }

    /// <summary>Windows are measured and a model judges them: rules about anomalies can see something.</summary>
    public bool HasModels { get; private set; }

    /// <summary>Takes observations that are stated rather than found (<see cref="LaneStage.Given"/>), before the engine runs.</summary>
    public void Give(Action<long, Core.Observations.RowBuffer[]> observations) => _lanes[0].Given = observations;

    /// <summary>Whether some event had the field.</summary>
    public bool HasSeen(int field) => Array.Exists(_ingest, stage => stage.HasSeen(field));

    /// <summary>What the shards could not do exactly.</summary>
    public ShardCounters Counters()
    {
        var sum = new ShardCounters();
        Array.ForEach(_lanes, lane => sum.Add(lane.Counters()));
        return sum;
    }

    /// <summary>Keys with a history.</summary>
    public long Keys => _lanes.Sum(lane => lane.Keys);

    /// <summary>Memory of all keys' state, in bytes.</summary>
    public long StateBytes => _lanes.Sum(lane => lane.Memory.LiveBytes);

    /// <summary>Keys that profiles are kept of.</summary>
    public long ProfileKeys => _lanes.Sum(lane => lane.ProfileKeys);

    /// <summary>Memory of all profiles, in bytes.</summary>
    public long ProfileBytes => _lanes.Sum(lane => lane.ProfileBytes);

    /// <summary>What profiles did, and what they could not do exactly.</summary>
    public ProfileCounters CountProfiles()
    {
        var sum = new ProfileCounters();
        Array.ForEach(_lanes, lane => sum.Add(lane.CountProfiles()));
        return sum;
    }

    /// <summary>What became of windows.</summary>
    public WindowCounters CountWindows()
    {
        var sum = new WindowCounters();
        Array.ForEach(_windows, windows => sum.Add(windows.Counters));
        return sum;
    }

    private WindowJudging[] MakeProfiles(
        PipelineOptions options, KnowledgeTimeline knowledge, IFeatureSink? features, Func<int, IWindowObserver>? observerOf, ulong seed)
    {
        var bounds = new ProfileShardOptions { Horizon = options.HorizonMicroseconds, MaxStateBytes = options.MaxProfileBytes / Core.Observations.Row.ShardCount };
        return [.. _lanes.Select((lane, number) =>
        {
            var windows = new WindowJudging(knowledge.Models, new AnomalyObservations(knowledge.Plan), features) { Observer = observerOf?.Invoke(number) };
            lane.UseProfiles(knowledge.Plan.Rules.Profiles, bounds, windows, seed);
            return windows;
        })];
    }

    private IngestStage[] MakeIngest(KnowledgeTimeline knowledge, int workers, Func<int, IRecordGuard?> guardOf)
    {
        IngestStage[] stages =
        [
            .. Enumerable.Range(0, workers)
                .Select(worker => new IngestStage(knowledge.Plan, knowledge.Enrichment, _time, _marking) { Guard = guardOf(worker) }),
        ];
        for (var p = 0; p < _sources.Length; p++)
        {
            stages[p % workers].Add(p, _sources[p].Source.Name, _sources[p].Options, _clock);
        }

        return stages;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Engine.Dispose();
        Array.ForEach(_sources, s => s.Source.Dispose());
    }
}
