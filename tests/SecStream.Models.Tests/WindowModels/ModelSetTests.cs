using SecStream.Core.Features;
using SecStream.Models.WindowModels;
using SecStream.Models.WindowModels.Figures;

namespace SecStream.Models.Tests.WindowModels;

/// <summary>Artefacts, and what a training does with little.</summary>
public sealed class ModelSetTests
{
    [Fact]
    public void Load_OfASavedSet_JudgesTheSameAndSavesTheSame()
    {
        var trained = TrainedFleet.Of(FleetKind.Seasonal, 200, 2);
        var saved = Saved(trained.Set);
        var loaded = ModelSet.Load(new MemoryStream(saved), "m1");
        Assert.Equal("m1", loaded.JudgeOf(Fleet.Schema, Fleet.Hour)!.Model);
        Assert.Equal(saved, Saved(loaded));
        Assert.Equal(trained.Set.WindowsPerDay, loaded.WindowsPerDay);
        Assert.Equal(trained.Set.Figures.Severities, loaded.Figures.Severities);
        var (a, b) = (trained.Set.JudgeOf(Fleet.Schema, Fleet.Hour)!, loaded.JudgeOf(Fleet.Schema, Fleet.Hour)!);
        foreach (var window in trained.Fleet.Read(Fleet.FirstDay + 25).Take(500))
        {
            Assert.Equal(a.Judge(window), b.Judge(window));
            Assert.Equal(a.Explain(window).Contributions, b.Explain(window).Contributions);
        }
    }

    [Fact]
    public void Load_DamagedOrCutOff_SaysSo()
    {
        var saved = Saved(TrainedFleet.Of(FleetKind.Seasonal, 200, 2).Set);
        foreach (var length in new[] { 0, 3, 20, 30, saved.Length / 2, saved.Length - 1 })
        {
            Assert.Throws<InvalidDataException>(() => ModelSet.Load(new MemoryStream(saved[..length]), "m"));
        }

        foreach (var place in new[] { 40, saved.Length / 3, saved.Length - 5 })
        {
            var damaged = saved.ToArray();
            damaged[place] ^= 4;
            Assert.Throws<InvalidDataException>(() => ModelSet.Load(new MemoryStream(damaged), "m"));
        }
    }

    [Fact]
    public void Train_SameWindowsAndSeed_GivesTheSameBytes()
    {
        ModelSet Train(ulong seed) => new ModelSetTrainer(new WindowModelOptions { SampleWindows = 2_000 })
            .Train([new TrainingClass(Fleet.Schema, Fleet.Hour, new Fleet(FleetKind.Poisson, 30, 20, 5), Fleet.Split(10, 6, 2))], seed, null, CancellationToken.None);
        var (first, second, third) = (Train(1), Train(1), Train(2));
        Assert.Equal(Saved(first), Saved(second));
        Assert.Equal(first.Id, second.Id);
        Assert.NotEqual(first.Id, third.Id);
    }

    [Fact]
    public void Train_SmallClassBesideALargeOne_IsLentTheCalibrationOfAll()
    {
        var small = Fleet.Schema with { Profile = "small" };
        var set = new ModelSetTrainer(new WindowModelOptions { SampleWindows = 5_000 }).Train(
            [
                new TrainingClass(Fleet.Schema, Fleet.Hour, new Fleet(FleetKind.Poisson, 100, 23, 5), Fleet.Split(14, 7, 2)),
                new TrainingClass(small, Fleet.Hour, new Fleet(FleetKind.Poisson, 5, 23, 6), Fleet.Split(14, 7, 2)),
            ],
            1,
            null,
            CancellationToken.None);
        var figures = set.Figures.Classes[1];
        Assert.True(figures.Own.FromParent);
        Assert.Contains(figures.Notes, n => n.Contains("lent", StringComparison.Ordinal));
        Assert.False(set.Figures.Classes[0].Own.FromParent);
        Assert.NotNull(set.JudgeOf(small, Fleet.Hour));
        Assert.Equal(set.Figures.Classes.Sum(c => c.WindowsPerDay), set.WindowsPerDay);
    }

