using SecStream.Models.ChangePoint;
using SecStream.Models.IidSpike;
using SecStream.Models.SeriesEnsemble;
using SecStream.Models.SpectralResidual;
using SecStream.Models.SsaSpike;

namespace SecStream.Models.Tests.Series;

public sealed class SpikeTests
{
    [Theory]
    [InlineData(SpikeSide.Both)]
    [InlineData(SpikeSide.High)]
    [InlineData(SpikeSide.Low)]
    public void IidSpike_IndependentNormalPoints_ScoresAreDecadesOfProbability(SpikeSide side)
    {
        var detector = new IidSpikeDetector(new IidSpikeOptions { HistoryCount = 1000, LearningCount = 500, Side = side, DeadBand = DeadBand.None });
        var random = new Random(11);
        double[] scores = [.. Detectors.Run(detector, [.. Enumerable.Range(0, 40_000).Select(_ => Normal(random))]).Where(s => !double.IsNaN(s))];

        // The exponential tail through the body is on the safe side of a normal one: rarer values are told as less rare than they are.
        Assert.InRange(scores.Count(s => s >= 1) / (double)scores.Length, 0.08, 0.12);
        Assert.InRange(scores.Count(s => s >= 2) / (double)scores.Length, 0.0005, 0.013);
    }

    [Fact]
    public void IidSpike_FarOut_GrowsWithDistance()
    {
        var random = new Random(12);
        var detector = new IidSpikeDetector(new IidSpikeOptions { HistoryCount = 500 });
        Detectors.Run(detector, [.. Enumerable.Range(0, 500).Select(_ => 100 + Normal(random))]);
        Assert.True(detector.Next(0, 110) > 3);
        Assert.True(detector.Next(0, 200) > detector.Next(0, 150));
    }

    [Theory]
    [InlineData(SpikeSide.High, 150, true)]
    [InlineData(SpikeSide.High, 50, false)]
    [InlineData(SpikeSide.Low, 50, true)]
    [InlineData(SpikeSide.Low, 150, false)]
    public void IidSpike_OneSide_ScoresThatSideOnly(SpikeSide side, double value, bool scores)
    {
        var random = new Random(13);
        var detector = new IidSpikeDetector(new IidSpikeOptions { Side = side });
        Detectors.Run(detector, [.. Enumerable.Range(0, 100).Select(_ => 100 + Normal(random))]);
        Assert.Equal(scores, detector.Next(0, value) > 0);
    }

    [Fact]
    public void SsaSpike_BreakOfAnOscillation_StandsOutThoughItsValueIsUsual()
    {
        var random = new Random(14);
        double[] values = [.. Enumerable.Range(0, 1000).Select(i => 100 + (30 * Math.Sin(2 * Math.PI * i / 12)) + (0.5 * Normal(random)))];

        // At 906 the sine would be at its middle going down; 125 is a value it has in every turn.
        values[906] = 125;
        var scores = Detectors.Run(new SsaSpikeDetector(new SsaSpikeOptions()), values);
        Assert.True(scores[906] > 12, $"{scores[906]}");
        Assert.True(scores[300..906].Max() < 7, $"{scores[300..906].Max()}");
    }

    [Fact]
    public void SpectralResidual_SpikeOnASeason_IsTheMostSalient()
    {
        var random = new Random(15);
        double[] values = [.. Enumerable.Range(0, 800).Select(i => 100 + (30 * Math.Sin(2 * Math.PI * i / 16)) + Normal(random))];
        values[700] += 60;
        var scores = Detectors.Run(new SpectralResidualDetector(new SpectralResidualOptions()), values);
        Assert.Equal(700, Array.IndexOf(scores, scores.Where(s => !double.IsNaN(s)).Max()));
    }

    [Fact]
    public void SpectralResidual_SlidingTransform_AgreesWithTheDirectOne()
    {
        var random = new Random(16);
        var sliding = new SlidingSpectrum(32);
        var values = new List<double>();
        for (var i = 0; i < 500; i++)
        {
            values.Add(1e6 + random.NextDouble());
            sliding.Add(values[^1]);
        }

        double[] frame = [.. values.TakeLast(32 - SlidingSpectrum.AheadCount), .. Enumerable.Repeat(7.0, SlidingSpectrum.AheadCount)];
        for (var k = 0; k < sliding.FrequencyCount; k++)
        {
            var (real, imaginary) = sliding.At(k, 7.0);
            Assert.Equal(frame.Select((v, j) => v * Math.Cos(2 * Math.PI * j * k / 32)).Sum(), real, 5);
            Assert.Equal(frame.Select((v, j) => -v * Math.Sin(2 * Math.PI * j * k / 32)).Sum(), imaginary, 5);
        }
    }

    [Fact]
    public void ChangePoint_ShiftOfOneDeviation_IsSeenSoonAndNoiseIsNot()
    {
        var random = new Random(17);
        double[] values = [.. Enumerable.Range(0, 3000).Select(i => (i < 2000 ? 100 : 103) + (1.5 * Normal(random)))];
        var scores = Detectors.Run(new ChangePointDetector(new ChangePointOptions { DeadBand = DeadBand.None }), values);

        Assert.True(scores[300..2000].Max() < 4, $"{scores[300..2000].Max()}");
        Assert.InRange(Array.FindIndex(scores, 2000, s => s >= 4), 2003, 2040);

        // The new level is learned: no evidence against it at the end.
        Assert.True(scores[2500..].Where(s => !double.IsNaN(s)).Max() < 4);
    }

    [Fact]
    public void SeriesEnsemble_SpikeOnADay_IsToldOnceWhenItBegins()
    {
        var random = new Random(18);
        double[] values = [.. Enumerable.Range(0, 3000).Select(i => 100 + (30 * Math.Sin(2 * Math.PI * i / 144)) + Normal(random))];
        for (var i = 2500; i < 2520; i++)
        {
            values[i] = 250;
        }

        var scores = Detectors.Run(new SeriesEnsembleDetector(new SeriesEnsembleOptions()), values);
        Assert.Equal(2500, Array.IndexOf(scores, scores[1000..].Max()));
        Assert.Equal(0, scores[2510]);
    }

    [Fact]
    public void SeriesEnsemble_UsualValueAtTheWrongTimeOfDay_StandsOut()
    {
        var random = new Random(19);
        double[] values = [.. Enumerable.Range(0, 4000).Select(i => (i % 144 < 72 ? 100 : 20) + Normal(random))];
        for (var i = 3900; i < 3910; i++)
        {
            values[i] = i % 144 < 72 ? 20 : 100;
        }

        var scores = Detectors.Run(new SeriesEnsembleDetector(new SeriesEnsembleOptions()), values);
        Assert.True(scores[3900..3910].Max() > 1.5 * scores[2000..3900].Max(), $"{scores[3900..3910].Max()} against {scores[2000..3900].Max()}");
    }

    [Fact]
    public void SeriesEnsemble_LongSeries_HoldsNoMoreState()
    {
        var detector = new SeriesEnsembleDetector(new SeriesEnsembleOptions());
        Detectors.Run(detector, Detectors.Values("any", 100, 1));
        var early = detector.StateBytes;
        Detectors.Run(detector, Detectors.Values("any", 20_000, 2));
        Assert.Equal(early, detector.StateBytes);
        Assert.InRange(Detectors.Saved(detector.Save).Length, 0, early);
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
