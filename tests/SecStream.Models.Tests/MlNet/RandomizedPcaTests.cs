using SecStream.Models.MlNet;
using SecStream.Models.MlNet.RandomizedPca;
using SecStream.Models.Tests.Vectors;

namespace SecStream.Models.Tests.MlNet;

/// <summary>ML.NET's randomised PCA behind the contract of vector detectors.</summary>
public sealed class RandomizedPcaTests
{
    private const int Features = 6;

    [Fact]
    public void Score_RowsThatLeaveTheUsualDirections_AreTheStrangest()
    {
        var rows = Correlated(600);
        var detector = Fit(rows);
        var usual = GeneratedRows.Scores(detector, rows);
        var odd = GeneratedRows.Scores(detector, [5, -5, 5, -5, 5, -5]);
        Assert.True(odd[0] > 4 * usual.Max(), $"{odd[0]} against {usual.Max()}");
    }

    [Fact]
    public void Score_RowsNearTheMiddle_AreNotStrange()
    {
        var rows = Correlated(600);
        var detector = Fit(rows);
        var middle = GeneratedRows.Scores(detector, [0.1, 0, 0, 0, 0, -0.1]);
        Assert.True(middle[0] < GeneratedRows.Scores(detector, rows).Average());
    }

    [Fact]
    public void Score_FarOutInAUsualDirection_IsNotStrange()
    {
        var detector = Fit(Correlated(600));
        Assert.True(GeneratedRows.Scores(detector, [50, 50, 50, 50, 50, 50])[0] < 0.5 * GeneratedRows.Scores(detector, [5, -5, 5, -5, 5, -5])[0]);
    }

    [Fact]
    public void Fit_SameRowsAndSeed_GivesTheSameArtefact()
    {
        var rows = Correlated(300);
        Assert.Equal(GeneratedRows.Saved(Fit(rows, 3)), GeneratedRows.Saved(Fit(rows, 3)));
        Assert.NotEqual(GeneratedRows.Saved(Fit(rows, 3)), GeneratedRows.Saved(Fit(rows, 4)));
    }

    [Fact]
    public void Load_OfASavedDetector_GivesTheSameScoresToTheBit()
    {
        var detector = Fit(Correlated(300));
        var saved = GeneratedRows.Saved(detector);
        var loaded = Loaded(saved);
        var others = Correlated(200, seed: 9);
        Assert.Equal(GeneratedRows.Scores(detector, others), GeneratedRows.Scores(loaded, others));
        Assert.Equal(saved, GeneratedRows.Saved(loaded));
    }

    [Fact]
    public void Load_OneByteOfTheModelOther_IsRefused()
    {
        var saved = GeneratedRows.Saved(Fit(Correlated(300)));
        saved[^30] ^= 1;
        Assert.Contains("SHA-256", Assert.Throws<InvalidDataException>(() => Loaded(saved)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_CutOff_SaysSo()
    {
        var saved = GeneratedRows.Saved(Fit(Correlated(300)));
        foreach (var length in new[] { 0, 3, 20, 60, saved.Length / 2, saved.Length - 1 })
        {
            Assert.Throws<InvalidDataException>(() => Loaded(saved[..length]));
        }
    }

    [Fact]
    public void Load_ArtefactOfOurOwn_IsReadToo()
    {
        var rows = Correlated(300);
        var own = SecStream.Models.Vectors.VectorDetectors.Trainers[0].Fit(rows, Features, 1);
        Assert.Equal(GeneratedRows.Scores(own, rows), GeneratedRows.Scores(Loaded(GeneratedRows.Saved(own)), rows));
    }

    [Fact]
    public void Explain_OneOddFeature_HasTheLargestShareAndAllAddUpToOne()
    {
        var shares = new double[Features];
        Fit(Correlated(600)).Explain([0, 0, 0, 9, 0, 0], shares);
        Assert.Equal(1, shares.Sum(), 9);
        Assert.Equal(3, Array.IndexOf(shares, shares.Max()));
    }

    [Fact]
    public void Score_ExtremeConstantOrCopiedValues_StaysFinite()
    {
        var rows = Correlated(200);
        (rows[0], rows[7], rows[14]) = (double.MaxValue, -double.MaxValue, double.Epsilon);
        Assert.All(GeneratedRows.Scores(Fit(rows), rows), s => Assert.True(double.IsFinite(s)));
        var copies = Enumerable.Range(0, 50 * Features).Select(i => i % Features == 5 ? 42.0 : i / Features % 9).ToArray();
        Assert.All(GeneratedRows.Scores(Fit(copies), copies), s => Assert.True(double.IsFinite(s)));
        var one = new RandomizedPcaTrainer(new RandomizedPcaOptions()).Fit([1.0, 2.0, 3.0], 1, 1);
        Assert.All(GeneratedRows.Scores(one, [1.0, 9.0]), s => Assert.True(double.IsFinite(s)));
    }

    [Fact]
    public void Fit_RowsAllAlike_NothingIsStrangeButWhatDiffers()
    {
        var alike = Enumerable.Repeat(new double[] { 1, 2, 3, 4, 5, 6 }, 50).SelectMany(r => r).ToArray();
        var detector = Fit(alike);
        Assert.All(GeneratedRows.Scores(detector, alike), s => Assert.InRange(s, 0, 1e-3));
        Assert.True(GeneratedRows.Scores(detector, [1, 2, 90, 4, 5, 6])[0] > 0.1);
    }

    [Fact]
    public void Score_ValueNotFinite_IsRejectedWithItsPlace()
    {
        var rows = Correlated(100);
        var detector = Fit(rows);
        rows[(7 * Features) + 2] = double.NaN;
        Assert.Contains("row 7, feature 2", Assert.Throws<ArgumentException>(() => GeneratedRows.Scores(detector, rows)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Score_FromSeveralThreads_GivesTheSame()
    {
        var rows = Correlated(400);
        var detector = Fit(rows);
        var alone = GeneratedRows.Scores(detector, rows);
        var tasks = Enumerable.Range(0, 4).Select(_ => Task.Run(() => GeneratedRows.Scores(detector, rows))).ToArray();
        Assert.All(await Task.WhenAll(tasks), scores => Assert.Equal(alone, scores));
    }

    [Fact]
    public void Options_OutOfRange_NameTheOption() =>
        Assert.Contains("RankRatio", Assert.Throws<ArgumentException>(() => new RandomizedPcaTrainer(new RandomizedPcaOptions { RankRatio = 1 })).Message, StringComparison.Ordinal);

    /// <summary>Rows along one direction, with little noise.</summary>
    private static double[] Correlated(int count, ulong seed = 1)
    {
        var noise = GeneratedRows.Make(count, Features + 1, seed: seed);
        return [.. Enumerable.Range(0, count * Features).Select(i => (5 * noise[i / Features * (Features + 1)]) + (0.3 * noise[i]))];
    }

    private static IVectorDetector Fit(double[] rows, ulong seed = 1) => new RandomizedPcaTrainer(new RandomizedPcaOptions()).Fit(rows, Features, seed);

    private static IVectorDetector Loaded(byte[] bytes) => MlNetDetectors.Load(new BinaryReader(new MemoryStream(bytes)));
}
