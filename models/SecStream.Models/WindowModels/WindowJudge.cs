using SecStream.Core.Features;

namespace SecStream.Models.WindowModels;

/// <summary>
/// Judges windows by the model of their class. Some 1 µs for ten features, two categories and nothing strange; some 2 µs with the forest. Not thread-safe: one a
/// lane.
/// </summary>
internal sealed class WindowJudge(ClassModel model, string id, SeverityLimits limits, double windowsPerDay) : IWindowJudge
{
    private readonly WindowScorer _scorer = new(model);

    /// <inheritdoc/>
    public string Model => id;

    /// <inheritdoc/>
    public Judgement Judge(FeatureVector window)
    {
        ArgumentNullException.ThrowIfNull(window);
        var key = KeyOf(window);
        var fusion = key >= 0 ? model.OwnFusion : model.ClassFusion;
        if (fusion?.Fused is not { } fused)
        {
            return new Judgement(JudgementState.Learning, 1, 0, null);
        }

        _scorer.Score(window, key);
        var logP = fused.LogUpper(fusion.Fuse(_scorer.Scores));
        return new Judgement(JudgementState.Judged, Math.Exp(logP), SeverityLimits.Grade(logP), limits.Of(logP));
    }

    /// <inheritdoc/>
    public Anomaly Explain(FeatureVector window)
    {
        var judgement = Judge(window);
        var key = KeyOf(window);
        var fusion = key >= 0 ? model.OwnFusion : model.ClassFusion;
        var explanation = new Explanation(model, _scorer, window, key, fusion);
        return new Anomaly
        {
            Profile = model.Schema.Profile,
            Start = window.Start,
            End = window.End,
            Events = window.Events,
            Grade = judgement.Grade,
            P = judgement.P,
            Confidence = explanation.Confidence(),
            ExpectedFalsePerDay = judgement.P * windowsPerDay,
            Severity = judgement.Severity,
            Model = id,
            Detectors = explanation.Opinions(),
            Contributions = explanation.Contributions(),
            Evidence = [.. window.Evidence.Take(100)],
        };
    }

    /// <summary>The key's number when it is judged by its own past; where that has no calibration, by the class.</summary>
    private int KeyOf(FeatureVector window) => model.OwnFusion?.Fused is null ? -1 : _scorer.KeyOf(window);
}
