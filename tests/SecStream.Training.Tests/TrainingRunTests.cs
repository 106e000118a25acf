using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Core.Features;
using SecStream.Models.IsolationForest;
using SecStream.Models.WindowModels;
using SecStream.Training.Artefacts;
using SecStream.Training.Days;
using SecStream.Training.Exclusions;
using SecStream.Training.Gate;
using SecStream.Training.Lifecycle;
using SecStream.Training.Registry;
using SecStream.Training.Tests.Harness;
using Xunit;

namespace SecStream.Training.Tests;

public sealed class TrainingRunTests : IDisposable
{
    private const int DayCount = 20;
    private const long First = Drafts.Day - DayCount + 1;
    private static readonly WindowModelOptions s_small = new() { SampleWindows = 1000, Forest = new IsolationForestOptions { Trees = 10 } };
    private static readonly Lazy<ArtefactDraft> s_ordinary = new(() => Train(Traffic()));
    private static readonly Lazy<MemoryStore> s_busy = new(() => new MemoryStore().WithTraffic(TestSchema.Busy, First, DayCount, keys: 12));
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Train_SameWindowsAndSeed_SameBytesAndId()
    {
        var (a, b) = (s_ordinary.Value, Train(Traffic()));
        Assert.Equal(a.Id, b.Id);
        Assert.Equal(a.ManifestBytes, b.ManifestBytes);
        Assert.All(a.Files.Zip(b.Files), pair => Assert.Equal(pair.First.Content, pair.Second.Content));
        Assert.StartsWith(UtcDay.Compact(Drafts.Day) + "-", a.Id, StringComparison.Ordinal);
    }

    [Fact]
    public void Train_OtherSeed_OtherId() =>
        Assert.NotEqual(s_ordinary.Value.Id, Train(Traffic(), options: new TrainingOptions { Seed = 2, Models = s_small }).Id);

    [Fact]
    public void Train_Manifest_SaysDaysWindowsAndBudget()
    {
        var manifest = Train(s_busy.Value).Manifest;
        Assert.Equal((10, 5, 5), (manifest.Days.Fit.Count, manifest.Days.Calibrate.Count, manifest.Days.Evaluate.Count));
        var only = Assert.Single(manifest.Classes);
        Assert.Equal(("api-key", 300L), (only.Profile, only.WindowSeconds));
        Assert.Equal(10 * 288 * 12, only.FitWindows);
        Assert.Equal(5 * 288 * 12, only.EvaluationWindows);
        Assert.Equal(288 * 12, manifest.WindowsPerDay, 1.0);
        Assert.Equal(Enum.GetValues<Severity>(), manifest.Budget.Select(b => b.Severity));
        Assert.All(manifest.Budget, b => Assert.InRange(b.Expected, 0, b.Budget));
        Assert.Equal([Artefact.ModelFile, Artefact.ReportFile], manifest.Files.Select(f => f.Name));
    }

    [Fact]
    public void Train_AlertedKey_IsLeftOutAndCounted()
    {
        var alert = Alert("key-3", First + 3, AlertVerdict.None);
        var manifest = Train(Traffic(), [alert]).Manifest;
        Assert.Equal(3 * 24, manifest.Excluded.Windows["alerted"]);
        Assert.Equal(1, manifest.Excluded.Entities["alerted"]);
        Assert.Equal((10 * 24 * 6) - (3 * 24), Assert.Single(manifest.Classes).FitWindows);
    }

    [Fact]
    public void Train_FalsePositive_IsTheSameModelAsWithoutTheAlert()
    {
        var without = s_ordinary.Value;
        var with = Train(Traffic(), [Alert("key-3", First + 3, AlertVerdict.FalsePositive)]);
        Assert.Equal(without.Files[0].Content, with.Files[0].Content);
    }

    [Fact]
    public void Train_ConfirmedKey_IsLeftOutOnEveryDay()
    {
        var manifest = Train(Traffic(), [Alert("key-3", First + 3, AlertVerdict.True)]).Manifest;
        Assert.Equal(15 * 24, manifest.Excluded.Windows["confirmed"]);
        Assert.Equal(10 * 24 * 5, Assert.Single(manifest.Classes).FitWindows);
    }

    [Fact]
    public void Train_YoungProfile_IsSkippedAndSaysUntilWhen()
    {
        var store = Traffic().WithTraffic(TestSchema.Of("user", "user.name"), Drafts.Day - 3, 4);
        var manifest = Train(store).Manifest;
        var skipped = Assert.Single(manifest.Skipped);
        Assert.Equal("user", skipped.Profile);
        Assert.StartsWith($"learning until {UtcDay.Show(Drafts.Day + 10)}", skipped.Reason, StringComparison.Ordinal);
        Assert.Single(manifest.Classes);
    }

