using System.Text;
using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Core.Features;
using SecStream.Training.Exclusions;
using SecStream.Training.Gate;
using SecStream.Training.Tests.Harness;
using Xunit;

namespace SecStream.Training.Tests.Gate;

public sealed class PromotionGateTests
{
    private const long Last = Drafts.Day;
    private static readonly long s_attack = (Last * EventClock.Day) + (10 * EventClock.Hour);

    private readonly MemoryStore _store = new MemoryStore().WithTraffic(TestSchema.ApiKey, Last - 6, 7);

    public PromotionGateTests() => _store.Add(TestSchema.ApiKey, "evil", s_attack, EventClock.Hour, 5000, 400);

    [Fact]
    public void Judge_SameFindings_Passes()
    {
        var report = Judge(Finds("evil"), Finds("evil"));
        Assert.True(report.Passed, string.Join('\n', report.Reasons));
        Assert.Equal((0, 0), (report.Lost.Total, report.Gained.Total));
        Assert.Equal(7, report.Days.Count);
        Assert.Equal(3, report.UnseenDays.Count);
    }

    [Fact]
    public void Judge_ConfirmedAlertLost_IsRefusedAndNamed()
    {
        var report = Judge(Finds("nobody"), Finds("evil"), Alert(AlertVerdict.True));
        Assert.False(report.Passed);
        Assert.Contains("alert-1", Assert.Single(report.Reasons), StringComparison.Ordinal);
        Assert.Equal("alert-1", Assert.Single(report.Lost.Listed).ConfirmedAlert);
    }

    [Fact]
    public void Judge_ConfirmedAlertLessSevere_IsRefused()
    {
        var report = Judge(Finds("evil", Severity.Medium), Finds("evil", Severity.High), Alert(AlertVerdict.True));
        Assert.False(report.Passed);
        Assert.Equal(Severity.Medium, Assert.Single(report.Lost.Listed).Instead);
    }

    [Theory]
    [InlineData(AlertVerdict.None)]
    [InlineData(AlertVerdict.FalsePositive)]
    public void Judge_OtherAlertLost_PassesAndIsTold(AlertVerdict verdict)
    {
        var report = Judge(Finds("nobody"), Finds("evil"), Alert(verdict));
        Assert.True(report.Passed, string.Join('\n', report.Reasons));
        Assert.Equal(1, report.Lost.Total);
        Assert.Equal([0, 0, 1, 0], report.Lost.BySeverity);
    }

    [Fact]
    public void Judge_ConfirmedAlertOfAnotherTime_IsNotLost()
    {
        var early = Alert(AlertVerdict.True) with { Start = s_attack - (30 * EventClock.Hour), End = s_attack - (30 * EventClock.Hour) };
        Assert.True(Judge(Finds("nobody"), Finds("evil"), early).Passed);
    }

    [Fact]
    public void Judge_BudgetExceededOnUnseenDays_IsRefused()
    {
        // Two of six keys all day: 48 strange windows a day.
        var report = Judge(Finds("key-1", Severity.High, "key-2"), null);
        Assert.False(report.Passed);
        Assert.Contains(report.Reasons, r => r.StartsWith("high: 48", StringComparison.Ordinal));
        Assert.Contains(report.Reasons, r => r.StartsWith("low: 48", StringComparison.Ordinal));
        Assert.DoesNotContain(report.Reasons, r => r.StartsWith("critical", StringComparison.Ordinal));
    }

    [Fact]
    public void Judge_ManyOnOneUnseenDayAlone_IsWithinTheInterval()
    {
        // Three high ones on one of three days: 1 a day, the budget.
        var report = Judge(Windows(w => w.End > Last * EventClock.Day && w.End <= (Last * EventClock.Day) + (3 * EventClock.Hour) && KeyOf(w) == "key-1"), null);
        Assert.True(report.Passed, string.Join('\n', report.Reasons));
    }

    [Fact]
    public void Judge_BudgetExceededOnLearnedDaysAlone_Passes() =>
        Assert.True(Judge(Windows(w => w.End <= (Last - 2) * EventClock.Day), null).Passed);

    [Fact]
    public void Judge_ExceededByWhatARuleExplains_Passes()
    {
        var alert = Alert(AlertVerdict.None) with { IsOfModel = false, Names = [new EntityName("secstream.api_key.id", "key-1")], Start = (Last - 1) * EventClock.Day };
        Assert.True(Judge(Finds("key-1"), null, alert).Passed);
        Assert.False(Judge(Finds("key-1"), null, alert with { IsOfModel = true }).Passed);
    }

    [Fact]
    public void Judge_FirstChampion_OnlyTheBudgetIsLookedAt()
    {
        var report = Judge(Finds("evil"), null);
        Assert.True(report.Passed, string.Join('\n', report.Reasons));
        Assert.Null(report.Champion);
        Assert.Equal(0, report.Gained.Total);
        Assert.Contains(report.Notes, n => n.Contains("no champion", StringComparison.Ordinal));
    }

    [Fact]
    public void Judge_JudgesNothing_IsRefused() =>
        Assert.Contains("no stored window", Assert.Single(Judge(new FakeModels("new", _ => null) { Only = "other" }, null).Reasons), StringComparison.Ordinal);

