using SecStream.Core.Features;

namespace SecStream.Stages.Profiles;

/// <summary>
/// Looks on while windows are judged: drift, a challenger in the champion's shadow. Decides nothing. Called by one lane, for each window once (not again when late events
/// change it), so what it counts is close but not exact.
/// </summary>
public interface IWindowObserver
{
    /// <summary>A window was judged by the models in force.</summary>
    void Judged(IModelSet models, FeatureVector window, Judgement judgement);
}
