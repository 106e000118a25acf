using SecStream.Core.Alerts;
using SecStream.Core.Features;

namespace SecStream.Training.Tests.Harness;

/// <summary>A model that says what the test wants.</summary>
internal sealed class FakeModels(string id, Func<FeatureVector, Severity?> judge) : IModelSet
{
    public string Id => id;

    /// <summary>Profiles that it judges; null: all.</summary>
    public string? Only { get; init; }

    public IWindowJudge? JudgeOf(FeatureSchema schema, long window) => Only is null || schema.Profile == Only ? new FakeJudge(id, judge) : null;

    public long? LearningUntil(FeatureSchema schema, ReadOnlySpan<byte> key) => null;

    private sealed class FakeJudge(string id, Func<FeatureVector, Severity?> judge) : IWindowJudge
    {
        public string Model => id;

        public Judgement Judge(FeatureVector window) => judge(window) is { } severity
            ? new Judgement(JudgementState.Judged, 1e-6, Judgement.Threshold(severity), severity)
            : new Judgement(JudgementState.Judged, 0.5, 0.05, null);

        public Anomaly Explain(FeatureVector window) => throw new NotSupportedException();
    }
}
