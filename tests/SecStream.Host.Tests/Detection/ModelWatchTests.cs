using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Core.Features;
using SecStream.Host.Detection;
using SecStream.Host.Ledger;
using SecStream.Host.Service;
using SecStream.Host.Tests.Harness;
using SecStream.Stages.Profiles;
using SecStream.Training.Registry;
using SecStream.Training.Schedule;
using Xunit;

namespace SecStream.Host.Tests.Detection;

public sealed class ModelWatchTests : IDisposable
{
    private static readonly Judgement s_strange = new(JudgementState.Judged, 1e-4, 0.67, Severity.Medium);
    private readonly TrainedModels _models = new();
    private readonly StringWriter _log = new();
    private readonly SettableClock _clock = new(EventClock.ToInstant((TrainedModels.Today + 2) * EventClock.Day) + TimeSpan.FromHours(12));
    private readonly string _champion;
    private readonly ModelWatch _watch;
    private ModelTimeline _inForce;

    public ModelWatchTests()
    {
        _champion = _models.Add(1);
        _models.Registry.Promote(_champion, "test", false, null);
        _inForce = ModelTimeline.Of(_models.Load(_champion));
        _watch = new ModelWatch(
            _models.Registry, new TrainingSchedule(TrainingSchedule.Default), () => _inForce, new ServiceLog(_log, LogStyle.Terminal, colour: false, _clock), _clock);
    }

    [Fact]
    public void Observe_PromiseBrokenForTwoDays_CapsTheChampionOnce()
    {
        var lanes = new[] { _watch.ObserverOf(0), _watch.ObserverOf(1) };
        Judge(lanes[0], TrainedModels.Today, 5);
        Judge(lanes[1], TrainedModels.Today + 1, 5);
        Assert.Contains(_watch.Observe(), o => o.Kind == BlindSpotKinds.ModelBudget && o.Subject == "api-key 5m");
        Assert.Equal("medium", _models.Registry.State().Cap);
        Assert.Contains("capped at medium: api-key 5m", _log.ToString(), StringComparison.Ordinal);

        var revision = _models.Registry.State().Revision;
        Assert.Contains(_watch.Observe(), o => o.Kind == BlindSpotKinds.ModelBudget);
        Assert.Equal(revision, _models.Registry.State().Revision);
    }

    [Fact]
    public void Observe_TodayIsNotOver_NothingIsCapped()
    {
        Judge(_watch.ObserverOf(0), TrainedModels.Today + 1, 5);
        Judge(_watch.ObserverOf(1), TrainedModels.Today + 2, 5);
        Assert.DoesNotContain(_watch.Observe(), o => o.Kind == BlindSpotKinds.ModelBudget);
        Assert.Null(_models.Registry.State().Cap);
    }

    [Fact]
    public void Observe_NoModelInForce_SaysNothing()
    {
        Judge(_watch.ObserverOf(0), TrainedModels.Today, 5);
        _inForce = ModelTimeline.None;
        Assert.Empty(_watch.Observe());
        Assert.Null(_watch.Figures());
    }

    /// <summary>What was counted of one model says nothing of the next.</summary>
    [Fact]
    public void Observe_AnotherModelInForce_IsNotToldOfTheOneBefore()
    {
        var lane = _watch.ObserverOf(0);
        Judge(lane, TrainedModels.Today, 5);
        Judge(lane, TrainedModels.Today + 1, 5);
        var next = _models.Add(2);
        _models.Registry.Promote(next, "test", false, null);
        _inForce = _inForce.With(_models.Load(next), 1);
        Assert.DoesNotContain(_watch.Observe(), o => o.Kind == BlindSpotKinds.ModelBudget);
        Assert.Null(_models.Registry.State().Cap);
    }

    [Fact]
    public void Observe_OldModel_IsStale()
    {
        Assert.Empty(_watch.Observe());
        _clock.Now += TimeSpan.FromDays(40);
        var stale = Assert.Single(_watch.Observe());
        Assert.Equal((BlindSpotKinds.ModelStale, _champion), (stale.Kind, stale.Subject));
    }

    [Fact]
    public void FollowRegistry_DamagedChallenger_IsToldUntilItIsMended()
    {
        var challenger = _models.Add(2);
        _models.Registry.Challenge(challenger, "test");
        var file = Path.Combine(_models.Registry.Directory, challenger, "model.bin");
        var whole = File.ReadAllBytes(file);
        File.WriteAllText(file, "x");
        _watch.FollowRegistry();
        Assert.Contains("model.bin: damaged", Assert.Single(_watch.Observe()).Detail, StringComparison.Ordinal);
        Assert.Null(_watch.Figures()!.Challenger);

        File.WriteAllBytes(file, whole);
        _watch.FollowRegistry();
        Assert.Empty(_watch.Observe());
        Assert.Equal(challenger, _watch.Figures()!.Challenger);
        _models.Registry.Challenge(null, "test");
        _watch.FollowRegistry();
        Assert.Null(_watch.Figures()!.Challenger);
    }

    [Fact]
    public void Figures_LatestDay_WithAgeAndShadow()
    {
        _models.Registry.Challenge(_models.Add(2), "test");
        _watch.FollowRegistry();
        Judge(_watch.ObserverOf(0), TrainedModels.Today, 3);
        Judge(_watch.ObserverOf(1), TrainedModels.Today + 1, 4);
        var figures = _watch.Figures()!;
        Assert.Equal((_champion, TimeSpan.FromHours(60)), (figures.Model, figures.Age));
        var api = Assert.Single(figures.Classes);
        Assert.Equal(("api-key", "5m", 4), (api.Profile, api.Window, api.Report.Windows));
        Assert.Equal((7, 0), (figures.Shadow.Single(s => s.Severity == Severity.Medium).Champion, figures.Shadow.Single(s => s.Severity == Severity.Medium).Challenger));
    }

    public void Dispose() => _models.Dispose();

    private void Judge(IWindowObserver lane, long day, int times)
    {
        for (var i = 0; i < times; i++)
        {
            lane.Judged(_inForce.Latest!, TrainedModels.Window(day), s_strange);
        }
    }
}
