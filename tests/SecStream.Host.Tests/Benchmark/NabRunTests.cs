using System.Globalization;
using System.IO.Compression;
using SecStream.Host.Benchmark.Nab;
using Xunit;

namespace SecStream.Host.Tests.Benchmark;

public sealed class NabRunTests : IDisposable
{
    private const int Records = 1000;
    private readonly string _folder = Directory.CreateTempSubdirectory("secstream-nab").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task RunAsync_SeriesWithASpike_FindsItAndWritesTheResultsFormat()
    {
        Write("data/made/up.csv", Lines(600));
        Write("data/packed/flat.csv.gz", Lines(-1));
        Write("labels/combined_windows.json", $$"""
            {"made/up.csv": [["{{Stamp(570)}}.000000", "{{Stamp(630)}}.000000"]], "packed/flat.csv": [], "not/here.csv": [["x", "y"]]}
            """);
        var output = Path.Combine(_folder, "out");

        var result = await NabRun.RunAsync(_folder, output, CancellationToken.None);

        Assert.Equal((2, 1, 2 * Records), (result.Series, result.Windows, result.Points));
        Assert.All(result.Scores, s => Assert.Equal((1, true), (s.Found, s.Score > 80)));
        var written = File.ReadAllLines(Path.Combine(output, "secstream", "made", "secstream_up.csv"));
        Assert.Equal("timestamp,value,anomaly_score,label", written[0]);
        Assert.Equal(Records + 1, written.Length);
        Assert.StartsWith($"{Stamp(600)},500,", written[601], StringComparison.Ordinal);
        Assert.EndsWith(",1", written[601], StringComparison.Ordinal);
        Assert.EndsWith(",0", written[500], StringComparison.Ordinal);
        Assert.All(written.Skip(1), line => Assert.InRange(double.Parse(line.Split(',')[2], CultureInfo.InvariantCulture), 0, 1));
        Assert.True(File.Exists(Path.Combine(output, "secstream", "packed", "secstream_flat.csv")));
    }

    [Fact]
    public async Task RunAsync_TheFirstHalfAlone_HasTheSameScores()
    {
        Write("labels/combined_windows.json", """{"made/up.csv": []}""");
        Write("data/made/up.csv", Lines(300));
        await NabRun.RunAsync(_folder, Path.Combine(_folder, "whole"), CancellationToken.None);
        Write("data/made/up.csv", Lines(300).Take((Records / 2) + 1));
        await NabRun.RunAsync(_folder, Path.Combine(_folder, "half"), CancellationToken.None);

        const string File = "secstream/made/secstream_up.csv";
        Assert.Equal(
            System.IO.File.ReadAllLines(Path.Combine(_folder, "whole", File)).Take((Records / 2) + 1), System.IO.File.ReadAllLines(Path.Combine(_folder, "half", File)));
    }

    [Fact]
    public void Read_NoLabels_SaysWhatIsMissing()
    {
        var error = Assert.Throws<ConfigurationException>(() => NabCorpus.Read(_folder));
        Assert.Contains("combined_windows.json: there is no such file", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_BadLine_NamesFileAndLine()
    {
        Write("labels/combined_windows.json", """{"made/up.csv": []}""");
        Write("data/made/up.csv", ["timestamp,value", "2014-04-01 00:00:00,1", "2014-04-01 00:05:00"]);
        var error = Assert.Throws<ConfigurationException>(() => NabCorpus.Read(_folder));
        Assert.Contains("up.csv:3: expected a timestamp and a value", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_WindowOutsideOfTheSeries_NamesTheTime()
    {
        Write("labels/combined_windows.json", """{"made/up.csv": [["2014-04-01 00:00:00", "2015-01-01 00:00:00"]]}""");
        Write("data/made/up.csv", Lines(-1));
        var error = Assert.Throws<ConfigurationException>(() => NabCorpus.Read(_folder));
        Assert.Contains("2015-01-01 00:00:00, which is not in it", error.Message, StringComparison.Ordinal);
    }

    private static string Stamp(int record) =>
        new DateTime(2014, 4, 1, 0, 0, 0, DateTimeKind.Utc).AddMinutes(5 * record).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static IEnumerable<string> Lines(int spike)
    {
        var random = new Random(4);
        var values = Enumerable.Range(0, Records).Select(i => i == spike ? 500 : Math.Round(100 + (10 * random.NextDouble()), 3)).ToList();
        return ["timestamp,value", .. values.Select((v, i) => string.Create(CultureInfo.InvariantCulture, $"{Stamp(i)},{v}"))];
    }

    private void Write(string path, string text) => Write(path, [text]);

    private void Write(string path, IEnumerable<string> lines)
    {
        var full = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        using var file = File.Create(full);
        using var stream = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionLevel.Fastest) : (Stream)file;
        using var writer = new StreamWriter(stream);
        foreach (var line in lines)
        {
            writer.WriteLine(line);
        }
    }
}
