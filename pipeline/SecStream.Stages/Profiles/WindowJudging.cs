using SecStream.Core.Features;
using SecStream.Core.Observations;
using SecStream.Stages.Profiles.Windows;

namespace SecStream.Stages.Profiles;

/// <summary>
/// What a lane does with windows: each is judged by the model in force at its end; a strange one becomes an observation for the rules, one that no longer
/// is takes its observation back; one that nothing can change any more goes to the store for training. What it does depends on window and model alone.
/// One per lane, not thread-safe.
/// </summary>
public sealed class WindowJudging : IWindowSink
{
    private readonly IFeatureSink? _store;
    private readonly Dictionary<(IModelSet Models, FeatureSchema Schema, long Window), IWindowJudge?> _judges = [];
    private ModelTimeline _models;
    private AnomalyObservations _observations;
    private RowBuffer[] _rows = [];

    /// <summary>Makes it.</summary>
    /// <param name="models">Models over time.</param>
    /// <param name="observations">Turns anomalies into rows.</param>
    /// <param name="store">Takes windows for training; null: nobody does.</param>
    public WindowJudging(ModelTimeline models, AnomalyObservations observations, IFeatureSink? store)
    {
        _models = models;
        _observations = observations;
        _store = store;
    }

    /// <summary>Looks on; null: nobody does.</summary>
    public IWindowObserver? Observer { get; init; }

    /// <summary>What became of the windows.</summary>
    public WindowCounters Counters { get; } = new();

    /// <summary>Takes models and rules that go on from the present ones, while everything stands still.</summary>
    public void Use(ModelTimeline models, AnomalyObservations observations)
    {
        _models = models;
        _observations = observations;
        _judges.Clear();
    }

    /// <inheritdoc/>
    public void Begin(RowBuffer[] rowsByShard) => _rows = rowsByShard;

    /// <inheritdoc/>
    public void Closed(FeatureVector window, bool revised)
    {
        Counters.Closed += revised ? 0 : 1;
        Counters.Revised += revised ? 1 : 0;
        var judge = JudgeOf(window);
        var judgement = judge?.Judge(window) ?? new Judgement(JudgementState.NoModel, 1, 0, null);
        Count(judgement, revised);
        if (!revised && judge is not null)
        {
            Observer?.Judged(_models.At(window.End)!, window, judgement);
        }

        if (judgement.Severity is not null)
        {
            _observations.Emit(judge!.Explain(window), window.Schema, window.Key, _rows);
        }
        else if (revised && judge is not null)
        {
            _observations.Withdraw(window.Schema, window.Start, window.End, window.Key, _rows);
        }
    }

    /// <inheritdoc/>
    public void Final(FeatureVector window)
    {
        if (_store is not null)
        {
            _store.Write(window);
            Counters.Stored++;
        }
    }

    private IWindowJudge? JudgeOf(FeatureVector window)
    {
        if (_models.At(window.End) is not { } models)
        {
            return null;
        }

        var key = (models, window.Schema, window.Window);
        if (!_judges.TryGetValue(key, out var judge))
        {
            judge = models.JudgeOf(window.Schema, window.Window);
            _judges.Add(key, judge);
        }

        return judge;
    }

    private void Count(Judgement judgement, bool revised)
    {
        if (revised)
        {
            return;
        }

        switch (judgement.State)
        {
            case JudgementState.NoModel:
                Counters.WithoutModel++;
                break;
            case JudgementState.Learning:
                Counters.Learning++;
                break;
            case JudgementState.Judged:
                Counters.Judged++;
                break;
        }

        if (judgement.Severity is { } severity)
        {
            Counters.Anomalies[(int)severity]++;
        }
    }
}
