using SecStream.Core.Events;
using SecStream.Core.Features;
using SecStream.Models.WindowModels;
using SecStream.Stages.Profiles;
using SecStream.Training.Drift;
using SecStream.Training.Gate;

namespace SecStream.Host.Detection;

/// <summary>What one lane counts while windows are judged. The lane writes, others read; its lock is hardly ever contended.</summary>
internal sealed class LaneWatch(Func<IModelSet?> challenger) : IWindowObserver
{
    /// <summary>Days that counts are kept of: the two that the rules compare, and today.</summary>
    private const int KeptDays = 3;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Profile, long Window, long Day), DriftCounts> _counts = [];
    private readonly Dictionary<(string Profile, long Window), IWindowJudge?> _shadows = [];
    private ShadowCounts _shadow = new();
    private IModelSet? _champion;
    private IModelSet? _challenger;

    /// <inheritdoc/>
    public void Judged(IModelSet models, FeatureVector window, Judgement judgement)
    {
        lock (_lock)
        {
            Follow(models);
            var day = EventClock.DayNumber(window.End - 1);
            var key = (window.Schema.Profile, window.Window, day);
            if (!_counts.TryGetValue(key, out var counts))
            {
                if (FiguresOf(models, window) is not { } figures)
                {
                    return;
                }

                counts = new DriftCounts(figures);
                _counts.Add(key, counts);
                Forget(day);
            }

            counts.Add(window, judgement);
            Shadow(window, judgement);
        }
    }

    /// <summary>Adds what was counted of the models in force to the counts of other lanes.</summary>
    public void AddTo(string champion, Dictionary<(string Profile, long Window, long Day), DriftCounts> counts, ShadowCounts shadow)
    {
        lock (_lock)
        {
            if (_champion?.Id != champion)
            {
                return;
            }

            foreach (var (key, own) in _counts)
            {
                if (!counts.TryGetValue(key, out var sum))
                {
                    sum = new DriftCounts(own.Figures);
                    counts.Add(key, sum);
                }

                sum.Merge(own);
            }

            if (ReferenceEquals(_challenger, challenger()))
            {
                shadow.Merge(_shadow);
            }
        }
    }

    private void Follow(IModelSet models)
    {
        var shadow = challenger();
        if (!ReferenceEquals(models, _champion) && models.Id != _champion?.Id)
        {
            _counts.Clear();
            _shadow = new ShadowCounts();
        }

        _champion = models;
        if (!ReferenceEquals(shadow, _challenger))
        {
            (_challenger, _shadow) = (shadow, new ShadowCounts());
            _shadows.Clear();
        }
    }

    private void Shadow(FeatureVector window, Judgement judgement)
    {
        if (_challenger is null)
        {
            return;
        }

        var key = (window.Schema.Profile, window.Window);
        if (!_shadows.TryGetValue(key, out var judge))
        {
            judge = _challenger.JudgeOf(window.Schema, window.Window);
            _shadows.Add(key, judge);
        }

        _shadow.Add(judgement, judge?.Judge(window) ?? new Judgement(JudgementState.NoModel, 1, 0, null));
    }

    private void Forget(long day)
    {
        foreach (var old in _counts.Keys.Where(key => key.Day <= day - KeptDays).ToList())
        {
            _counts.Remove(old);
        }
    }

    private static Models.WindowModels.Figures.ClassFigures? FiguresOf(IModelSet models, FeatureVector window) => (models as ModelSet)?.Models
        .FirstOrDefault(m => m.Schema.Profile == window.Schema.Profile && m.Schema.Version == window.Schema.Version && m.Window == window.Window)?.Figures;
}