    [Fact]
    public void Train_TooFewWindowsForAnything_IsNotJudgedAndSaysWhy()
    {
        var set = new ModelSetTrainer(new WindowModelOptions()).Train(
            [new TrainingClass(Fleet.Schema, Fleet.Hour, new Fleet(FleetKind.Poisson, 3, 12, 5), Fleet.Split(9, 2, 1))], 1, null, CancellationToken.None);
        Assert.Null(set.JudgeOf(Fleet.Schema, Fleet.Hour));
        Assert.Contains("a tail needs 200", set.Figures.Classes[0].Refusal, StringComparison.Ordinal);
        Assert.Contains(set.Figures.Classes[0].Notes, n => n.Contains("not judged", StringComparison.Ordinal));
    }

    [Fact]
    public void Train_NoWindowsAtAll_IsNotJudged()
    {
        var set = new ModelSetTrainer(new WindowModelOptions()).Train(
            [new TrainingClass(Fleet.Schema, Fleet.Hour, new Fleet(FleetKind.Poisson, 0, 12, 5), Fleet.Split(9, 2, 1))], 1, null, CancellationToken.None);
        Assert.Null(set.JudgeOf(Fleet.Schema, Fleet.Hour));
        Assert.Equal(0, set.WindowsPerDay);
        Assert.NotNull(ModelSet.Load(new MemoryStream(Saved(set)), "m"));
    }

    [Fact]
    public void Train_LessThanAWeek_KeysAreLearningAndJudgedByTheClass()
    {
        var fleet = new Fleet(FleetKind.Poisson, 100, 12, 5);
        var set = new ModelSetTrainer(new WindowModelOptions { SampleWindows = 5_000 }).Train(
            [new TrainingClass(Fleet.Schema, Fleet.Hour, fleet, Fleet.Split(5, 6, 1))], 1, null, CancellationToken.None);
        var figures = set.Figures.Classes[0];
        Assert.Equal((0, 100), (figures.Keys, figures.LearningKeys));
        Assert.Contains(figures.Notes, n => n.Contains("7 days", StringComparison.Ordinal));
        var window = fleet.Read(Fleet.FirstDay + 11).First();
        Assert.Equal(JudgementState.Judged, set.JudgeOf(Fleet.Schema, Fleet.Hour)!.Judge(window).State);
        var until = set.LearningUntil(Fleet.Schema, window.Key)!.Value;
        Assert.InRange(until, (Fleet.FirstDay + 7) * 24 * Fleet.Hour, (Fleet.FirstDay + 8) * 24 * Fleet.Hour);
    }

    [Fact]
    public void Train_Cancelled_Ends()
    {
        using var source = new CancellationTokenSource();
        var told = new List<TrainingProgress>();
        var progress = new Told(p =>
        {
            told.Add(p);
            source.Cancel();
        });
        Assert.Throws<OperationCanceledException>(() => new ModelSetTrainer(new WindowModelOptions()).Train(
            [new TrainingClass(Fleet.Schema, Fleet.Hour, new Fleet(FleetKind.Poisson, 3, 12, 5), Fleet.Split(9, 2, 1))], 1, progress, source.Token));
        Assert.Equal("learn", Assert.Single(told).Phase);
    }

    [Fact]
    public void Fit_DayThatServesTwoEnds_IsRejected()
    {
        var split = new TrainingSplit([1, 2, 3], [3, 4], []);
        var trainer = new WindowModelTrainer(Fleet.Schema, Fleet.Hour, new WindowModelOptions());
        var error = Assert.Throws<ArgumentException>(() => trainer.Fit(new Fleet(FleetKind.Poisson, 1, 5, 1), split, 1, null, default));
        Assert.Contains("two ends", error.Message, StringComparison.Ordinal);
    }

    private static byte[] Saved(ModelSet set)
    {
        using var stream = new MemoryStream();
        set.Save(stream);
        return stream.ToArray();
    }

    private sealed class Told(Action<TrainingProgress> tell) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => tell(value);
    }
}
