using SecStream.Training.Days;
using SecStream.Training.Registry;
using SecStream.Training.Schedule;
using SecStream.Training.Tests.Harness;
using Xunit;

namespace SecStream.Training.Tests.Schedule;

public sealed class TrainerJobTests : IDisposable
{
    // A Monday.
    private static readonly DateTimeOffset s_monday = new(2026, 3, 2, 10, 0, 0, TimeSpan.Zero);
    private readonly TemporaryFolder _folder = new();
    private readonly ManualClock _clock = new(s_monday);
    private readonly List<TrainerOutcome> _told = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Next_Default_IsSundayAtThree()
    {
        var schedule = new TrainingSchedule(TrainingSchedule.Default);
        Assert.Equal(new DateTimeOffset(2026, 3, 8, 3, 0, 0, TimeSpan.Zero), schedule.Next(s_monday));
        Assert.Equal(TimeSpan.FromDays(7), schedule.IntervalAt(s_monday));
    }

    [Theory]
    [InlineData("")]
    [InlineData("weekly")]
    [InlineData("0 0 3 * *")]
    [InlineData("0 0 25 ? * SUN")]
    [InlineData("0 0 3 30 2 ?")]
    public void FaultOf_NoSchedule_SaysWhatIsWrong(string expression) => Assert.NotEmpty(TrainingSchedule.FaultOf(expression)!);

    [Fact]
    public void First_ChampionAndNothingMissed_WaitsForTheSchedule()
    {
        Champion();
        Assert.Equal(new DateTimeOffset(2026, 3, 8, 3, 0, 0, TimeSpan.Zero), Job().First(s_monday));
    }

    [Fact]
    public void First_TrainingWasMissed_IsSoon()
    {
        Champion();
        var now = new DateTimeOffset(2026, 3, 9, 8, 0, 0, TimeSpan.Zero);
        Assert.Equal(now + TimeSpan.FromMinutes(1), Job().First(now));
    }

    [Fact]
    public void Next_NoChampion_IsTomorrowAtLatest()
    {
        Assert.Equal(s_monday + TimeSpan.FromDays(1), Job().Next(s_monday));
        Champion();
        Assert.Equal(new DateTimeOffset(2026, 3, 8, 3, 0, 0, TimeSpan.Zero), Job().Next(s_monday));
    }

    [Fact]
    public async Task RunAsync_TrainingsFail_TheNextIsAwaitedAll()
    {
        var outcomes = new Queue<Func<TrainerOutcome>>(
        [
            () => throw new TrainingRefusedException("api-key: learning until 2026-03-15"),
            () => throw new IOException("disk full"),
            () => new TrainerOutcome("id", true, "trained"),
        ]);
        using var stop = new CancellationTokenSource();
        var job = new TrainerJob(Registry(), new TrainingSchedule(TrainingSchedule.Default), _clock, _ => Task.Run(() => outcomes.Dequeue()()), outcome =>
        {
            lock (_told)
            {
                _told.Add(outcome);
            }
        });
        var running = job.RunAsync(stop.Token);
        await UntilAsync(3, running);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Equal([false, true, false], _told.Select(t => t.IsFault));
        Assert.Contains("learning until", _told[0].Text, StringComparison.Ordinal);
        Assert.Contains("disk full", _told[1].Text, StringComparison.Ordinal);
        Assert.InRange(_clock.GetUtcNow() - s_monday, TimeSpan.FromDays(2), TimeSpan.FromDays(2.1));
    }

    [Fact]
    public async Task LowPriority_Fault_ReachesTheAwaiter() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => LowPriority.RunAsync<int>(() => throw new InvalidOperationException("x"), CancellationToken.None));

    [Fact]
    public async Task LowPriority_Work_GivesItsResult() => Assert.Equal(7, await LowPriority.RunAsync(() => 7, CancellationToken.None));

    /// <summary>Lets time go on from timer to timer until so many trainings were told.</summary>
    private async Task UntilAsync(int told, Task running)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!running.IsCompleted)
        {
            lock (_told)
            {
                if (_told.Count >= told)
                {
                    return;
                }
            }

            if (_clock.NextDue is { } due)
            {
                _clock.GoTo(due);
            }

            await Task.Delay(1, patience.Token);
        }
    }

    private ModelRegistry Registry() => new(_folder.Path, _clock);

    private void Champion()
    {
        var registry = Registry();
        registry.Promote(registry.Add(Drafts.Make(1), "test"), "test", false, null);
    }

    private TrainerJob Job() =>
        new(Registry(), new TrainingSchedule(TrainingSchedule.Default), _clock, _ => Task.FromResult(new TrainerOutcome(null, false, "")), _told.Add);
}
