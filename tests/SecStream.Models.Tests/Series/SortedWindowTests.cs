using FsCheck;
using FsCheck.Fluent;
using SecStream.Models.Series;

namespace SecStream.Models.Tests.Series;

public sealed class SortedWindowTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(100)]
    [InlineData(1500)]
    public void Window_ManyValues_AgreesWithASortedCopy(int capacity)
    {
        var random = new Random(capacity);
        var window = new SortedWindow(capacity);
        var values = new List<double>();
        for (var i = 0; i < 4 * capacity + 50; i++)
        {
            // Runs of equal values and of rising ones: chunks split and merge.
            var value = i % 3 == 0 ? random.Next(20) : i % 3 == 1 ? i : random.NextDouble() * 20;
            values.Add(value);
            window.Add(value);
            if (i % 7 == 0 || capacity < 10)
            {
                AssertAlike(values.TakeLast(capacity), window, value);
            }
        }
    }

    [Fact]
    public void MedianDeviation_AnyValues_IsTheMedianOfDistances() => Check.QuickThrowOnFailure(
        Prop.ForAll(
            Gen.Choose(-50, 50).Select(n => n / 4.0).NonEmptyListOf().ToArbitrary(),
            values =>
            {
                var window = new SortedWindow(values.Count);
                foreach (var value in values)
                {
                    window.Add(value);
                }

                var median = window.Median();
                return Median(values) == median && Median(values.Select(v => Math.Abs(v - median))) == window.MedianDeviation(median);
            }));

    [Fact]
    public void Restore_SavedWindow_GivesTheSameOrderAndAge()
    {
        var random = new Random(3);
        var window = new SortedWindow(600);
        for (var i = 0; i < 1000; i++)
        {
            window.Add(random.NextDouble());
        }

        var copy = new SortedWindow(600);
        copy.Restore(new BinaryReader(new MemoryStream(Detectors.Saved(window.Save))));
        for (var i = 0; i < 700; i++)
        {
            var value = random.NextDouble();
            window.Add(value);
            copy.Add(value);
            Assert.Equal(window.CountBelow(0.5), copy.CountBelow(0.5));
            Assert.Equal(window.Quantile(0.9), copy.Quantile(0.9));
            Assert.Equal(window.Newest(i % 600), copy.Newest(i % 600));
        }
    }

    [Fact]
    public void Restore_MoreValuesThanRoom_Throws()
    {
        var window = new SortedWindow(20);
        for (var i = 0; i < 20; i++)
        {
            window.Add(i);
        }

        var saved = Detectors.Saved(window.Save);
        var error = Assert.Throws<InvalidDataException>(() => new SortedWindow(10).Restore(new BinaryReader(new MemoryStream(saved))));
        Assert.Contains("20 values where at most 10 fit", error.Message, StringComparison.Ordinal);
    }

    private static void AssertAlike(IEnumerable<double> values, SortedWindow window, double probe)
    {
        double[] sorted = [.. values.Order()];
        Assert.Equal(sorted.Length, window.Count);
        Assert.Equal(sorted.Count(v => v < probe), window.CountBelow(probe));
        Assert.Equal(sorted.Count(v => v <= probe), window.CountUpTo(probe));
        Assert.Equal(sorted[0], window.Select(0));
        Assert.Equal(sorted[^1], window.Select(sorted.Length - 1));
        Assert.Equal(sorted[sorted.Length / 3], window.Select(sorted.Length / 3));
        Assert.Equal(Median(sorted), window.Median());
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        var half = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[half] : sorted[half - 1] + ((sorted[half] - sorted[half - 1]) / 2);
    }
}
