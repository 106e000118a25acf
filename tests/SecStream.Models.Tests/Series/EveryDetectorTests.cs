namespace SecStream.Models.Tests.Series;

/// <summary>What the contract asks of every series detector.</summary>
public sealed class EveryDetectorTests
{
    private const int Points = 1500;

    public static IEnumerable<object[]> Names => Detectors.Names;

    public static IEnumerable<object[]> NamesOfValues => Detectors.NamesOfValues;

    [Theory]
    [MemberData(nameof(Names))]
    public void Restore_AtAnyPoint_ContinuesToTheBit(string name)
    {
        var values = Detectors.Values(name, Points, 5);
        var uninterrupted = Detectors.Run(Detectors.All[name](), values);
        foreach (var cut in new[] { 0, 1, 13, 100, 750, 1333 })
        {
            var first = Detectors.All[name]();
            Detectors.Run(first, values[..cut]);
            var saved = Detectors.Saved(first.Save);
            var second = Detectors.All[name]();
            Detectors.Run(second, Detectors.Values(name, 77, 8));
            second.Restore(new BinaryReader(new MemoryStream(saved)));
            Assert.Equal(saved, Detectors.Saved(second.Save));
            var rest = Detectors.Run(second, values[cut..], cut);
            for (var i = 0; i < rest.Length; i++)
            {
                Assert.Equal(BitConverter.DoubleToInt64Bits(uninterrupted[cut + i]), BitConverter.DoubleToInt64Bits(rest[i]));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Next_AnyPoint_GivesNothingOrZeroOrMoreAndFinite(string name)
    {
        var detector = Detectors.All[name]();
        var scores = Detectors.Run(detector, Detectors.Values(name, Points, 6));
        Assert.True(double.IsNaN(scores[0]));
        Assert.All(scores, s => Assert.True(double.IsNaN(s) || (s >= 0 && double.IsFinite(s))));
        Assert.True(scores.Skip(Points / 2).Count(s => s >= 0) > Points / 3);
        Assert.InRange(detector.StateBytes, 16, 40_000);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Next_NotFinite_IsNaNAndNotLearned(string name)
    {
        var values = Detectors.Values(name, 600, 7);
        var plain = Detectors.All[name]();
        var disturbed = Detectors.All[name]();
        for (var i = 0; i < values.Length; i++)
        {
            if (i % 50 == 20)
            {
                Assert.True(double.IsNaN(disturbed.Next(Detectors.Time(i), i % 100 == 20 ? double.NaN : double.PositiveInfinity)));
            }

            Assert.Equal(plain.Next(Detectors.Time(i), values[i]), disturbed.Next(Detectors.Time(i), values[i]));
        }
    }

    [Theory]
    [MemberData(nameof(NamesOfValues))]
    public void Next_HugeValues_StaysFinite(string name)
    {
        var detector = Detectors.All[name]();
        for (var i = 0; i < 900; i++)
        {
            var score = detector.Next(Detectors.Time(i), i % 9 == 0 ? double.MaxValue : i % 9 == 1 ? -double.MaxValue : double.Epsilon * i);
            Assert.True(double.IsNaN(score) || (score >= 0 && double.IsFinite(score)), $"{score} at {i}");
        }
    }

    [Theory]
    [MemberData(nameof(NamesOfValues))]
    public void Next_TinyChangeOfAConstantSeries_IsZero(string name)
    {
        var detector = Detectors.All[name]();
        for (var i = 0; i < 2000; i++)
        {
            var score = detector.Next(Detectors.Time(i), i % 500 == 499 ? 100.5 : 100);
            Assert.True(double.IsNaN(score) || score == 0, $"{score} at {i}");
        }
    }

    [Theory]
    [MemberData(nameof(NamesOfValues))]
    public void Next_LargeChangeOfAConstantSeries_StandsOut(string name)
    {
        var detector = Detectors.All[name]();
        for (var i = 0; i < 1008; i++)
        {
            detector.Next(Detectors.Time(i), 100);
        }

        // A change point is a matter of some points.
        var highest = 0.0;
        for (var i = 1008; i < 1020; i++)
        {
            var score = detector.Next(Detectors.Time(i), 200);
            highest = score > highest ? score : highest;
        }

        Assert.True(highest > 3, $"{highest}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Restore_StateOfSomethingElse_Throws(string name)
    {
        var other = Detectors.All[name == "ewma" ? "iqr" : "ewma"]();
        var saved = Detectors.Saved(other.Save);
        Assert.Throws<InvalidDataException>(() => Detectors.All[name]().Restore(new BinaryReader(new MemoryStream(saved))));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Restore_OtherVersion_ThrowsAndNamesIt(string name)
    {
        var saved = Detectors.Saved(Detectors.All[name]().Save);
        saved[4] = 99;
        var error = Assert.Throws<InvalidDataException>(() => Detectors.All[name]().Restore(new BinaryReader(new MemoryStream(saved))));
        Assert.Contains("version 99", error.Message, StringComparison.Ordinal);
    }
}
