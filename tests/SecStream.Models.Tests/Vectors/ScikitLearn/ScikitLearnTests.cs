using System.Diagnostics;
using System.Text.Json;
using SecStream.Models.IsolationForest;

namespace SecStream.Models.Tests.Vectors.ScikitLearn;

/// <summary>Our isolation forest ranks as well as the one of scikit-learn (Debian's python3-sklearn), with the same numbers of trees and rows, whatever the kind of anomaly.</summary>
public sealed class ScikitLearnTests
{
    private const int Seeds = 5;
    private const double Room = 0.02;

    [Fact]
    public async Task IsolationForest_SetsOfManyKinds_RanksAsWellAsScikitLearns()
    {
        var folder = Directory.CreateTempSubdirectory("scikit-").FullName;
        try
        {
            foreach (var set in LabelledRows.All)
            {
                set.Write(folder);
            }

            var theirs = await TheirsAsync([.. LabelledRows.All.Select(s => Path.Combine(folder, s.Name))]);
            var lines = LabelledRows.All.Select(s => (s.Name, Ours: Ours(s), Theirs: theirs[s.Name])).ToList();
            Assert.True(
                lines.All(l => Math.Abs(l.Ours - l.Theirs) <= Room),
                string.Join("; ", lines.Select(l => $"{l.Name}: ours {l.Ours:0.0000}, scikit-learn's {l.Theirs:0.0000}")));
            Assert.Contains(lines, l => l.Theirs < 0.95);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double Ours(LabelledRows set)
    {
        var trainer = new IsolationForestTrainer(new IsolationForestOptions { Trees = 100, SampleSize = 256 });
        return Enumerable.Range(0, Seeds)
            .Average(seed => set.RocAuc(GeneratedRows.Scores(trainer.Fit(set.Values, set.FeatureCount, (ulong)seed), set.Values)));
    }

    private static async Task<Dictionary<string, double>> TheirsAsync(string[] files)
    {
        var start = new ProcessStartInfo("/usr/bin/python3") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "isolation_forest.py"));
        start.ArgumentList.Add($"{Seeds}");
        Array.ForEach(files, start.ArgumentList.Add);
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        Assert.True(process.ExitCode == 0, $"Debian's python3-sklearn is needed (./test installs it): {await errors}");
        return JsonSerializer.Deserialize<Dictionary<string, double>>(await output)!;
    }
}
