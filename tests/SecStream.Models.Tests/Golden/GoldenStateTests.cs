namespace SecStream.Models.Tests.Golden;

/// <summary>
/// States that earlier builds saved, one file a detector and version of its layout. What one build saved the next must read, and go on with the same scores, or
/// refuse by its version. A new version gets a file of its own: run this test with SECSTREAM_WRITE_GOLDEN=1, look at what it wrote, commit it; the old files stay.
/// </summary>
public sealed class GoldenStateTests
{
    private const string WriteVariable = "SECSTREAM_WRITE_GOLDEN";

    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(Folder(), "*.json").Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Restore_StateOfAnEarlierBuild_ContinuesWithTheRecordedScores(string file)
    {
        var golden = GoldenState.Read(Path.Combine(Folder(), file));
        Assert.Equal(file, golden.FileName);
        double[] scores;
        try
        {
            scores = GoldenDetectors.Continue(golden);
        }
        catch (InvalidDataException refused) when (golden.Version != Current()[golden.Detector])
        {
            Assert.Contains($"version {golden.Version}", refused.Message, StringComparison.Ordinal);
            return;
        }

        golden.Check(scores);
        Assert.Contains(scores, s => s > 0);
    }

    [Fact]
    public void EveryDetector_CurrentVersion_HasAFile()
    {
        if (Environment.GetEnvironmentVariable(WriteVariable) == "1")
        {
            foreach (var made in GoldenDetectors.Make().Where(m => !File.Exists(Path.Combine(Folder(), m.FileName))))
            {
                made.Write(Folder());
            }
        }

        var missing = GoldenDetectors.Make().Select(m => m.FileName).Where(name => !File.Exists(Path.Combine(Folder(), name))).ToList();
        Assert.True(missing.Count == 0, $"no golden state: {string.Join(", ", missing)}; run this test with {WriteVariable}=1 and commit what it writes");
    }

    [Fact]
    public void EveryDetector_LearningTheSame_SaysTheSameAsItDid()
    {
        foreach (var made in GoldenDetectors.Make())
        {
            var golden = GoldenState.Read(Path.Combine(Folder(), made.FileName));
            golden.Check([.. made.Scores.Select(s => s ?? double.NaN)]);
        }
    }

    private static Dictionary<string, int> Current() => GoldenDetectors.Make().ToDictionary(m => m.Detector, m => m.Version);

    private static string Folder()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "SecStream.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("SecStream.sln is in no folder above the tests");
        }

        return Path.Combine(folder, "tests", "SecStream.Models.Tests", "Golden", "States");
    }
}
