using SecStream.Conformance.Tests.Harness;
using SecStream.Connectors.Files;
using SecStream.Host;
using SecStream.Stages.Parsing;
using SecStream.Core.Pipeline;
using Xunit.Abstractions;

namespace SecStream.Conformance.Tests.Scenarios;

/// <summary>The known counts of public logs. The logs are not part of the repository; without them the tests say so and prove nothing.</summary>
public sealed class RealLogsTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("logs/loghub/OpenSSH/OpenSSH_2k.log", "C1 12, P1 10, T1 7, P2 4, X1 0")]
    [InlineData("logs/auth/gtkcyber_auth.log", "C1 12, P1 12, T1 10, P2 9")]
    [InlineData("logs/auth/loghub_Linux_full.log", "C1 321, P1 298, T1 71, P2 24")]
    public void KnownCounts_ForAnyShape(string path, string expected)
    {
        if (Find(path) is not { } file)
        {
            output.WriteLine($"NOT TESTED: {path} is not in ../shared/data, nor in the folder SECSTREAM_DATA names");
            return;
        }

        var partition = Read(file);
        foreach (var shape in new[] { new RunShape(), new RunShape { BatchSize = 77, Lanes = 8, RevisionInterval = TimeSpan.FromSeconds(10), Stops = [5, 9, 20] } })
        {
            var result = PipelineRun.Run(Scenario.Pack, [partition], shape);
            Assert.Empty(result.Breaches);
            Assert.Equal(expected, string.Join(", ", expected.Split(", ").Select(e => e.Split(' ')[0]).Select(code => $"{code} {result.Of(code).Count}")));
        }
    }

    /// <summary>The lines as the production reader cuts them, the year as a replay finds it.</summary>
    private static Partition Read(string file)
    {
        using var source = new FileSource(file, "default");
        var lines = new List<byte[]>();
        var scan = new Rfc3164YearScan();
        var batch = new RecordBatch();
        for (batch.Reset(0); source.TryRead(batch); batch.Reset(0))
        {
            foreach (var slice in batch.Records)
            {
                lines.Add(batch.Buffer.AsSpan(slice.Start, slice.Length).ToArray());
                scan.Add(lines[^1]);
            }
        }

        var modified = new DateTimeOffset(File.GetLastWriteTimeUtc(file), TimeSpan.Zero);
        return new Partition(file, lines, new SourceOptions { Zone = TimeZoneInfo.Utc, FirstYear = scan.FirstYear(modified), LastModified = modified });
    }

    private static string? Find(string path)
    {
        if (Environment.GetEnvironmentVariable("SECSTREAM_DATA") is { Length: > 0 } named)
        {
            return Existing(Path.Combine(named, path));
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SecStream.sln")))
            {
                return Existing(Path.Combine(folder.FullName, "..", "shared", "data", path));
            }
        }

        return null;
    }

    private static string? Existing(string file) => File.Exists(file) ? file : null;
}
