using SecStream.Core.Alerts;
using SecStream.Core.Features;
using SecStream.Models.Vectors;
using SecStream.Models.WindowModels;

namespace SecStream.Models.Tests.WindowModels;

/// <summary>What a judge says, and of whom.</summary>
public sealed class JudgeTests
{
    private readonly TrainedFleet _trained = TrainedFleet.Of(FleetKind.Seasonal, 200, 2);

    private IWindowJudge Judge => _trained.Set.JudgeOf(Fleet.Schema, Fleet.Hour)!;

    [Fact]
    public void Judge_OrdinaryWindows_AllocatesNothing()
    {
        var judge = Judge;
        var windows = _trained.Fleet.Read(Fleet.FirstDay + 22).Take(500).Select(v => v.Copy()).ToArray();
        long allocated = 0;
        for (var round = 0; round < 3; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            foreach (var window in windows)
            {
                judge.Judge(window);
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
    }

    [Fact]
    public void Judge_TheSameWindowAfterOthers_SaysTheSame()
    {
        var (judge, other) = (Judge, Judge);
        var windows = _trained.Fleet.Read(Fleet.FirstDay + 23).Take(300).Select(v => v.Copy()).ToArray();
        var forwards = windows.Select(judge.Judge).ToArray();
        var backwards = windows.Reverse().Select(other.Judge).Reverse().ToArray();
        Assert.Equal(forwards, backwards);
    }

    [Fact]
    public void Judge_KeyNeverSeen_IsJudgedByTheClass()
    {
        var judge = TrainedFleet.Of(FleetKind.Poisson, 200, 1).Set.JudgeOf(Fleet.Schema, Fleet.Hour)!;
        var window = Window(12);
        window.Key = "nobody"u8.ToArray();
        var judgement = judge.Judge(window);
        Assert.Equal(JudgementState.Judged, judgement.State);
        Assert.DoesNotContain(judge.Explain(window).Detectors, d => d.Name is "forest" or "behaviour");
        window.Values[0] = window.Events = 1_000_000;
        Assert.True(judge.Judge(window).P < 1e-4);
    }

    [Fact]
    public void Judge_KeyNeverSeenAndClassThatWasRefused_IsLearning()
    {
        Assert.NotNull(_trained.Set.Figures.Classes[0].Class.Refusal);
        var window = Window(12);
        window.Key = "nobody"u8.ToArray();
        Assert.Equal(new Judgement(JudgementState.Learning, 1, 0, null), Judge.Judge(window));
        Assert.Empty(Judge.Explain(window).Contributions);
    }

    [Fact]
    public void LearningUntil_KnownAndUnknownKeys_IsNowAndAWeekAfterTheDaysLearnedFrom()
    {
        Assert.Null(_trained.Set.LearningUntil(Fleet.Schema, Window(12).Key));
        Assert.Equal((Fleet.FirstDay + TrainedFleet.FitDays + 7) * 24 * Fleet.Hour, _trained.Set.LearningUntil(Fleet.Schema, "nobody"u8));
    }

    [Fact]
    public void JudgeOf_AnotherVersionOrLength_IsNone()
    {
        Assert.Null(_trained.Set.JudgeOf(Fleet.Schema with { Version = "0" }, Fleet.Hour));
        Assert.Null(_trained.Set.JudgeOf(Fleet.Schema, 24 * Fleet.Hour));
    }

    [Fact]
    public void Capped_SevereWindow_IsNoMoreThanTheCap()
    {
        var window = Attacked(Attack.Sequence);
        Assert.True(Judge.Judge(window).Severity >= Severity.High);
        var capped = _trained.Set.Capped(Severity.Medium).JudgeOf(Fleet.Schema, Fleet.Hour)!;
        Assert.Equal(Severity.Medium, capped.Judge(window).Severity);
        Assert.Equal(Judge.Judge(window).P, capped.Judge(window).P);
    }

    [Fact]
    public void Judge_ValuesNotKnown_AreNoSurprise()
    {
        var window = Window(12);
        Array.Fill(window.Values, double.NaN);
        window.Values[0] = double.PositiveInfinity;
        window.Steps.Clear();
        Assert.Null(Judge.Judge(window).Severity);
        Assert.All(Judge.Explain(window).Contributions, c => Assert.False(double.IsNaN(c.Share)));
    }

    [Fact]
    public void Explain_Flood_SaysWhatWasUsual()
    {
        var window = Attacked(Attack.RateTimesFive);
        window.Evidence.Add(new WindowEvent(default, window.Start, 1));
        var judgement = Judge.Judge(window);
        var anomaly = Judge.Explain(window);
        Assert.Equal((judgement.P, judgement.Grade, judgement.Severity), (anomaly.P, anomaly.Grade, anomaly.Severity));
        Assert.Equal(judgement.P * _trained.Set.WindowsPerDay, anomaly.ExpectedFalsePerDay);
        Assert.Single(anomaly.Evidence);
        var requests = anomaly.Contributions.Single(c => c.Feature == "requests");
        Assert.Equal(window.Events, requests.Observed);
        Assert.InRange(requests.Expected, requests.Observed / 12.0, requests.Observed / 2.0);
        Assert.True(requests.Low <= requests.Expected && requests.Expected <= requests.High && requests.High < requests.Observed);
        Assert.True(requests.Deviation > 3);
        Assert.True(anomaly.Deviation >= requests.Deviation);
        Assert.Equal(1, anomaly.Contributions.Sum(c => c.Share), 9);
        Assert.Equal(anomaly.Contributions.OrderByDescending(c => c.Share), anomaly.Contributions);
        Assert.Equal(1, anomaly.Detectors.Sum(d => d.Weight), 9);
        Assert.InRange(anomaly.Confidence, 0.3, 1);
    }

    [Fact]
    public void Explain_NewCountry_SaysItAndWhatIsKnown()
    {
        var usual = Window(12).Categories[0][0].Text;
        var country = Judge.Explain(Attacked(Attack.NewCountryAndDevice)).Contributions.Single(c => c.Feature == "country");
        Assert.Equal("ZZ", country.Value);
        Assert.Equal(usual, country.Known);
    }

    [Fact]
    public void Judge_OffHours_ExplainsTheHour()
    {
        var key = Enumerable.Range(0, 200).First(k => _trained.Fleet.IsAsleep(k, 3));
        var vector = FeatureVector.Of(Fleet.Schema);
        Attacks.Make(_trained.Fleet, vector, Attack.OffHoursLogin, key, (22 * 24) + 3, new Draw(4));
        var hour = Judge.Explain(vector).Contributions.Single(c => c.Feature == "hour");
        Assert.Equal("03:00", hour.Value);
        Assert.Matches("^\\d\\d:00–\\d\\d:00$", hour.Known);
    }

    private FeatureVector Window(int hour)
    {
        var vector = FeatureVector.Of(Fleet.Schema);
        var key = Enumerable.Range(0, 200).First(k => !_trained.Fleet.IsAsleep(k, hour) && _trained.Fleet.RateOf(k) is > 20 and < 60);
        Assert.True(_trained.Fleet.Fill(vector, key, (23 * 24) + hour));
        return vector;
    }

    private FeatureVector Attacked(Attack attack)
    {
        var vector = FeatureVector.Of(Fleet.Schema);
        var key = Enumerable.Range(0, 200).First(k => !_trained.Fleet.IsAsleep(k, 12) && _trained.Fleet.RateOf(k) is > 20 and < 60);
        Attacks.Make(_trained.Fleet, vector, attack, key, (23 * 24) + 12, new Draw(4));
        return vector;
    }
}
