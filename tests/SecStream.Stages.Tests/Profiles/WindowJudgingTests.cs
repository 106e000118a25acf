using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Core.Features;
using SecStream.Stages.Profiles;
using Xunit;
using static SecStream.Stages.Tests.Profiles.AnomalyHarness;

namespace SecStream.Stages.Tests.Profiles;

public sealed class WindowJudgingTests
{
    private const long Length = 5 * EventClock.Minute;
    private readonly AnomalyHarness _harness = new(High);
    private readonly Observer _observer = new();
    private readonly Store _store = new();

    [Fact]
    public void Closed_StrangeWindow_RaisesAnAlertThatALateEventTakesBack()
    {
        var judging = Judging(ModelTimeline.Of(new WindowModels("a", Strange)));
        var window = Window(events: 100);
        _harness.Close(judging, window, revised: false);
        _harness.Advance(window.End + 1);
        Assert.Equal("a", Assert.Single(_harness.Alerts.Values).Anomaly!.Model);

        window.Events = 1;
        _harness.Close(judging, window, revised: true);
        _harness.Advance(window.End + 2);
        Assert.Empty(_harness.Alerts);
        Assert.Equal((1, 1, 1, 1), (judging.Counters.Closed, judging.Counters.Revised, judging.Counters.Judged, judging.Counters.Anomalies[(int)Severity.High]));
    }

    /// <summary>The model of its end judges a window, also when late events change it long after another has come into force.</summary>
    [Fact]
    public void Closed_ModelsOverTime_IsJudgedByTheOneOfItsEnd()
    {
        var from = Noon + Length;
        var judging = Judging(ModelTimeline.Of(new WindowModels("a", Strange)).With(new WindowModels("b", Strange), from));
        var (before, at) = (Window(events: 100, end: from - 1), Window(events: 100, end: from, key: "k2"));
        _harness.Close(judging, at, revised: false);
        _harness.Close(judging, before, revised: false);
        _harness.Close(judging, before, revised: true);
        _harness.Advance(long.MaxValue);
        Assert.Equal(["k1 a", "k2 b"], _harness.Alerts.Values.Select(a => $"{a.Key[0].Value} {a.Anomaly!.Model}").Order());
    }

    [Fact]
    public void Use_OtherModels_JudgeFromThenOn()
    {
        var judging = Judging(ModelTimeline.Of(new WindowModels("a", _ => null)));
        _harness.Close(judging, Window(events: 100), revised: false);
        judging.Use(ModelTimeline.Of(new WindowModels("b", Strange)), _harness.Observations);
        _harness.Close(judging, Window(events: 100, end: Noon + (2 * Length)), revised: false);
        _harness.Advance(long.MaxValue);
        Assert.Equal("b", Assert.Single(_harness.Alerts.Values).Anomaly!.Model);
    }

    [Fact]
    public void Closed_NoModel_IsCountedAndNobodyIsTold()
    {
        var judging = Judging(ModelTimeline.None);
        _harness.Close(judging, Window(events: 100), revised: false);
        _harness.Close(judging, Window(events: 101), revised: true);
        _harness.Close(Judging(ModelTimeline.Of(new WindowModels("a", Strange) { Has = _ => false })), Window(events: 100), revised: false);
        _harness.Advance(long.MaxValue);
        Assert.Equal((1, 1, 1, 0), (judging.Counters.Closed, judging.Counters.Revised, judging.Counters.WithoutModel, judging.Counters.Judged));
        Assert.Empty(_observer.Seen);
        Assert.Empty(_harness.Alerts);
    }

    [Fact]
    public void Closed_Observer_IsToldOnceOfEachWindow()
    {
        var judging = Judging(ModelTimeline.Of(new WindowModels("a", Strange) { State = JudgementState.Learning }));
        var window = Window(events: 1);
        _harness.Close(judging, window, revised: false);
        window.Events = 100;
        _harness.Close(judging, window, revised: true);
        Assert.Equal([("a", window.End, JudgementState.Learning)], _observer.Seen);
        Assert.Equal((1, 0), (judging.Counters.Learning, judging.Counters.Judged));
    }

    [Fact]
    public void Final_Window_IsStoredWhereThereIsAStore()
    {
        var judging = Judging(ModelTimeline.None);
        judging.Final(Window(events: 3));
        Assert.Equal([3L], _store.Events);
        Assert.Equal(1, judging.Counters.Stored);
        var without = new WindowJudging(ModelTimeline.None, _harness.Observations, null);
        without.Final(Window(events: 3));
        Assert.Equal(0, without.Counters.Stored);
    }

    [Fact]
    public void Add_Counters_SumsAll()
    {
        var judging = Judging(ModelTimeline.Of(new WindowModels("a", Strange)));
        _harness.Close(judging, Window(events: 100), revised: false);
        judging.Final(Window(events: 100));
        var sum = new WindowCounters();
        sum.Add(judging.Counters);
        sum.Add(judging.Counters);
        Assert.Equal((2, 2, 2, 2), (sum.Closed, sum.Judged, sum.Stored, sum.Anomalies[(int)Severity.High]));
    }

    private static Severity? Strange(FeatureVector window) => window.Events >= 50 ? Severity.High : null;

    private static FeatureVector Window(long events, long end = Noon + Length, string key = "k1")
    {
        var window = FeatureVector.Of(Schema);
        (window.Key, window.Start, window.End, window.Events) = (System.Text.Encoding.UTF8.GetBytes(key), end - Length, end, events);
        return window;
    }

    private WindowJudging Judging(ModelTimeline models) => new(models, _harness.Observations, _store) { Observer = _observer };

    private sealed class Observer : IWindowObserver
    {
        public List<(string Model, long End, JudgementState State)> Seen { get; } = [];

        public void Judged(IModelSet models, FeatureVector window, Judgement judgement) => Seen.Add((models.Id, window.End, judgement.State));
    }

    private sealed class Store : IFeatureSink
    {
        public List<long> Events { get; } = [];

        public void Write(FeatureVector window) => Events.Add(window.Events);
    }
}
