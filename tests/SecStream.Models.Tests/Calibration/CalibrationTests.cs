using SecStream.Models.Calibration;
using SecStream.Models.Vectors;

namespace SecStream.Models.Tests.Calibration;

/// <summary>From scores to probabilities.</summary>
public sealed class CalibrationTests
{
    private const long Hour = 3_600_000_000;

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0.3)]
    [InlineData(0.5, 0.6)]
    public void Fit_ParetoExcesses_FindsScaleAndShape(double scale, double shape)
    {
        var draw = new Draw(3);
        var truth = new GeneralisedPareto(scale, shape);
        var excesses = Enumerable.Range(0, 20_000).Select(_ => truth.Excess(-Math.Log(1 - draw.Unit()))).Order().ToArray();
        var fit = GeneralisedPareto.Fit(excesses, 0);
        Assert.InRange(fit.Scale / scale, 0.95, 1.05);
        Assert.InRange(fit.Shape, shape - 0.04, shape + 0.04);
        var censored = GeneralisedPareto.Fit(excesses, 10);
        Assert.InRange(censored.Excess(7) / fit.Excess(7), 0.97, 1.03);
    }

    [Fact]
    public void LogUpper_ExponentialScores_BoundsTheTruthDownToTheFloor()
    {
        var outcome = CalibrationFit.OfFusion(Exponential(50_000, seed: 5), leaveOut: true);
        var calibration = outcome.Calibration!;
        for (var score = 1.0; score < 20; score += 0.5)
        {
            Assert.InRange(calibration.LogPoint(score), (-1.25 * score) - 0.1, (-0.8 * score) + 0.1);
            Assert.True(calibration.LogUpper(score) >= calibration.LogPoint(score));
            Assert.True(calibration.LogUpper(score) >= calibration.LogUpper(score + 0.1));
        }

        Assert.Equal(Math.Log(outcome.Figures.Floor), calibration.LogUpper(60));
        Assert.InRange(outcome.Figures.Floor, 1 / (5.0 * 50_000), 1 / (4.0 * 50_000));
        Assert.InRange(outcome.Figures.Excesses, 800, 1000);
    }

    [Fact]
    public void LogUpper_OverManySamples_IsAboveTheTruthNineTimesInTen()
    {
        const double score = 9;
        var above = Enumerable.Range(0, 30)
            .Select(seed => CalibrationFit.OfFusion(Exponential(20_000, (ulong)seed), leaveOut: true).Calibration)
            .Count(calibration => calibration!.LogUpper(score) >= -score);
        Assert.InRange(above, 23, 30);
    }

    [Fact]
    public void Fit_FewDifferentScores_GivesTheProbabilityOfThisOrMore()
    {
        var scores = new ScoreCollector(Hour);
        for (var i = 0; i < 20_000; i++)
        {
            scores.Add(i % 10 == 0 ? i % 100 == 0 ? i % 1000 == 0 ? 8 : 5 : 2 : 0, i % 97, i / 97 * 5 * Hour);
        }

        var calibration = CalibrationFit.OfDetector(scores, continuous: false, leaveOut: true).Calibration!;
        Assert.Equal(0, calibration.LogPoint(0), 6);
        Assert.Equal(Math.Log(0.1), calibration.LogPoint(2), 2);
        Assert.Equal(Math.Log(0.01), calibration.LogPoint(5), 2);
        Assert.Equal(Math.Log(0.001), calibration.LogPoint(8), 2);
        Assert.Equal(Math.Log(0.01), calibration.LogPoint(2.5), 2);
    }

    [Fact]
    public void Fit_ScoresThatStandApart_AreLeftOut()
    {
        var scores = Exponential(40_000, seed: 6);
        for (var i = 0; i < 300; i++)
        {
            scores.Add(30 + (i * 0.1), i % 50, (50_000 + (i * 7)) * Hour);
        }

        var outcome = CalibrationFit.OfFusion(scores, leaveOut: true);
        Assert.InRange(outcome.Figures.LeftOut, 295, 320);
        Assert.InRange(outcome.Calibration!.LogPoint(10), -13, -8);
    }

    [Fact]
    public void Fit_TooManyThatStandApart_IsRefused()
    {
        var scores = Exponential(20_000, seed: 6);
        for (var i = 0; i < 740; i++)
        {
            scores.Add(30 + (i * 0.1), i % 50, (50_000 + (i * 7)) * Hour);
        }

        Assert.Contains("stand apart", CalibrationFit.OfFusion(scores, leaveOut: true).Figures.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_TenScoresThatDecideAlone_IsRefused()
    {
        var scores = Exponential(12_000, seed: 7);
        for (var i = 0; i < 10; i++)
        {
            scores.Add(150 + i, i, (50_000 + (i * 7)) * Hour);
        }

        var outcome = CalibrationFit.OfFusion(scores, leaveOut: true);
        Assert.Contains("ten largest", outcome.Figures.Refusal, StringComparison.Ordinal);
        Assert.True(outcome.Figures.Shift > 0.1);
    }

    [Theory]
    [InlineData(11_000)]
    [InlineData(20_000)]
    public void Fit_OrdinaryScores_AreHardlyEverRefused(int count)
    {
        var refused = Enumerable.Range(100, 40).Count(seed => CalibrationFit.OfFusion(Exponential(count, (ulong)seed), leaveOut: true).Calibration is null);
        Assert.InRange(refused, 0, 1);
    }

    [Fact]
    public void Fit_TooFewWindows_IsRefused() => Assert.Contains(
        "a tail needs 200", CalibrationFit.OfFusion(Exponential(5_000, 8), leaveOut: true).Figures.Refusal, StringComparison.Ordinal);

    [Fact]
    public void Fit_HighScoresThatFollowEachOther_AreWorthOne()
    {
        var draw = new Draw(9);
        var (alone, inRuns) = (new ScoreCollector(Hour), new ScoreCollector(Hour));
        for (var i = 0; i < 60_000; i++)
        {
            var score = -Math.Log(1 - draw.Unit());
            alone.Add(score, i % 100, i / 100 * 5 * Hour);
            inRuns.Add(score, i % 100, i / 100 * 5 * Hour);
            inRuns.Add(score, i % 100, ((i / 100 * 5) + 1) * Hour);
        }

        double Worth(ScoreCollector scores) => CalibrationFit.OfFusion(scores, leaveOut: true).Figures.EffectiveWindows;
        Assert.InRange(Worth(inRuns) / Worth(alone), 0.9, 1.1);
    }

    [Fact]
    public void Merge_TwoHalves_AreCalibratedAsTheWhole()
    {
        var (pool, whole) = (new ScoreCollector(Hour), new ScoreCollector(Hour));
        for (var half = 0; half < 2; half++)
        {
            var draw = new Draw((ulong)half);
            var part = new ScoreCollector(Hour);
            for (var i = 0; i < 10_000; i++)
            {
                var score = -Math.Log(1 - draw.Unit());
                part.Add(score, i % 100, i / 100 * 5 * Hour);
                whole.Add(score, (i % 100) + (100 * half), i / 100 * 5 * Hour);
            }

            part.Trim();
            pool.Merge(part, half);
        }

        Assert.Equal(CalibrationFit.OfFusion(whole, leaveOut: true).Figures, CalibrationFit.OfFusion(pool, leaveOut: true).Figures);
    }

    private static ScoreCollector Exponential(int count, ulong seed)
    {
        var draw = new Draw(seed);
        var scores = new ScoreCollector(Hour);
        for (var i = 0; i < count; i++)
        {
            scores.Add(-Math.Log(1 - draw.Unit()), i % 100, i / 100 * Hour);
        }

        return scores;
    }
}
