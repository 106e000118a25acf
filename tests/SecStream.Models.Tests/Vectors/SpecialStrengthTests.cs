using SecStream.Models.ExtendedIsolationForest;
using SecStream.Models.Fused;
using SecStream.Models.KnnCoreset;
using SecStream.Models.RobustCovariance;
using SecStream.Models.Vectors;

namespace SecStream.Models.Tests.Vectors;

/// <summary>What each detector is there for.</summary>
public sealed class SpecialStrengthTests
{
    [Fact]
    public void RobustCovariance_BrokenCorrelation_IsTheStrangest()
    {
        var rows = Correlated(1000);
        var detector = new RobustCovarianceTrainer(new RobustCovarianceOptions()).Fit(rows, 2, 1);
        var scores = GeneratedRows.Scores(detector, [1.5, -1.5, 1.5, 1.5, 2.5, 2.5]);
        Assert.True(scores[0] > 3 * scores[1]);
        Assert.True(scores[0] > 3 * scores[2]);
    }

    [Fact]
    public void RobustCovariance_AFifthOfTheRowsPoisoned_StillSeesThem()
    {
        var rows = Correlated(1000);
        for (var row = 800; row < 1000; row++)
        {
            (rows[2 * row], rows[(2 * row) + 1]) = (6 + (0.01 * rows[2 * row]), -6);
        }

        var scores = GeneratedRows.Scores(new RobustCovarianceTrainer(new RobustCovarianceOptions()).Fit(rows, 2, 1), rows);
        Assert.True(scores[800..].Min() > scores[..800].Max());
    }

    [Fact]
    public void RobustCovariance_MoreFeaturesThanRowsAndDimensions_Works()
    {
        var rows = GeneratedRows.Make(60, 250, strange: 2);
        var detector = new RobustCovarianceTrainer(new RobustCovarianceOptions { Dimensions = 40 }).Fit(rows, 250, 1);
        var scores = GeneratedRows.Scores(detector, rows);
        Assert.True(scores[58..].Min() > scores[..58].Max());
        var shares = new double[250];
        detector.Explain(rows.AsSpan(59 * 250, 250), shares);
        Assert.Equal(1, shares.Sum(), 9);
    }

    [Fact]
    public void KnnCoreset_RowBetweenTwoClouds_IsTheStrangest()
    {
        var rows = GeneratedRows.Make(600, 2);
        for (var i = 0; i < 600; i++)
        {
            rows[i] += 20;
        }

        var scores = GeneratedRows.Scores(new KnnCoresetTrainer(new KnnCoresetOptions()).Fit(rows, 2, 1), [10, 10, 20, 20, 0, 0]);
        Assert.True(scores[0] > 5 * scores[1]);
        Assert.True(scores[0] > 5 * scores[2]);
    }

    [Fact]
    public void ExtendedIsolationForest_BesideTheDiagonal_IsStrangerThanOnIt()
    {
        var rows = Correlated(2000);
        var options = new ExtendedIsolationForestOptions { Directions = 2 };
        var scores = GeneratedRows.Scores(new ExtendedIsolationForestTrainer(options).Fit(rows, 2, 1), [1.2, -1.2, 1.2, 1.2]);
        Assert.True(scores[0] > scores[1] + 0.05);
    }

    [Fact]
    public void Fused_RowsLikeTheTrainingRows_AreAsRareAsItSays()
    {
        var detector = new FusedTrainer(new FusedOptions()).Fit(GeneratedRows.Make(5000, 4), 4, 1);
        var scores = GeneratedRows.Scores(detector, GeneratedRows.Make(20_000, 4, seed: 77));
        Assert.InRange(scores.Count(s => s >= 1), 1500, 2600);
        Assert.InRange(scores.Count(s => s >= 2), 120, 360);
    }

    [Fact]
    public void TailProbability_HigherScores_AreNeverMoreLikely()
    {
        var draw = new Draw(4);
        var tail = TailProbability.Fit([.. Enumerable.Range(0, 5000).Select(_ => Math.Round(Math.Exp(draw.Normal()), 1))]);
        var last = 0.0;
        for (var score = -1.0; score < 1000; score += 0.013)
        {
            var log = tail.Log(score);
            Assert.True(log <= last, $"at {score}");
            last = log;
        }
    }

    [Fact]
    public void FusedTrainer_WeightOfNothing_IsRejected()
    {
        var members = new[] { new FusedMember(new KnnCoresetTrainer(new KnnCoresetOptions()), 0) };
        Assert.Contains("knn-coreset", Assert.Throws<ArgumentException>(() => new FusedTrainer(new FusedOptions { Members = members })).Message, StringComparison.Ordinal);
    }

    private static double[] Correlated(int count)
    {
        var draw = new Draw(3);
        var rows = new double[2 * count];
        for (var row = 0; row < count; row++)
        {
            var shared = draw.Normal();
            (rows[2 * row], rows[(2 * row) + 1]) = (shared + (0.1 * draw.Normal()), shared + (0.1 * draw.Normal()));
        }

        return rows;
    }
}
