using SecStream.Core.Alerts;
using SecStream.Models.IsolationForest;
using SecStream.Models.Tests.Vectors;
using SecStream.Models.Vectors;
using SecStream.Models.WindowModels;

namespace SecStream.Models.Tests.WindowModels;

/// <summary>Small parts of the models of windows.</summary>
public sealed class PartsTests
{
    [Theory]
    [InlineData(100)]
    [InlineData(7)]
    public void ScoreOne_OfAForest_IsTheScoreOfTheRowAmongOthers(int trees)
    {
        var rows = GeneratedRows.Make(500, 5);
        var forest = (IsolationForestDetector)new IsolationForestTrainer(new IsolationForestOptions { Trees = trees }).Fit(rows, 5, 1);
        var scores = GeneratedRows.Scores(forest, rows);
        Assert.Equal(scores, Enumerable.Range(0, 500).Select(i => forest.ScoreOne(rows.AsSpan(5 * i, 5))));
    }

    [Fact]
    public void SlotOf_DaysAndHours_AreThoseOfTheWeek()
    {
        var calendar = new WeekCalendar(WeekCalendar.Hour, [1]);
        Assert.Equal((3 * 24) + 5, calendar.SlotOf(5 * WeekCalendar.Hour));
        Assert.Equal(6 * 24, calendar.SlotOf(WeekCalendar.Day));
        Assert.Equal(5 * 24, calendar.SlotOf(2 * WeekCalendar.Day));
        Assert.Equal(24 + 3, WeekCalendar.Coarse((5 * 24) + 3));
        Assert.Equal(3, WeekCalendar.Coarse((4 * 24) + 3));
        Assert.Equal(3 * 24, new WeekCalendar(WeekCalendar.Day, []).SlotOf(5 * WeekCalendar.Hour));
    }

    [Fact]
    public void Curve_OfNormalDeviations_IsNearTheTruthAndRises()
    {
        var draw = new Draw(2);
        var curve = SurpriseCurve.Continuous([.. Enumerable.Range(0, 20_000).Select(_ => draw.Normal()).Where(d => d > 0)], 0.5);
        Assert.InRange(curve.At(1), 1.05, 1.25);
        Assert.InRange(curve.At(1.96), 2.85, 3.15);
        for (var deviation = 0.0; deviation < 50; deviation += 0.05)
        {
            Assert.True(curve.At(deviation + 0.05) >= curve.At(deviation));
        }

        Assert.Equal(SurpriseCurve.Most, curve.At(1e6));
    }

    [Fact]
    public void Mix_OneItemOrAll_BothTell()
    {
        var mix = new SurpriseMix([1, 1, 1, 1], 2);
        var usual = mix.Score([1, 1, 1, 1]);
        Assert.True(mix.Score([12, 0, 0, 0]) > usual + 5);
        Assert.True(mix.Score([5, 5, 5, 5]) > usual + 5);
        var shares = new double[4];
        mix.Shares([12, 0, 1, 0], shares);
        Assert.Equal(1, shares.Sum(), 9);
        Assert.True(shares[0] > 0.9);
    }

    [Fact]
    public void Of_LimitsOfSeverities_AreTheSmallerOfGradeAndBudget()
    {
        var small = new SeverityLimits(100, null);
        Assert.Equal(Math.Pow(10, -3.6), small.MostP(Severity.Medium), 9);
        var large = new SeverityLimits(14_400_000, null);
        Assert.Equal(5 / 14_400_000.0, large.MostP(Severity.Medium), 12);
        Assert.Equal(Severity.Medium, large.Of(Math.Log(3e-7)));
        Assert.Null(large.Of(Math.Log(1e-4)));
        Assert.Equal(Severity.Low, new SeverityLimits(100, Severity.Low).Of(-50));
    }

    [Fact]
    public void FindOrAdd_ManyKeys_AreNumberedInTheirOrderUpToTheMost()
    {
        var table = new KeyTable();
        for (ulong i = 0; i < 1000; i++)
        {
            Assert.Equal((int)i, table.FindOrAdd(i * 0x1_0000_0001, 1000));
        }

        Assert.Equal(-1, table.FindOrAdd(7, 1000));
        Assert.Equal(500, table.Find(500 * 0x1_0000_0001UL));
        Assert.Equal(-1, table.Find(7));
    }
}
