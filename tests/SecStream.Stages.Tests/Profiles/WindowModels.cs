using SecStream.Core.Alerts;
using SecStream.Core.Features;

namespace SecStream.Stages.Tests.Profiles;

/// <summary>Models that say what the test wants of a window.</summary>
internal sealed class WindowModels(string id, Func<FeatureVector, Severity?> judge) : IModelSet
{
    public string Id => id;

    /// <summary>State of windows that are not strange.</summary>
    public JudgementState State { get; init; } = JudgementState.Judged;

    /// <summary>Whether there is a judge for a length.</summary>
    public Func<long, bool> Has { get; init; } = _ => true;

    public IWindowJudge? JudgeOf(FeatureSchema schema, long window) => Has(window) ? new Judge(this, judge) : null;

    public long? LearningUntil(FeatureSchema schema, ReadOnlySpan<byte> key) => null;

    private sealed class Judge(WindowModels set, Func<FeatureVector, Severity?> judge) : IWindowJudge
    {
        public string Model => set.Id;

        Judgement IWindowJudge.Judge(FeatureVector window) => judge(window) is { } severity
            ? new Judgement(JudgementState.Judged, 1e-6, Judgement.Threshold(severity), severity)
            : new Judgement(set.State, 1, 0, null);

        public Anomaly Explain(FeatureVector window) => AnomalyHarness.Window(0, Judgement.Threshold(judge(window)!.Value), window.Events, severity: judge(window)) with
        {
            Start = window.Start,
            End = window.End,
            Model = set.Id,
        };
    }
}
