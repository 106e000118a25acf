using SecStream.Core.Alerts;
using SecStream.Core.Features;

namespace SecStream.Conformance.Tests.Harness;

/// <summary>
/// Models for which a window's grade follows from everything the window says: whatever is different in a window, an alert shows. Nothing is learned;
/// what a trained model would say is none of conformance's concern, only that it is asked about the same windows.
/// </summary>
internal sealed class CountingModels(string id, double usual) : IModelSet
{
    public string Id => id;

    public IWindowJudge? JudgeOf(FeatureSchema schema, long window) => new Judge(id, usual);

    public long? LearningUntil(FeatureSchema schema, ReadOnlySpan<byte> key) => null;

    private sealed class Judge(string id, double usual) : IWindowJudge
    {
        public string Model => id;

        Judgement IWindowJudge.Judge(FeatureVector window)
        {
            var grade = Grade(window);
            Severity? severity = grade >= 0.8 ? Severity.High : grade >= 0.6 ? Severity.Medium : null;
            return new Judgement(JudgementState.Judged, Math.Pow(10, -6 * grade), grade, severity);
        }

        public Anomaly Explain(FeatureVector window)
        {
            var judgement = ((IWindowJudge)this).Judge(window);
            return new Anomaly
            {
                Profile = window.Schema.Profile,
                Start = window.Start,
                End = window.End,
                Events = window.Events,
                Grade = judgement.Grade,
                P = judgement.P,
                Confidence = 1,
                ExpectedFalsePerDay = judgement.P * 1000,
                Severity = judgement.Severity,
                Model = id,
                Detectors = [new DetectorOpinion("counting", judgement.Grade, judgement.P, 1)],
                Contributions = [.. window.Schema.Features.Select((f, i) => new Contribution(f.Name, f.Noun, Known(window.Values[i]), usual, 0, usual, 0.2, Known(window.Values[i]) - usual)).Take(5)],
                Evidence = [.. window.Evidence],
            };
        }

        private static double Known(double value) => double.IsNaN(value) ? -1 : value;

        /// <summary>Mostly the number of events; a little of everything else.</summary>
        private double Grade(FeatureVector window)
        {
            var rest = window.Values.Sum(Known) + window.Categories.Sum(c => c.Sum(v => (v.Hash % 97 * 0.01) + v.Count));
            for (var i = 0; i < window.Steps.Count; i++)
            {
                rest += (double)(window.Steps[i] % 89) * (i + 1);
            }

            // One event more may also make a window ordinary again, so that late events take alerts back.
            return window.Events % 5 == 3 ? 0 : Math.Clamp((0.2 * window.Events / usual) + (rest % 1 * 0.01), 0, 1);
        }
    }
}
