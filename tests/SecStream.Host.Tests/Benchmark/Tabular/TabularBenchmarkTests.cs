using Xunit;
using SecStream.Host.Benchmark.Tabular;

namespace SecStream.Host.Tests.Benchmark.Tabular;

public sealed class TabularBenchmarkTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tabular-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void RankingQuality_KnownScores_GivesKnownFigures()
    {
        // Two anomalies at the places 1 and 3 of 4: pairs won 3 of 4; precisions 1/1 and 2/3.
        var quality = RankingQuality.Of([0.9, 0.8, 0.7, 0.6], [true, false, true, false]);
        Assert.Equal(0.75, quality.RocAuc, 12);
        Assert.Equal((1 + (2 / 3.0)) / 2, quality.AveragePrecision, 12);
    }

    [Fact]
    public void RankingQuality_AllScoresAlike_IsChance()
    {
        var quality = RankingQuality.Of([1, 1, 1, 1], [true, false, false, false]);
        Assert.Equal(0.5, quality.RocAuc, 12);
        Assert.Equal(0.25, quality.AveragePrecision, 12);
    }

    [Fact]
    public void Run_FolderWithASetAndOtherFiles_MeasuresTheSetAndNamesTheOthers()
    {
        WriteSet("planted.csv", 300);
        File.WriteAllText(Path.Combine(_folder, "other.csv"), "a,b\n1,2\n");
        File.WriteAllText(Path.Combine(_folder, "broken.csv"), "a,label\n1,0\nx,1\n");
        File.WriteAllText(Path.Combine(_folder, "reference"), "name,n,auc\nplanted,300,0.9\n");
        var options = new TabularOptions { Data = _folder, Seeds = 2, Reference = Path.Combine(_folder, "reference"), Detectors = ["hbos"] };
        var result = new TabularBenchmark(options, _ => { }).Run(CancellationToken.None);
        var set = Assert.Single(result.Sets);
        Assert.Equal((300, 3, 6, 0.9), (set.Rows, set.Features, set.Anomalies, set.Reference!.Value));
        Assert.Equal(["isolation-forest", "hbos"], set.Detectors.Select(d => d.Detector));
        Assert.All(set.Detectors, d => Assert.True(d.RocAuc > 0.99));
        Assert.Equal(["broken.csv", "other.csv"], result.Skipped.Select(s => s.File));
        Assert.Contains("line 3, column 1", result.Skipped[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_DetectorOfMlNet_IsMeasuredWhenItIsNamed()
    {
        WriteSet("planted.csv", 300);
        var result = new TabularBenchmark(new TabularOptions { Data = _folder, Seeds = 1, Detectors = ["mlnet-pca"] }, _ => { }).Run(CancellationToken.None);
        Assert.Equal(["isolation-forest", "mlnet-pca"], Assert.Single(result.Sets).Detectors.Select(d => d.Detector));
    }

    [Fact]
    public void Run_FolderWithoutSets_SaysSo()
    {
        var run = new TabularBenchmark(new TabularOptions { Data = _folder }, _ => { });
        Assert.Contains("no file there is a set", Assert.Throws<ConfigurationException>(() => run.Run(CancellationToken.None)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_UnknownDetector_NamesTheKnownOnes()
    {
        var error = Assert.Throws<ConfigurationException>(() => new TabularBenchmark(new TabularOptions { Data = _folder, Detectors = ["oracle"] }, _ => { }));
        Assert.Contains("isolation-forest", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Stream_SetInStreamOrder_JudgesAllButTheFirstWindow()
    {
        WriteSet("9_shuttle.csv", 1000);
        var result = new StreamBenchmark(_folder, ["shuttle"], 1, _ => { }).Run(CancellationToken.None);
        var set = Assert.Single(result.Sets);
        Assert.Equal(744, set.Judged);
        Assert.True(set.RocAuc > 0.95);
    }

    [Fact]
    public void Sample_LargerSet_KeepsOrderAndLabels()
    {
        var set = new LabelledSet("s", 1, [.. Enumerable.Range(0, 1000).Select(i => (double)i)], [.. Enumerable.Range(0, 1000).Select(i => i % 10 == 0)]);
        var sample = set.Sample(100, 1);
        Assert.Equal(100, sample.Count);
        Assert.Equal(sample.Values.Order(), sample.Values);
        Assert.Equal(sample.Values.Select(v => (int)v % 10 == 0), sample.Anomalies);
    }

    private void WriteSet(string name, int rows)
    {
        var lines = Enumerable.Range(0, rows).Select(i => i >= rows - 6 ? $"9,{8 + (i % 2)},9.5,1" : FormattableString.Invariant($"{Math.Sin(i)},{Math.Cos(i * 3)},{i % 7 / 7.0},0"));
        File.WriteAllLines(Path.Combine(_folder, name), ["a,b,c,label", .. lines]);
    }
}
