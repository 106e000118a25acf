using SecStream.Host.Configuration;
using SecStream.Host.Tests.Harness;
using SecStream.Host.Trainer;
using SecStream.Training.Days;
using SecStream.Training.Registry;
using SecStream.Training.Schedule;
using Xunit;

namespace SecStream.Host.Tests.Trainer;

public sealed class BackgroundTrainerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    // Noon of the 15th: fourteen days are over.
    private readonly SettableClock _clock = new(new DateTimeOffset(2026, 3, 15, 12, 0, 0, TimeSpan.Zero));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task TrainAsync_FirstModel_IsPromotedAndStaysUntilSomethingChanges()
    {
        Store(15);
        var first = await TrainAsync();
        Assert.True(first.Promoted, first.Text);
        Assert.StartsWith("20260314-", first.Id, StringComparison.Ordinal);
        var again = await TrainAsync();
        Assert.Equal((first.Id, false, false), (again.Id, again.Promoted, again.IsFault));

        _clock.Now += TimeSpan.FromDays(1);
        var second = await TrainAsync();
        Assert.True(second.Promoted, second.Text);
        Assert.StartsWith("20260315-", second.Id, StringComparison.Ordinal);
        Assert.Equal(first.Id, Registry().State().FormerChampion);

        Registry().Rollback("ann", "too many alerts");
        var rejected = await TrainAsync();
        Assert.Equal((second.Id, false), (rejected.Id, rejected.Promoted));
        Assert.Equal(first.Id, Registry().State().Champion);
    }

    [Fact]
    public async Task TrainAsync_NotToPromote_BecomesTheChallenger()
    {
        Store(14);
        var outcome = await TrainAsync(new TrainingSettings { AutoPromote = false });
        Assert.False(outcome.Promoted);
        Assert.Equal((null, outcome.Id), (Registry().State().Champion, Registry().State().Challenger));
    }

    [Fact]
    public async Task TrainAsync_TodayIsNotOver_IsNotReadyYet()
    {
        Store(14);
        _clock.Now = new DateTimeOffset(2026, 3, 14, 23, 0, 0, TimeSpan.Zero);
        Assert.Contains("learning until 2026-03-14", (await Assert.ThrowsAsync<TrainingRefusedException>(() => TrainAsync())).Message, StringComparison.Ordinal);
    }

    private Task<TrainerOutcome> TrainAsync(TrainingSettings? settings = null)
    {
        var options = new ServiceOptions { Data = _folder.File("data"), Training = settings ?? new TrainingSettings() };
        return new BackgroundTrainer(options, StoredWindows.Open(options.Data), _clock, _ => { }).TrainAsync(CancellationToken.None);
    }

    private ModelRegistry Registry() => new(_folder.File("data"), _clock);

    private void Store(int days) => StoredTraffic.Write(_folder.File("data/features"), days);
}
