using SecStream.Host.Benchmark.Nab;
using Xunit;

namespace SecStream.Host.Tests.Benchmark;

/// <summary>Cases worked out by hand from the benchmark's rules: sigmoid of the place in the window, distance behind it, probation, one threshold.</summary>
public sealed class NabScoringTests
{
    private const double AtFirst = 0.986614298;
    private static readonly NabProfile s_standard = NabProfile.All[0];
    private static readonly NabProfile s_lowFalsePositive = NabProfile.All[1];
    private static readonly NabProfile s_lowFalseNegative = NabProfile.All[2];

    [Theory]
    [InlineData(-1.0, AtFirst)]
    [InlineData(-0.5, 0.848283640)]
    [InlineData(0.0, 0.0)]
    [InlineData(1.0, -AtFirst)]
    [InlineData(3.0, -1.0)]
    [InlineData(50.0, -1.0)]
    public void ScaledSigmoid_Position_IsTheBenchmarks(double position, double expected) =>
        Assert.Equal(expected, NabScoring.ScaledSigmoid(position), 8);

    [Theory]
    [InlineData(100, 15)]
    [InlineData(2500, 375)]
    [InlineData(5000, 750)]
    [InlineData(22_695, 750)]
    [InlineData(39, 5)]
    public void ProbationaryCount_OfRecords_Is15PercentOr750(int records, int expected) =>
        Assert.Equal(expected, Series(records).ProbationaryCount);

    [Fact]
    public void Worth_InsideWindow_FallsFromFullAtTheFirstRecord()
    {
        var worth = NabScoring.Worth(s_standard, Series(100, (40, 49)));
        Assert.Equal(1.0, worth[40], 12);

        // The sixth of ten records lies at −(49 − 45 + 1) / 10 = −0.5, against the gain at the first.
        Assert.Equal(0.848283640 / AtFirst, worth[45], 8);

        // The last one at −1 / 10.
        Assert.Equal(0.244918662 / AtFirst, worth[49], 8);
    }

    [Fact]
    public void Worth_OutsideWindows_IsTheLossByDistanceFromTheWindowBefore()
    {
        var worth = NabScoring.Worth(s_lowFalsePositive, Series(100, (40, 49), (80, 84)));
        Assert.Equal(-0.22, worth[39], 12);

        // One window width, 9 steps, behind the end.
        Assert.Equal(-AtFirst * 0.22, worth[58], 8);

        // 27 steps are 3 widths: all of it.
        Assert.Equal(-0.22, worth[76], 12);

        // Behind the second window its own width, 4 steps, counts.
        Assert.Equal(-AtFirst * 0.22, worth[88], 8);
    }

    [Fact]
    public void Best_AlertAtTheStartOfEachWindow_IsPerfect()
    {
        var best = NabScoring.Best(s_standard, [Alerts(Series(100, (40, 49), (80, 84)), 40, 80)]);
        Assert.Equal(100, best.Score, 9);
        Assert.Equal((2, 0, 1.0), (best.Found, best.FalseAlerts, best.Threshold));
    }

    [Fact]
    public void Best_NoScores_IsNothing()
    {
        var best = NabScoring.Best(s_standard, [Alerts(Series(100, (40, 49)))]);
        Assert.Equal(0, best.Score, 9);
        Assert.Equal(NabScoring.NoAlerts, best.Threshold);
    }

    [Theory]
    [InlineData(0, 94.5)]
    [InlineData(1, 89.0)]
    [InlineData(2, 96.3333333333)]
    public void Best_OneFalseAlert_CostsItsWeight(int profile, double expected) =>
        Assert.Equal(expected, NabScoring.Best(NabProfile.All[profile], [Alerts(Series(100, (40, 49)), 20, 40)]).Score, 8);

    [Fact]
    public void Best_OnlyTheEarliestAlertOfAWindow_Counts()
    {
        var once = NabScoring.Best(s_standard, [Alerts(Series(100, (40, 49)), 45)]);
        var often = NabScoring.Best(s_standard, [Alerts(Series(100, (40, 49)), 45, 46, 47, 49)]);
        Assert.Equal(once.Score, often.Score, 9);
        Assert.Equal(100 * ((0.848283640 / AtFirst) + 1) / 2, once.Score, 6);
    }

    [Fact]
    public void Best_MissedWindow_LosesItsWeight()
    {
        // One of two found at its start: (1 − 2 + 4) / (2 + 4).
        var best = NabScoring.Best(s_lowFalseNegative, [Alerts(Series(100, (40, 49), (80, 84)), 40)]);
        Assert.Equal(50, best.Score, 9);
        Assert.Equal(-1.0, best.Raw, 9);
    }

    [Fact]
    public void Best_AlertsInProbation_CountForNothing()
    {
        var best = NabScoring.Best(s_standard, [Alerts(Series(100, (40, 49)), 0, 7, 14, 40)]);
        Assert.Equal((100.0, 0), (Math.Round(best.Score, 9), best.FalseAlerts));
    }

    [Fact]
    public void Best_SeveralSeries_HaveOneThreshold()
    {
        var first = Alerts(Series(100, (40, 49)), 40);
        first.Scores[40] = 0.4;
        var second = Alerts(Series(100, (60, 69)));
        second.Scores[20] = 0.5;
        second.Scores[60] = 0.9;

        // 0.9 finds one window: −1 + 1 = 0. 0.4 finds both and brings the false alert: 2 − 0.11.
        var best = NabScoring.Best(s_standard, [first, second]);
        Assert.Equal(0.4, best.Threshold);
        Assert.Equal(100 * (1.89 + 2) / 4, best.Score, 9);
        Assert.Equal(50, NabScoring.At(s_standard, [first, second], 0.6).Score, 9);
    }

    [Fact]
    public void Best_EqualScores_AreAdmittedTogether()
    {
        // The alert can't be had without the twenty false ones of the same score: 1 − 2.2 is worse than −1.
        var best = NabScoring.Best(s_standard, [Alerts(Series(100, (40, 49)), [.. Enumerable.Range(16, 20), 40])]);
        Assert.Equal(NabScoring.NoAlerts, best.Threshold);
    }

    private static NabSeries Series(int records, params (int First, int Last)[] windows) =>
        new("made/up.csv", new string[records], new long[records], new double[records], [.. windows.Select(w => new NabWindow(w.First, w.Last))]);

    private static (NabSeries Series, double[] Scores) Alerts(NabSeries series, params int[] records)
    {
        var scores = new double[series.Values.Length];
        foreach (var record in records)
        {
            scores[record] = 1;
        }

        return (series, scores);
    }
}
