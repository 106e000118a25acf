using SecStream.Models.IsolationForest;
using SecStream.Models.Standardisation;
using SecStream.Models.Vectors;

namespace SecStream.Models.Tests.Vectors;

public sealed class IsolationForestTests
{
    [Theory]
    [InlineData(1, 1000)]
    [InlineData(3, 40)]
    [InlineData(8, 1000)]
    [InlineData(9, 1000)]
    [InlineData(10, 777)]
    [InlineData(16, 1000)]
    [InlineData(17, 1000)]
    public void Score_WithAndWithoutVectorInstructions_IsTheSameToTheBit(int features, int count)
    {
        var rows = GeneratedRows.Make(count, features, strange: 3);
        var detector = (IsolationForestDetector)new IsolationForestTrainer(new IsolationForestOptions()).Fit(rows, features, 1);
        var (vector, scalar) = (new double[count], new double[count]);
        detector.Score(rows, vector, vectors: true);
        detector.Score(rows, scalar, vectors: false);
        Assert.Equal(scalar, vector);
    }

    [Fact]
    public void Score_MeanOverManyTrees_IsThatOfATextbookForest()
    {
        const int features = 3;
        const int count = 300;
        var rows = GeneratedRows.Make(count, features, strange: 4);
        var options = new IsolationForestOptions { Trees = 1000, SampleSize = 64 };
        var scores = GeneratedRows.Scores(new IsolationForestTrainer(options).Fit(rows, features, 1), rows);
        var textbook = new TextbookForest(rows, features, 64);
        var draw = new Draw(9);
        var paths = new double[count];
        for (var tree = 0; tree < 1000; tree++)
        {
            textbook.AddPaths(draw, paths);
        }

        var differences = scores.Select((s, row) => (-Math.Log2(s) * TreeGrower.MeanPath(64)) - (paths[row] / 1000)).ToArray();
        Assert.InRange(differences.Average(), -0.05, 0.05);
        Assert.All(differences, d => Assert.InRange(d, -0.5, 0.5));
    }

    [Fact]
    public void Score_FeaturesInOtherUnits_HardlyChanges()
    {
        var rows = GeneratedRows.Make(500, 2, strange: 2);
        var scaled = rows.Select((v, i) => i % 2 == 0 ? (v * 1e6) + 5e6 : v).ToArray();
        var trainer = new IsolationForestTrainer(new IsolationForestOptions());
        var (a, b) = (GeneratedRows.Scores(trainer.Fit(rows, 2, 1), rows), GeneratedRows.Scores(trainer.Fit(scaled, 2, 1), scaled));
        Assert.All(a.Zip(b), pair => Assert.Equal(pair.First, pair.Second, 2));
    }

    [Fact]
    public void Trainer_OptionsOutOfRange_NamesAllOfThem()
    {
        var error = Assert.Throws<ArgumentException>(() => new IsolationForestTrainer(new IsolationForestOptions { Trees = 0, SampleSize = 1 }));
        Assert.Contains("Trees", error.Message, StringComparison.Ordinal);
        Assert.Contains("SampleSize", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Standardiser_MostValuesAlike_DoesNotDivideByTheirQuartiles()
    {
        double[] rows = [.. Enumerable.Repeat(0.0, 90), .. Enumerable.Repeat(10.0, 10)];
        var scale = Standardiser.Fit(rows, 1, new StandardisationOptions());
        Assert.InRange(scale.Value(10, 0), 5, 20);
    }

    [Fact]
    public void Standardiser_ConstantFeature_SmallDeparturesAreSmall()
    {
        var scale = Standardiser.Fit([200.0, 200, 200], 1, new StandardisationOptions());
        Assert.Equal(0, scale.Value(200, 0));
        Assert.Equal(0.05, scale.Value(210, 0), 9);
        Assert.Equal(9, scale.Value(2000, 0), 9);
    }

    /// <summary>The algorithm as the paper writes it.</summary>
    private sealed class TextbookForest(double[] rows, int features, int sampleSize)
    {
        public void AddPaths(Draw draw, double[] paths)
        {
            var sample = draw.Sample(paths.Length, sampleSize);
            Grow(sample, [.. Enumerable.Range(0, paths.Length)], 0, draw, paths);
        }

        private void Grow(int[] sample, int[] all, int depth, Draw draw, double[] paths)
        {
            if (sample.Length <= 1 || depth == Math.Ceiling(Math.Log2(sampleSize)))
            {
                foreach (var row in all)
                {
                    paths[row] += depth + TreeGrower.MeanPath(sample.Length);
                }

                return;
            }

            var feature = draw.Below(features);
            var (low, high) = (sample.Min(r => Value(r, feature)), sample.Max(r => Value(r, feature)));
            var threshold = low + (draw.Unit() * (high - low));
            int[] Side(int[] of, bool left) => [.. of.Where(r => Value(r, feature) < threshold == left)];
            Grow(Side(sample, true), Side(all, true), depth + 1, draw, paths);
            Grow(Side(sample, false), Side(all, false), depth + 1, draw, paths);
        }

        private double Value(int row, int feature) => rows[(row * features) + feature];
    }
}
