using SecStream.Core.Alerts;
using SecStream.Core.Features;
using SecStream.Host.Detection;
using SecStream.Host.Tests.Harness;
using SecStream.Models.WindowModels;
using SecStream.Training.Gate;
using Xunit;

namespace SecStream.Host.Tests.Detection;

public sealed class LaneWatchTests : IDisposable
{
    private static readonly Judgement s_ordinary = new(JudgementState.Judged, 0.5, 0.05, null);
    private readonly TrainedModels _models = new();
    private readonly ModelSet _champion;
    private IModelSet? _challenger;

    public LaneWatchTests() => _champion = _models.Load(_models.Add(1));

    [Fact]
    public void AddTo_SeveralLanes_SumsDaysOfTheChampionAlone()
    {
        var (one, other) = (new LaneWatch(() => null), new LaneWatch(() => null));
        one.Judged(_champion, TrainedModels.Window(TrainedModels.Today), s_ordinary);
        one.Judged(_champion, TrainedModels.Window(TrainedModels.Today + 1), s_ordinary);
        other.Judged(_champion, TrainedModels.Window(TrainedModels.Today), s_ordinary with { P = 1e-4 });
        var counts = Counts(_champion.Id, one, other);
        Assert.Equal([(TrainedModels.Today, 2L, 1L), (TrainedModels.Today + 1, 1L, 0L)], counts);
        Assert.Equal(counts, Counts(_champion.Id, one, other));
        Assert.Empty(Counts("another", one, other));
    }

    [Fact]
    public void Judged_LastMicrosecondOfADay_BelongsToIt()
    {
        var watch = new LaneWatch(() => null);
        var window = TrainedModels.Window(TrainedModels.Today);
        window.End = (TrainedModels.Today + 1) * Core.Events.EventClock.Day;
        window.Start = window.End - Features.GeneratedWindows.Window;
        watch.Judged(_champion, window, s_ordinary);
        Assert.Equal([(TrainedModels.Today, 1L, 0L)], Counts(_champion.Id, watch));
    }

    [Fact]
    public void Judged_OtherModels_BeginsToCountAnew()
    {
        var watch = new LaneWatch(() => null);
        watch.Judged(_champion, TrainedModels.Window(TrainedModels.Today), s_ordinary);
        watch.Judged(_champion.Capped(Severity.Medium), TrainedModels.Window(TrainedModels.Today), s_ordinary);
        Assert.Equal([(TrainedModels.Today, 2L, 0L)], Counts(_champion.Id, watch));
        watch.Judged(_champion.WithId("another"), TrainedModels.Window(TrainedModels.Today), s_ordinary);
        Assert.Empty(Counts(_champion.Id, watch));
        Assert.Equal([(TrainedModels.Today, 1L, 0L)], Counts("another", watch));
    }

    [Fact]
    public void Judged_ManyDays_KeepsThree()
    {
        var watch = new LaneWatch(() => null);
        for (var day = TrainedModels.Today; day < TrainedModels.Today + 10; day++)
        {
            watch.Judged(_champion, TrainedModels.Window(day), s_ordinary);
        }

        Assert.Equal([7, 8, 9], Counts(_champion.Id, watch).Select(c => c.Day - TrainedModels.Today));
    }

    [Fact]
    public void Judged_ClassThatTheModelDoesNotKnow_IsNotCounted()
    {
        var watch = new LaneWatch(() => null);
        var window = FeatureVector.Of(Features.GeneratedWindows.Schema with { Version = "another" });
        window.End = 1;
        watch.Judged(_champion, window, s_ordinary);
        Assert.Empty(Counts(_champion.Id, watch));
    }

    [Fact]
    public void Judged_Challenger_JudgesInTheShadowFromWhenItIsOne()
    {
        var watch = new LaneWatch(() => _challenger);
        var window = TrainedModels.Window(TrainedModels.Today);
        watch.Judged(_champion, window, s_ordinary);
        Assert.Equal(0, Shadow(watch).Windows);

        _challenger = _models.Load(_models.Add(2));
        window.Values[0] = 900;
        watch.Judged(_champion, window, s_ordinary);
        watch.Judged(_champion, TrainedModels.Window(TrainedModels.Today), s_ordinary);
        var shadow = Shadow(watch);
        Assert.Equal((2, 0, 1), (shadow.Windows, shadow.Champion(Severity.Low), shadow.Challenger(Severity.Low)));

        _challenger = _champion.WithId("third");
        Assert.Equal(0, Shadow(watch).Windows);
        watch.Judged(_champion, window, s_ordinary);
        Assert.Equal(1, Shadow(watch).Windows);
    }

    public void Dispose() => _models.Dispose();

    private static (long Day, long Windows, long Exceedances)[] Counts(string champion, params LaneWatch[] lanes)
    {
        var counts = new Dictionary<(string Profile, long Window, long Day), DriftCounts>();
        Array.ForEach(lanes, lane => lane.AddTo(champion, counts, new ShadowCounts()));
        return [.. counts.OrderBy(c => c.Key.Day).Select(c => (c.Key.Day, c.Value.Report().Windows, c.Value.Report().Exceedances))];
    }

    private ShadowCounts Shadow(LaneWatch watch)
    {
        var shadow = new ShadowCounts();
        watch.AddTo(_champion.Id, [], shadow);
        return shadow;
    }
}