    [Fact]
    public void Judge_NotCalibrated_IsRefusedAndSaysWhatIsMissing()
    {
        var manifest = Drafts.Manifest();
        manifest = manifest with { Classes = [manifest.Classes[0] with { Refusal = "90 windows have 2 runs of high scores; a tail needs 200" }] };
        var report = new PromotionGate(_store, [], AlertExclusions.None, new GateOptions()).Judge(new FakeModels("new", _ => null) { Only = "none" }, manifest, null, null, CancellationToken.None);
        Assert.Contains("can judge nothing yet: 90 windows have 2 runs", Assert.Single(report.Reasons), StringComparison.Ordinal);
    }

    [Fact]
    public void Judge_NoUnseenDay_IsRefused()
    {
        var store = new MemoryStore().WithTraffic(TestSchema.ApiKey, Last - 5, 4);
        var report = new PromotionGate(store, [], AlertExclusions.None, new GateOptions()).Judge(Finds("nobody"), Drafts.Manifest(), null, null, CancellationToken.None);
        Assert.Contains("has learned from", Assert.Single(report.Reasons), StringComparison.Ordinal);
    }

    [Fact]
    public void Judge_MoreFound_IsGained()
    {
        var report = Judge(Finds("evil", Severity.High), Finds("nobody"));
        Assert.Equal(1, report.Gained.Total);
        Assert.Equal("evil", Assert.Single(report.Gained.Listed).Episode.KeyText);
    }

    [Fact]
    public void Judge_NeighbouringWindows_AreOneEpisodeUntilMidnight()
    {
        var report = Judge(Windows(w => KeyOf(w) == "key-1" && w.End > (Last - 2) * EventClock.Day && w.End <= Last * EventClock.Day), Finds("nobody"));
        Assert.Equal(2, report.Gained.Total);
        Assert.All(report.Gained.Listed, c => Assert.Equal(24, c.Episode.Windows));
    }

    [Fact]
    public void Judge_LatestDaysAlone_AreRead()
    {
        var gate = new PromotionGate(_store, [], AlertExclusions.None, new GateOptions { Days = 2 });
        Assert.Equal(2, gate.Judge(Finds("evil"), Drafts.Manifest(), null, null, CancellationToken.None).Days.Count);
    }

    [Fact]
    public void Judge_DayThatIsNotOver_IsNotMeasured()
    {
        var gate = new PromotionGate(_store, [], AlertExclusions.None, new GateOptions { LastWhole = Last - 1 });
        Assert.Equal(6, gate.Judge(Finds("evil"), Drafts.Manifest(), null, null, CancellationToken.None).Days.Count);
    }

    [Fact]
    public void Html_HostileKey_IsEscaped()
    {
        const string Hostile = "<script>alert(1)</script>\u202e\u001b[31m\"'&";
        _store.Add(TestSchema.ApiKey, Hostile, s_attack, EventClock.Hour, 5000, 400);
        var page = GateHtml.Write(Judge(Finds(Hostile, Severity.Critical), Finds("nobody"), Alert(AlertVerdict.True) with { Id = "<b>" }));
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", page, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202e', page);
        Assert.DoesNotContain('\u001b', page);
        Assert.Contains("&lt;script&gt;", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Html_Refused_SaysWhy()
    {
        var page = GateHtml.Write(Judge(Finds("nobody"), Finds("evil"), Alert(AlertVerdict.True)));
        Assert.Contains("refused", page, StringComparison.Ordinal);
        Assert.Contains("alert-1", page, StringComparison.Ordinal);
        Assert.Contains("Lost alerts: 1", page, StringComparison.Ordinal);
    }

    private static string KeyOf(FeatureVector window) => Encoding.UTF8.GetString(window.Key);

    private static FakeModels Finds(string key, Severity severity = Severity.High, string? other = null) =>
        new("new-" + severity, w => KeyOf(w) == key || KeyOf(w) == other ? severity : null);

    private static FakeModels Windows(Func<FeatureVector, bool> strange) => new("new", w => strange(w) ? Severity.High : null);

    private GateReport Judge(IModelSet challenger, IModelSet? champion, params EntityAlert[] alerts)
    {
        var evidence = new Evidence(alerts, []);
        return new PromotionGate(_store, evidence.Alerts, evidence.Explained, new GateOptions()).Judge(challenger, Manifest(), champion, null, CancellationToken.None);
    }

    /// <summary>Of the seven days the last three are unseen.</summary>
    private static SecStream.Training.Artefacts.ModelManifest Manifest() => Drafts.Manifest() with
    {
        Days = SecStream.Training.Artefacts.ManifestDays.Of(new SecStream.Training.Days.DaySplit([Last - 6, Last - 5], [Last - 4, Last - 3], [Last - 2, Last - 1, Last])),
    };

    private static EntityAlert Alert(AlertVerdict verdict) => new()
    {
        Id = "alert-1",
        Rule = "P5",
        Severity = Severity.High,
        Names = [new EntityName("secstream.api_key.id", "evil")],
        Start = s_attack - (EventClock.Hour / 2),
        End = s_attack - (EventClock.Hour / 4),
        Verdict = verdict,
        IsOfModel = true,
    };
}
