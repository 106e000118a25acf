using SecStream.Models.Vectors;

namespace SecStream.Models.Tests.Vectors;

/// <summary>What every vector detector keeps to.</summary>
public sealed class VectorDetectorTests
{
    private const int Features = 5;

    public static TheoryData<string> Names => [.. VectorDetectors.Trainers.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Score_FarRows_AreTheStrangest(string name)
    {
        var rows = GeneratedRows.Make(600, Features, strange: 6);
        var scores = GeneratedRows.Scores(Fit(name, rows), rows);
        Assert.True(scores[^6..].Min() > scores[..^6].Max());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Load_OfASavedDetector_GivesTheSameScoresToTheBit(string name)
    {
        var rows = GeneratedRows.Make(500, Features);
        var detector = Fit(name, rows);
        var saved = GeneratedRows.Saved(detector);
        var loaded = GeneratedRows.Loaded(saved);
        var others = GeneratedRows.Make(300, Features, strange: 9, seed: 2);
        Assert.Equal(GeneratedRows.Scores(detector, others), GeneratedRows.Scores(loaded, others));
        Assert.Equal(saved, GeneratedRows.Saved(loaded));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Load_CutOff_SaysSo(string name)
    {
        var saved = GeneratedRows.Saved(Fit(name, GeneratedRows.Make(100, Features)));
        foreach (var length in new[] { 0, 3, 12, 40, saved.Length / 2, saved.Length - 1 })
        {
            Assert.Throws<InvalidDataException>(() => GeneratedRows.Loaded(saved[..length]));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Fit_SameRowsAndSeed_GivesTheSameArtefact(string name)
    {
        var rows = GeneratedRows.Make(500, Features);
        Assert.Equal(GeneratedRows.Saved(Fit(name, rows, seed: 3)), GeneratedRows.Saved(Fit(name, rows, seed: 3)));
    }

    [Theory]
    [InlineData("isolation-forest")]
    [InlineData("extended-isolation-forest")]
    [InlineData("knn-coreset")]
    [InlineData("fused")]
    public void Fit_AnotherSeed_DrawsSomethingElse(string name)
    {
        var rows = GeneratedRows.Make(1500, Features);
        Assert.NotEqual(GeneratedRows.Saved(Fit(name, rows, seed: 3)), GeneratedRows.Saved(Fit(name, rows, seed: 4)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Score_RowsInAnotherOrder_ScoresStayWithTheirRows(string name)
    {
        var rows = GeneratedRows.Make(333, Features, strange: 5);
        var detector = Fit(name, rows);
        var order = new Draw(5).Sample(333, 333);
        var shuffled = order.SelectMany(r => rows.AsSpan(r * Features, Features).ToArray()).ToArray();
        var scores = GeneratedRows.Scores(detector, rows);
        Assert.Equal(order.Select(r => scores[r]), GeneratedRows.Scores(detector, shuffled));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Explain_OneOddFeature_HasTheLargestShareAndAllAddUpToOne(string name)
    {
        var detector = Fit(name, GeneratedRows.Make(500, Features));
        var shares = new double[Features];
        detector.Explain([0, 0, 0, 9, 0], shares);
        Assert.Equal(1, shares.Sum(), 9);
        Assert.All(shares, s => Assert.InRange(s, 0, 1));
        Assert.Equal(3, Array.IndexOf(shares, shares.Max()));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Fit_ConstantAndDuplicateFeatures_ScoresAreFinite(string name)
    {
        var rows = GeneratedRows.Make(300, Features);
        for (var i = 0; i < rows.Length; i += Features)
        {
            rows[i + 2] = 42;
            rows[i + 4] = rows[i];
        }

        var detector = Fit(name, rows);
        Assert.All(GeneratedRows.Scores(detector, rows), s => Assert.True(double.IsFinite(s)));
        var odd = GeneratedRows.Scores(detector, [0, 0, 42, 0, 0, 0, 0, 1e6, 0, 0]);
        Assert.True(double.IsFinite(odd[1]));
        Assert.True(odd[1] >= odd[0]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Fit_RowsAllAlike_NothingIsStranger(string name)
    {
        var rows = Enumerable.Repeat(new[] { 1.0, 2, 3, 4, 5 }, 50).SelectMany(r => r).ToArray();
        var scores = GeneratedRows.Scores(Fit(name, rows), rows);
        Assert.All(scores, s => Assert.True(double.IsFinite(s) && s == scores[0]));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Score_ExtremeValues_StaysFinite(string name)
    {
        var rows = GeneratedRows.Make(200, Features);
        (rows[0], rows[6], rows[12], rows[18]) = (double.MaxValue, -double.MaxValue, double.Epsilon, 1e-300);
        var detector = Fit(name, rows);
        var others = GeneratedRows.Make(20, Features, seed: 3);
        others.AsSpan(0, Features).Fill(double.MaxValue);
        others.AsSpan(Features, Features).Fill(-double.MaxValue);
        Assert.All(GeneratedRows.Scores(detector, others), s => Assert.True(double.IsFinite(s)));
        var shares = new double[Features];
        detector.Explain(others.AsSpan(0, Features), shares);
        Assert.All(shares, s => Assert.InRange(s, 0, 1 + 1e-12));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Score_ValueNotFinite_IsRejectedWithItsPlace(string name)
    {
        var rows = GeneratedRows.Make(100, Features);
        var detector = Fit(name, rows);
        rows[(7 * Features) + 2] = double.NaN;
        var trainer = VectorDetectors.Trainers.First(t => t.Name == name);
        Assert.Contains("row 7, feature 2", Assert.Throws<ArgumentException>(() => GeneratedRows.Scores(detector, rows)).Message, StringComparison.Ordinal);
        Assert.Contains("row 7, feature 2", Assert.Throws<ArgumentException>(() => trainer.Fit(rows, Features, 1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => detector.Score([0, 0, double.PositiveInfinity, 0, 0], new double[1]));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Fit_TwoRowsOfOneFeature_Works(string name)
    {
        var trainer = VectorDetectors.Trainers.First(t => t.Name == name);
        var detector = trainer.Fit([1.0, 2.0], 1, 1);
        Assert.All(GeneratedRows.Scores(detector, [1.0, 2, 3]), s => Assert.True(double.IsFinite(s)));
    }

    [Fact]
    public void Load_UnknownKind_NamesIt()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        Artefact.WriteHead(writer, "crystal-ball", 1);
        Assert.Contains("crystal-ball", Assert.Throws<InvalidDataException>(() => GeneratedRows.Loaded(stream.ToArray())).Message, StringComparison.Ordinal);
    }

    private static IVectorDetector Fit(string name, double[] rows, ulong seed = 1) =>
        VectorDetectors.Trainers.First(t => t.Name == name).Fit(rows, Features, seed);
}
