using SecStream.Core.Features;
using SecStream.Training.Artefacts;
using SecStream.Training.Exclusions;
using SecStream.Training.Gate;
using SecStream.Training.Registry;

namespace SecStream.Training.Lifecycle;

/// <summary>What a promotion has come to.</summary>
/// <param name="Promoted">Whether the model judges now.</param>
/// <param name="Report">What the gate said; null: it was not asked.</param>
public sealed record PromotionOutcome(bool Promoted, GateReport? Report);

/// <summary>The way of a model: trained, kept, judged by the gate, promoted.</summary>
/// <param name="registry">Models that are kept.</param>
/// <param name="store">Stored windows.</param>
/// <param name="evidence">What is known of attacks.</param>
/// <param name="gate">What the gate looks at.</param>
public sealed class ModelLifecycle(ModelRegistry registry, IFeatureStore store, Evidence evidence, GateOptions gate)
{
    /// <summary>Trains a model and keeps it.</summary>
    /// <param name="options">How.</param>
    /// <param name="by">Who.</param>
    /// <param name="progress">Told about every day read.</param>
    /// <param name="cancellation">Ends it; nothing is kept then.</param>
    /// <exception cref="Days.TrainingRefusedException">It can't be done with what is stored.</exception>
    public ArtefactDraft Train(TrainingOptions options, string by, IProgress<TrainingStep>? progress, CancellationToken cancellation)
    {
        var draft = new TrainingRun(store, evidence.Excluded, evidence.Explained, options).Train(progress, cancellation);
        cancellation.ThrowIfCancellationRequested();
        registry.Add(draft, by);
        return draft;
    }

    /// <summary>What the gate says of a model that is kept.</summary>
    /// <exception cref="InvalidDataException">It or the champion is damaged.</exception>
    public GateReport Judge(string id, IProgress<TrainingStep>? progress, CancellationToken cancellation)
    {
        var challenger = registry.Open(id);
        var champion = registry.State().Champion is { } other && other != id ? Champion(other) : null;
        return new PromotionGate(store, evidence.Alerts, evidence.Explained, gate)
            .Judge(challenger.Load(), challenger.Manifest, champion?.Load(), progress, cancellation);
    }

    /// <summary>Promotes a model when the gate lets it pass; what it refuses is recorded.</summary>
    /// <param name="id">The model.</param>
    /// <param name="by">Who.</param>
    /// <param name="force">Without asking the gate; recorded, too.</param>
    /// <param name="progress">Told about every day read.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="InvalidOperationException">It is the champion already.</exception>
    /// <exception cref="InvalidDataException">It or the champion is damaged.</exception>
    public PromotionOutcome Promote(string id, string by, bool force, IProgress<TrainingStep>? progress, CancellationToken cancellation)
    {
        var state = registry.State();
        if (state.Champion == id)
        {
            throw new InvalidOperationException($"{id} is the champion already");
        }

        if (force)
        {
            registry.Promote(id, by, forced: true, "without the gate");
            return new PromotionOutcome(true, null);
        }

        var report = Judge(id, progress, cancellation);
        if (!report.Passed)
        {
            registry.Refuse(id, by, string.Join("; ", report.Reasons));
            return new PromotionOutcome(false, report);
        }

        // What the gate has compared with is what is replaced, or nothing.
        registry.Promote(id, by, forced: false, null, champion: state.Champion);
        return new PromotionOutcome(true, report);
    }

    private Artefact Champion(string id)
    {
        try
        {
            return registry.Open(id);
        }
        catch (InvalidDataException fault)
        {
            throw new InvalidDataException($"the champion can't be compared with: {fault.Message}; or promote without the gate by --force");
        }
    }
}
