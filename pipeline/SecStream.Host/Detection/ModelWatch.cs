using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Core.Features;
using SecStream.Host.Ledger;
using SecStream.Host.Service;
using SecStream.Host.Telemetry;
using SecStream.Host.Versions;
using SecStream.Models.WindowModels;
using SecStream.Stages.Profiles;
using SecStream.Training.Drift;
using SecStream.Training.Gate;
using SecStream.Training.Registry;
using SecStream.Training.Schedule;

namespace SecStream.Host.Detection;

/// <summary>
/// Watches over the models of a service: whether windows still are as when the champion was calibrated, whether it keeps its promise, how old it is, and what a
/// challenger would have said. What it finds goes to the ledger and the metrics; a promise broken for two days caps the champion by way of the registry, so that
/// the cap comes into force at an event time like any other version. Thread-safe.
/// </summary>
/// <param name="registry">The models.</param>
/// <param name="schedule">When trainings are due; null: never.</param>
/// <param name="inForce">The models in force now.</param>
/// <param name="log">Told when something is capped.</param>
/// <param name="time">Clock.</param>
internal sealed class ModelWatch(ModelRegistry registry, TrainingSchedule? schedule, Func<ModelTimeline> inForce, ServiceLog log, TimeProvider time)
{
    private const string By = "budget";
    private readonly List<LaneWatch> _lanes = [];
    private volatile ModelSet? _challenger;
    private volatile string? _challengerFault;

    /// <summary>The observer of one more lane. Before the engine runs.</summary>
    public IWindowObserver ObserverOf(int lane)
    {
        _ = lane;
        var watch = new LaneWatch(() => _challenger);
        _lanes.Add(watch);
        return watch;
    }

    /// <summary>Takes the challenger that the registry names now; one that can't be read is told of, and nothing judges in the shadow.</summary>
    public void FollowRegistry()
    {
        try
        {
            var id = registry.State().Challenger;
            if (id != _challenger?.Id)
            {
                _challenger = id is null ? null : registry.Open(id).Load();
            }

            _challengerFault = null;
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            (_challenger, _challengerFault) = (null, fault.Message);
        }
    }

    /// <summary>What is amiss now, for the ledger. Also caps the champion when it has broken its promise.</summary>
    public IReadOnlyList<Observation> Observe()
    {
        if (inForce().Latest is not { } models)
        {
            return [];
        }

        var days = Days(models.Id, out _);
        var today = EventClock.DayNumber(EventClock.ToMicroseconds(time.GetUtcNow()));
        var over = days.Where(d => d.Day < today).ToList();
        List<DriftFinding> findings =
        [
            .. over.GroupBy(d => d.Subject).Select(g => g.MaxBy(d => d.Day)!).Chunk(int.MaxValue).SelectMany(DriftRules.Drift),
            .. DriftRules.Budget(over),
        ];
        if (schedule is not null && LastDay(models.Id) is { } lastDay && DriftRules.Staleness(models.Id, lastDay, time.GetUtcNow(), schedule.IntervalAt(time.GetUtcNow())) is { } stale)
        {
            findings.Add(stale);
        }

        Cap(findings.Where(f => f.Cap is not null).ToList());
        return
        [
            .. findings.Select(f => new Observation(f.Kind, f.Subject, f.Detail)),
            .. _challengerFault is { } fault ? [new Observation(BlindSpotKinds.ModelStale, "challenger", fault)] : Array.Empty<Observation>(),
        ];
    }

    /// <summary>Figures for the metrics and `stats`.</summary>
    public ModelFigures? Figures()
    {
        if (inForce().Latest is not { } models)
        {
            return null;
        }

        var days = Days(models.Id, out var shadow);
        var latest = days.GroupBy(d => d.Subject).Select(g => g.MaxBy(d => d.Day)!).OrderBy(d => d.Subject, StringComparer.Ordinal).ToList();
        return new ModelFigures(
            models.Id,
            LastDay(models.Id) is { } lastDay ? DriftRules.Age(lastDay, time.GetUtcNow()) : null,
            [.. latest.Select(d => new ClassFigure(d.Profile, Training.WindowLength.Show(d.Window / EventClock.Second), d.Report))],
            _challenger?.Id,
            _challenger is null ? [] : [.. Enum.GetValues<Severity>().Select(s => new ShadowFigure(s, shadow.Champion(s), shadow.Challenger(s)))]);
    }

    private List<ClassDay> Days(string champion, out ShadowCounts shadow)
    {
        var counts = new Dictionary<(string Profile, long Window, long Day), DriftCounts>();
        shadow = new ShadowCounts();
        foreach (var lane in _lanes)
        {
            lane.AddTo(champion, counts, shadow);
        }

        return [.. counts.Select(c => new ClassDay(c.Key.Profile, c.Key.Window, c.Key.Day, c.Value.Report()))];
    }

    private void Cap(List<DriftFinding> broken)
    {
        if (broken.Count == 0)
        {
            return;
        }

        try
        {
            var reasons = string.Join("; ", broken.Select(f => $"{f.Subject}: {f.Detail}"));
            if (registry.CapChampion(broken.Min(f => f.Cap!.Value), By, reasons))
            {
                log.Warning($"the model in force is capped at {broken.Min(f => f.Cap!.Value).ToString().ToLowerInvariant()}: {reasons}");
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            log.Error($"the model in force has broken its promise and can't be capped: {fault.Message}");
        }
    }

    /// <summary>Last day that a model has learned from: the first part of its id.</summary>
    private static long? LastDay(string id) =>
        DateTimeOffset.TryParseExact(id.Split('-')[0], "yyyyMMdd", System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out var day)
            ? EventClock.DayNumber(EventClock.ToMicroseconds(day))
            : null;
}
