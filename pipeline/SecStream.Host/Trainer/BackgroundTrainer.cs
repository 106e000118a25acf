using SecStream.Core.Features;
using SecStream.Host.Configuration;
using SecStream.Host.Stores;
using SecStream.Training;
using SecStream.Training.Days;
using SecStream.Training.Gate;
using SecStream.Training.Lifecycle;
using SecStream.Training.Registry;
using SecStream.Training.Schedule;

namespace SecStream.Host.Trainer;

/// <summary>
/// Trains by the schedule: within the service, or as a program of its own (<c>train --watch</c>). The windows are read from the store that the service writes; a model
/// comes into force by the registry's file alone, so it does not matter who has trained it.
/// </summary>
/// <param name="options">The service.</param>
/// <param name="store">Stored windows.</param>
/// <param name="time">Clock.</param>
/// <param name="report">Told what came of each training.</param>
internal sealed class BackgroundTrainer(ServiceOptions options, IFeatureStore store, TimeProvider time, Action<TrainerOutcome> report)
{
    /// <summary>Models that are kept beside those in use: a quarter of a year of weekly ones.</summary>
    private const int KeptModels = 12;

    private const string By = "schedule";
    private readonly ModelRegistry _registry = new(options.Data, time);

    /// <summary>Trains until it is stopped.</summary>
    public Task RunAsync(CancellationToken cancellation) =>
        new TrainerJob(_registry, new TrainingSchedule(options.Training.Schedule), time, TrainAsync, report).RunAsync(cancellation);

    /// <summary>One training, with what follows from it.</summary>
    internal async Task<TrainerOutcome> TrainAsync(CancellationToken cancellation)
    {
        using var stores = ResultStores.Of(options, time);
        var evidence = await EvidenceReading.ReadAsync(options.Data, stores, [], time, cancellation).ConfigureAwait(false);
        var lifecycle = new ModelLifecycle(_registry, store, evidence, new GateOptions { LastWhole = UtcDay.LastWhole(time.GetUtcNow()) });
        return await LowPriority.RunAsync(() => Train(lifecycle, cancellation), cancellation).ConfigureAwait(false);
    }

    private TrainerOutcome Train(ModelLifecycle lifecycle, CancellationToken cancellation)
    {
        var trained = lifecycle.Train(new TrainingOptions { Days = new DaySplitOptions { LastWhole = UtcDay.LastWhole(time.GetUtcNow()) } }, By, null, cancellation);
        var id = trained.Id;
        if (_registry.State().Champion == id)
        {
            return new TrainerOutcome(id, false, $"model {id}: nothing has changed since it was trained");
        }

        if (_registry.State().WasRolledBack(id))
        {
            return new TrainerOutcome(id, false, $"model {id}: nothing has changed since somebody went back from it; it is not promoted again");
        }

        if (!options.Training.AutoPromote)
        {
            _registry.Challenge(id, By);
            return new TrainerOutcome(id, false, $"model {id} is trained and judges in the champion's shadow; `models promote {id}` lets it judge");
        }

        var outcome = lifecycle.Promote(id, By, force: false, null, cancellation);
        _registry.Prune(KeptModels, By);
        return outcome.Promoted
            ? new TrainerOutcome(id, true, $"model {id} is trained and promoted")
            : new TrainerOutcome(id, false, $"model {id} is trained, and the gate refused it: {string.Join("; ", outcome.Report!.Reasons)}", IsFault: trained.Manifest.CanJudge);
    }
}
