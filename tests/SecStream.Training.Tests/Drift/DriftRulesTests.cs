using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Models.WindowModels;
using SecStream.Training.Drift;
using Xunit;

namespace SecStream.Training.Tests.Drift;

public sealed class DriftRulesTests
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 29, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Drift_IndexAboveAQuarter_NamesFeatureAndScore()
    {
        var finding = Assert.Single(DriftRules.Drift([Day(1, 5000, 0, ("request_rate", 0.3), ("p", 0.5), ("error_rate", 0.25))]));
        Assert.Equal((DriftRules.Drifted, "api-key 5m", 5000L), (finding.Kind, finding.Subject, finding.Count));
        Assert.Equal("other than when the model was calibrated: score (PSI 0.50), request_rate (PSI 0.30)", finding.Detail);
        Assert.Null(finding.Cap);
    }

    [Fact]
    public void Drift_FewWindows_SayNothing() => Assert.Empty(DriftRules.Drift([Day(1, 499, 0, ("request_rate", 3))]));

    [Fact]
    public void Budget_TwiceTooManyOnTwoDays_IsCappedAtMedium()
    {
        var finding = Assert.Single(DriftRules.Budget([Day(1, 10_000, 25), Day(2, 10_000, 30)]));
        Assert.Equal((DriftRules.OverBudget, Severity.Medium, 20_000L), (finding.Kind, finding.Cap, finding.Count));
        Assert.Contains("3.0 times as often as promised (30 of 10000 windows)", finding.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10_000, 25, 10_000, 15)]
    [InlineData(10_000, 15, 10_000, 25)]
    [InlineData(1_000, 3, 1_000, 3)]
    [InlineData(10_000, 2, 10_000, 2)]
    public void Budget_OneDayOrByChanceOrTooFew_IsNoFinding(long windows, long exceedances, long otherWindows, long otherExceedances) =>
        Assert.Empty(DriftRules.Budget([Day(1, windows, exceedances), Day(2, otherWindows, otherExceedances)]));

    [Fact]
    public void Budget_DaysApart_IsNoFinding() => Assert.Empty(DriftRules.Budget([Day(1, 10_000, 30), Day(3, 10_000, 30)]));

    [Fact]
    public void Budget_EarlierDaysWereOver_TheLastTwoCount() =>
        Assert.Empty(DriftRules.Budget([Day(1, 10_000, 30), Day(2, 10_000, 30), Day(3, 10_000, 9)]));

    [Theory]
    [InlineData("2026-03-08", false)]
    [InlineData("2026-03-07", true)]
    public void Staleness_ThreeTrainingsAgo_IsStale(string lastDay, bool isStale)
    {
        var finding = DriftRules.Staleness("m", SecStream.Training.Days.UtcDay.Read(lastDay)!.Value, s_now, TimeSpan.FromDays(7));
        Assert.Equal(isStale, finding is not null);
        Assert.True(finding is null || finding.Kind == DriftRules.Stale);
    }

    [Fact]
    public void Age_ModelOfToday_IsZero() => Assert.Equal(TimeSpan.Zero, DriftRules.Age(EventClock.DayNumber(EventClock.ToMicroseconds(s_now)), s_now));

    [Theory]
    [InlineData(0, 5, 1)]
    [InlineData(1, 1, 0.632)]
    [InlineData(10, 5, 0.0318)]
    [InlineData(3, 10, 0.9972)]
    [InlineData(2000, 1000, 0)]
    [InlineData(1000, 2000, 1)]
    public void AtLeast_Poisson_IsTheTail(long observed, double expected, double probability) => Assert.Equal(probability, DriftRules.AtLeast(observed, expected), 0.001);

    private static ClassDay Day(long day, long windows, long exceedances, params (string Name, double Index)[] indices) => new(
        "api-key", 5 * EventClock.Minute, day, new DriftReport(windows, exceedances, exceedances / (windows * 1e-3), [.. indices.Select(i => new DriftIndex(i.Name, i.Index))]));
}
