using SecStream.Models.StreamingForest;
using SecStream.Models.Vectors;

namespace SecStream.Models.Tests.Vectors;

public sealed class StreamingForestTests
{
    private const int Features = 4;

    [Fact]
    public void Next_DuringTheFirstWindow_SaysNothing()
    {
        var scores = Run(New(), GeneratedRows.Make(256, Features));
        Assert.All(scores, s => Assert.True(double.IsNaN(s)));
    }

    [Fact]
    public void Next_FarRows_AreTheStrangest()
    {
        var scores = Run(New(), GeneratedRows.Make(2000, Features, strange: 3))[256..];
        Assert.True(scores[^3..].Min() > scores[..^3].Order().ElementAt((int)(0.99 * scores.Length)));
        Assert.All(scores, s => Assert.InRange(s, 0, 1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(256)]
    [InlineData(700)]
    public void Restore_ThenContinue_IsAsWithoutInterruption(int at)
    {
        var rows = GeneratedRows.Make(1500, Features, strange: 4);
        var whole = Run(New(), rows);
        var first = New();
        Run(first, rows[..(at * Features)]);
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        first.Save(writer);
        stream.Position = 0;
        var second = New();
        second.Restore(new BinaryReader(stream));
        Assert.Equal(whole[at..], Run(second, rows[(at * Features)..]));
    }

    [Fact]
    public void Restore_OfOtherOptionsOrCutOff_SaysSo()
    {
        var detector = New();
        Run(detector, GeneratedRows.Make(300, Features));
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        detector.Save(writer);
        stream.Position = 0;
        var other = new StreamingForestDetector(new StreamingForestOptions { Window = 100 }, Features, 1);
        Assert.Throws<InvalidDataException>(() => other.Restore(new BinaryReader(stream)));
        Assert.Throws<InvalidDataException>(() => New().Restore(new BinaryReader(new MemoryStream(stream.ToArray()[..500]))));
    }

    [Fact]
    public void Next_ABurstOfAWindowAfterAHundred_IsStillStrangeInTheNext()
    {
        var detector = New();
        var usual = Run(detector, GeneratedRows.Make(25_600, Features))[256..].Order().ToArray();
        var burst = GeneratedRows.Make(512, Features, strange: 512, seed: 2);
        var scores = Run(detector, burst);
        Assert.True(scores[256..].Average() > usual[(int)(0.95 * usual.Length)]);
    }

    [Fact]
    public void Explain_OneOddFeature_HasTheLargestShare()
    {
        var detector = New();
        var shares = new double[Features];
        detector.Explain([0, 0, 9, 0], shares);
        Assert.All(shares, s => Assert.Equal(0, s));
        Run(detector, GeneratedRows.Make(1000, Features));
        detector.Explain([0, 0, 9, 0], shares);
        Assert.Equal(1, shares.Sum(), 9);
        Assert.Equal(2, Array.IndexOf(shares, shares.Max()));
    }

    [Fact]
    public void Next_ConstantExtremeOrNotFinite_IsFiniteOrRejected()
    {
        var detector = New();
        var row = new double[] { 5, 0, double.MaxValue, -double.MaxValue };
        for (var i = 0; i < 600; i++)
        {
            var score = detector.Next(row);
            Assert.Equal(i < 256, double.IsNaN(score));
        }

        Assert.Throws<ArgumentException>(() => detector.Next([double.NaN, 0, 0, 0]));
        Assert.Throws<ArgumentException>(() => detector.Next([0, 0]));
    }

    private static StreamingForestDetector New() => new(new StreamingForestOptions(), Features, 1);

    private static double[] Run(StreamingForestDetector detector, double[] rows)
    {
        var scores = new double[rows.Length / Features];
        for (var i = 0; i < scores.Length; i++)
        {
            scores[i] = detector.Next(rows.AsSpan(i * Features, Features));
        }

        return scores;
    }
}
