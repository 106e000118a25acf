using SecStream.Models.MlNet;
using SecStream.Models.Tests.Series;

namespace SecStream.Models.Tests.MlNet;

/// <summary>The wrapping of an engine whose state can't be seen, with an engine that can.</summary>
public sealed class RenewedDetectorTests
{
    private const int Learning = 20;
    private const int Renewal = 50;

    [Fact]
    public void Next_UntilLearned_IsNaN()
    {
        var scores = Detectors.Run(Make(), Values(60));
        Assert.All(scores[..Learning], s => Assert.True(double.IsNaN(s)));
        Assert.All(scores[Learning..], s => Assert.True(s >= 0));
    }

    [Fact]
    public void Next_EveryRenewal_LearnsFromTheLastPointsOnly()
    {
        var made = new List<float[]>();
        var detector = new RenewedDetector("sums", Learning, Renewal, points => { made.Add(points); return new SumEngine(); });
        var values = Values(200);
        Detectors.Run(detector, values);
        Assert.Equal(4, made.Count);
        Assert.Equal(values[..Learning].Select(v => (float)v), made[0]);
        Assert.Equal(values[Renewal..(Learning + Renewal)].Select(v => (float)v), made[1]);
        Assert.Equal(values[(2 * Renewal)..((2 * Renewal) + Learning)].Select(v => (float)v), made[2]);
    }

    [Fact]
    public void Restore_AtAnyPoint_ContinuesToTheBit()
    {
        var values = Values(300);
        var uninterrupted = Detectors.Run(Make(), values);
        foreach (var cut in new[] { 0, 1, Learning - 1, Learning, Learning + 1, Learning + Renewal - 1, Learning + Renewal, Learning + Renewal + 1, 222 })
        {
            var first = Make();
            Detectors.Run(first, values[..cut]);
            var saved = Detectors.Saved(first.Save);
            var second = Make();
            Detectors.Run(second, Values(77));
            second.Restore(new BinaryReader(new MemoryStream(saved)));
            Assert.Equal(saved, Detectors.Saved(second.Save));
            Assert.Equal(uninterrupted[cut..], Detectors.Run(second, values[cut..], cut));
        }
    }

    [Fact]
    public void Next_NotFinite_IsNaNAndNotLearned()
    {
        var (plain, disturbed) = (Make(), Make());
        foreach (var value in Values(100))
        {
            Assert.True(double.IsNaN(disturbed.Next(0, double.NegativeInfinity)));
            Assert.Equal(plain.Next(0, value), disturbed.Next(0, value));
        }
    }

    [Fact]
    public void Restore_StateOfAnother_NamesBoth()
    {
        var saved = Detectors.Saved(Make().Save);
        var other = new RenewedDetector("others", Learning, Renewal, _ => new SumEngine());
        var error = Assert.Throws<InvalidDataException>(() => other.Restore(new BinaryReader(new MemoryStream(saved))));
        Assert.Contains("state of sums, not of others", error.Message, StringComparison.Ordinal);
    }

    private static RenewedDetector Make() => new("sums", Learning, Renewal, _ => new SumEngine());

    private static double[] Values(int count) => Detectors.Values("", count, 3);

    /// <summary>Its score depends on everything it was shown.</summary>
    private sealed class SumEngine : IPointEngine
    {
        private double _sum;

        public double Next(float value) => Math.Abs((_sum = (_sum * 0.9) + value) % 7);

        public void Dispose() => _sum = double.NaN;
    }
}
