using SecStream.Models.MlNet.TimeSeries;
using SecStream.Models.Tests.Series;

namespace SecStream.Models.Tests.MlNet.TimeSeries;

/// <summary>The series detectors of ML.NET, where its package was to be had (package profile full).</summary>
public sealed class MlNetSeriesTests
{
    public static TheoryData<string> Names => ["iid", "ssa", "srcnn"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Next_Spike_StandsOut(string name)
    {
        var detector = Make(name);
        var values = Season(700);
        values[650] += 500;
        var scores = Detectors.Run(detector, values);
        Assert.Equal(scores[500..].Max(), scores[650..653].Max());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Restore_AtAnyPoint_ContinuesToTheBit(string name)
    {
        var values = Season(900);
        var uninterrupted = Detectors.Run(Make(name), values);
        foreach (var cut in new[] { 0, 64, 100, 333, 640, 720 })
        {
            var first = Make(name);
            Detectors.Run(first, values[..cut]);
            var second = Make(name);
            second.Restore(new BinaryReader(new MemoryStream(Detectors.Saved(first.Save))));
            Assert.Equal(uninterrupted[cut..], Detectors.Run(second, values[cut..], cut));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Next_AnyPoint_GivesNothingOrZeroOrMoreAndFinite(string name)
    {
        var detector = Make(name);
        for (var i = 0; i < 900; i++)
        {
            var score = detector.Next(Detectors.Time(i), i % 9 == 0 ? double.MaxValue : i % 50);
            Assert.True(double.IsNaN(score) || (score >= 0 && double.IsFinite(score)), $"{score} at {i}");
        }
    }

    [Fact]
    public void Options_TooFewPointsForTheSeason_NamesTheOption() =>
        Assert.Throws<ArgumentOutOfRangeException>("TrainingCount", () => MlNetSeries.SsaSpike(new MlNetSeriesOptions { TrainingCount = 40, SeasonCount = 24 }));

    private static ISeriesDetector Make(string name)
    {
        var options = new MlNetSeriesOptions { SeasonCount = 12, TrainingCount = 200, RenewalCount = 300 };
        return name switch
        {
            "iid" => MlNetSeries.IidSpike(options),
            "ssa" => MlNetSeries.SsaSpike(options),
            _ => MlNetSeries.SrCnn(options),
        };
    }

    private static double[] Season(int count)
    {
        var random = new Random(4);
        return [.. Enumerable.Range(0, count).Select(i => 100 + (20 * Math.Sin(2 * Math.PI * i / 12)) + random.NextDouble())];
    }
}