    [Fact]
    public void Train_TooFewDays_IsRefused() => Assert.Contains(
        "learning until",
        Assert.Throws<TrainingRefusedException>(() => Train(new MemoryStore().WithTraffic(TestSchema.ApiKey, First, 9))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Train_ProfileNoLongerComputed_IsSkipped()
    {
        var store = Traffic().WithTraffic(TestSchema.Of("user", "user.name"), First - 10, 20);
        Assert.Contains("no windows since", Assert.Single(Train(store).Manifest.Skipped).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Train_UnknownProfile_Suggests() => Assert.Contains(
        "did you mean 'api-key'?",
        Assert.Throws<TrainingRefusedException>(() => Train(Traffic(), options: new TrainingOptions { Profiles = ["api-kay"] })).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Train_Progress_NamesStagesAndDays()
    {
        var steps = new List<TrainingStep>();
        new TrainingRun(Traffic(), AlertExclusions.None, AlertExclusions.None, new TrainingOptions { Models = s_small }).Train(new Collecting(steps), CancellationToken.None);
        Assert.True(steps.Select(s => s.Stage).Distinct().Count() >= 3, string.Join(", ", steps.Select(s => s.Stage).Distinct()));
        Assert.All(steps, s => Assert.InRange(s.Done, 0, s.Of));
        Assert.All(steps, s => Assert.InRange(s.Day, First, Drafts.Day));
    }

    [Fact]
    public void Train_Cancelled_KeepsNothing()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => Lifecycle(Traffic()).Train(new TrainingOptions(), "test", null, stop.Token));
        Assert.Empty(Registry().Ids());
    }

    [Fact]
    public void Lifecycle_TrainPromoteTrainPromoteRollback_TheModelsLoadAndJudge()
    {
        var lifecycle = Lifecycle(s_busy.Value);
        var first = lifecycle.Train(new TrainingOptions { Models = s_small, Days = new DaySplitOptions { Until = Drafts.Day - 4 } }, "test", null, CancellationToken.None).Id;
        var promoted = lifecycle.Promote(first, "test", force: false, null, CancellationToken.None);
        Assert.True(promoted.Promoted, string.Join('\n', promoted.Report!.Reasons));
        var second = lifecycle.Train(new TrainingOptions { Models = s_small }, "test", null, CancellationToken.None).Id;
        promoted = lifecycle.Promote(second, "test", force: false, null, CancellationToken.None);
        Assert.True(promoted.Promoted, string.Join('\n', promoted.Report!.Reasons));
        Assert.Equal(first, promoted.Report.Champion);
        Assert.Equal(second, Registry().State().Champion);
        var models = Registry().Open(second).Load();
        Assert.Equal(second, models.JudgeOf(TestSchema.Busy, 5 * EventClock.Minute)!.Model);
        Assert.Equal(first, Registry().Rollback("test", null).Champion);
    }

    [Fact]
    public void Lifecycle_Refused_IsRecordedAndNotPromoted()
    {
        var lifecycle = Lifecycle(Traffic());
        var id = lifecycle.Train(new TrainingOptions { Models = s_small }, "test", null, CancellationToken.None).Id;

        // A store in which nothing is left to measure by.
        var outcome = Lifecycle(new MemoryStore()).Promote(id, "test", force: false, null, CancellationToken.None);
        Assert.False(outcome.Promoted);
        Assert.Null(Registry().State().Champion);
        Assert.Equal("refused", Registry().State().History[^1].Action);
        Assert.True(Lifecycle(new MemoryStore()).Promote(id, "test", force: true, null, CancellationToken.None).Promoted);
        Assert.True(Registry().State().History[^1].Forced);
    }

    private static MemoryStore Traffic() => new MemoryStore().WithTraffic(TestSchema.ApiKey, First, DayCount);

    private static ArtefactDraft Train(MemoryStore store, IReadOnlyCollection<EntityAlert>? alerts = null, TrainingOptions? options = null)
    {
        var evidence = new Evidence(alerts ?? [], []);
        return new TrainingRun(store, evidence.Excluded, evidence.Explained, options ?? new TrainingOptions { Models = s_small }).Train(null, CancellationToken.None);
    }

    private ModelRegistry Registry() => new(_folder.Path, new ManualClock(DateTimeOffset.UnixEpoch));

    private ModelLifecycle Lifecycle(IFeatureStore store) => new(Registry(), store, Evidence.None, new GateOptions());

    private static EntityAlert Alert(string key, long day, AlertVerdict verdict) => new()
    {
        Id = "a1",
        Rule = "P5",
        Severity = Severity.High,
        Names = [new EntityName("secstream.api_key.id", key)],
        Start = (day * EventClock.Day) + EventClock.Hour,
        End = (day * EventClock.Day) + (2 * EventClock.Hour),
        Verdict = verdict,
        IsOfModel = true,
    };

    private sealed class Collecting(List<TrainingStep> steps) : IProgress<TrainingStep>
    {
        public void Report(TrainingStep value) => steps.Add(value);
    }
}
