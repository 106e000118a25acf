using FsCheck;
using FsCheck.Fluent;
using SecStream.Models.Ewma;
using SecStream.Models.Iqr;
using SecStream.Models.RobustZScore;
using SecStream.Models.WindowedZScore;

namespace SecStream.Models.Tests.Series;

public sealed class ZScoreTests
{
    [Fact]
    public void WindowedZScore_AnySeries_AgreesWithTheTextbook() => Check.QuickThrowOnFailure(
        Prop.ForAll(
            Gen.Choose(-1000, 1000).Select(n => 1e6 + (n / 8.0)).ListOf(60).ToArbitrary(),
            values =>
            {
                var detector = new WindowedZScoreDetector(new WindowedZScoreOptions { WindowCount = 7, LearningCount = 3, DeadBand = DeadBand.None });
                for (var i = 0; i < values.Count; i++)
                {
                    var score = detector.Next(i, values[i]);
                    double[] window = [.. values.Take(i).TakeLast(7)];
                    if (window.Length >= 3 && !IsClose(score, Textbook(window, values[i])))
                    {
                        return false;
                    }
                }

                return true;
            }));

    [Fact]
    public void RobustZScore_HandCase_IsTheDistanceInScaledDeviations()
    {
        var detector = new RobustZScoreDetector(new RobustZScoreOptions { WindowCount = 5, LearningCount = 5, DeadBand = DeadBand.None });
        Detectors.Run(detector, [1, 2, 3, 4, 1000]);

        // Median 3, distances 2 1 0 1 997: their median is 1.
        Assert.Equal(7 / 1.482602218505602, detector.Next(0, 10), 12);
    }

    [Fact]
    public void RobustZScore_ManyOutliers_StillSeesOne()
    {
        var robust = new RobustZScoreDetector(new RobustZScoreOptions());
        var plain = new WindowedZScoreDetector(new WindowedZScoreOptions());
        double[] values = [.. Enumerable.Range(0, 200).Select(i => i % 4 == 0 ? 1000.0 : 100 + (i % 7))];
        Detectors.Run(robust, values);
        Detectors.Run(plain, values);
        Assert.InRange(plain.Next(0, 1000), 0, 3);
        Assert.InRange(robust.Next(0, 1000), 50, 1000);
    }

    [Theory]
    [InlineData(10.0, 0)]
    [InlineData(12.0, 0)]
    [InlineData(20.0, 2)]
    [InlineData(4.0, 1)]
    public void Iqr_HandCase_IsTheDistanceFromTheNearerQuartile(double value, double expected)
    {
        // Quartiles 8 and 12.
        var detector = new IqrDetector(new IqrOptions { WindowCount = 5, LearningCount = 5, DeadBand = DeadBand.None });
        Detectors.Run(detector, [14, 6, 10, 12, 8]);
        Assert.Equal(expected, detector.Next(0, value));
    }

    [Fact]
    public void Ewma_HandCase_FollowsTheRecurrence()
    {
        var detector = new EwmaDetector(new EwmaOptions { Weight = 0.5, LearningCount = 2, DeadBand = DeadBand.None });
        Detectors.Run(detector, [10, 14]);

        // Plain at first: mean 12, variance 4. Then 20 is 8 / 2 away; with weight 1/2 mean 16, variance (4 + 32) / 2.
        Assert.Equal(4, detector.Next(0, 20), 12);
        Assert.Equal(4 / Math.Sqrt(18), detector.Next(0, 20), 12);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2_000_000)]
    public void Options_WindowOutOfRange_SaysWhatIsPossible(int window)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new WindowedZScoreDetector(new WindowedZScoreOptions { WindowCount = window }));
        Assert.Contains($"WindowCount {window}: use a number from 2 to 1000000", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.5, 0, 100, 0)]
    [InlineData(3.0, 0, 100, 3)]
    [InlineData(3.0, 6, 100, 0.5)]
    [InlineData(3.0, 0, 1e6, 0)]
    public void DeadBand_Score_IsZeroWithinAndNeverOfASmallerUnit(double deviation, double scale, double expected, double score) =>
        Assert.Equal(score, new DeadBand(1, 0.0001).Score(deviation, scale, expected));

    private static double Textbook(double[] window, double value)
    {
        var mean = window.Average();
        var deviation = Math.Sqrt(window.Sum(w => (w - mean) * (w - mean)) / (window.Length - 1));
        return value == mean ? 0 : deviation == 0 ? DeadBand.Most : Math.Min(Math.Abs(value - mean) / deviation, DeadBand.Most);
    }

    /// <summary>Where all values of a window are alike the running moments hold rounding only: both are then very large.</summary>
    private static bool IsClose(double a, double b) => Math.Abs(a - b) <= 1e-6 * Math.Max(1, Math.Abs(b)) || (a > 1e4 && b > 1e4);
}
