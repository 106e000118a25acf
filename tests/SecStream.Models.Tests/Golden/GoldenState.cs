using System.Text.Json;

namespace SecStream.Models.Tests.Golden;

/// <summary>A state as it was saved once, and what the detector that had it said of the next points or rows.</summary>
internal sealed record GoldenState
{
    private static readonly JsonSerializerOptions s_format = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    /// <summary>Name of the detector.</summary>
    public required string Detector { get; init; }

    /// <summary>Version of the layout of its state.</summary>
    public required int Version { get; init; }

    /// <summary>Values of a row; 1 for a series.</summary>
    public required int FeatureCount { get; init; }

    /// <summary>Time of the first point, µs; the others follow in 10 minute steps.</summary>
    public long From { get; init; }

    /// <summary>The next points or rows, one behind the other.</summary>
    public required double[] Next { get; init; }

    /// <summary>What was said of them; null: nothing yet.</summary>
    public required double?[] Scores { get; init; }

    /// <summary>The state.</summary>
    public required byte[] State { get; init; }

    /// <summary>Name of its file.</summary>
    public string FileName => $"{Detector}.v{Version}.json";

    public static GoldenState Read(string path) => JsonSerializer.Deserialize<GoldenState>(File.ReadAllText(path), s_format)!;

    public void Write(string folder) => File.WriteAllText(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, s_format) + "\n");

    /// <summary>
    /// Compares scores, with room for the last digits: mathematical functions are not the same to the bit on every machine. ML.NET reckons in single precision, and
    /// otherwise on other processors.
    /// </summary>
    public void Check(double[] scores)
    {
        var room = Detector.StartsWith("mlnet-", StringComparison.Ordinal) ? 1e-3 : 1e-9;
        Assert.Equal(Scores.Length, scores.Length);
        for (var i = 0; i < scores.Length; i++)
        {
            Assert.True(
                Scores[i] is { } known ? Math.Abs(known - scores[i]) <= room * Math.Max(1, Math.Abs(known)) : double.IsNaN(scores[i]),
                $"{FileName}: number {i} is judged {scores[i]:R}, recorded is {Scores[i]:R}");
        }
    }

    public static double?[] Recorded(double[] scores) => [.. scores.Select(s => double.IsNaN(s) ? (double?)null : s)];
}
