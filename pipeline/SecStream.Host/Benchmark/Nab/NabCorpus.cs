using System.Globalization;
using System.IO.Compression;
using System.Text.Json;

namespace SecStream.Host.Benchmark.Nab;

/// <summary>Reads series and windows as the benchmark lays them out: <c>data/CATEGORY/NAME.csv</c> (or .csv.gz) and <c>labels/combined_windows.json</c>.</summary>
internal static class NabCorpus
{
    private const string Labels = "labels/combined_windows.json";

    /// <summary>Reads the series that have labels, by path.</summary>
    /// <exception cref="ConfigurationException">Something is missing or not as expected; the message names it.</exception>
    public static IReadOnlyList<NabSeries> Read(string folder)
    {
        var labels = Path.Combine(folder, Labels);
        if (!File.Exists(labels))
        {
            throw new ConfigurationException($"{labels}: there is no such file; give a folder with data/ and {Labels}");
        }

        var series = new List<NabSeries>();
        using var document = Parse(labels);
        foreach (var entry in document.RootElement.EnumerateObject().OrderBy(e => e.Name, StringComparer.Ordinal))
        {
            if (Find(Path.Combine(folder, "data", entry.Name)) is { } file)
            {
                series.Add(ReadSeries(entry.Name, file, entry.Value));
            }
        }

        return series.Count > 0 ? series : throw new ConfigurationException($"{folder}: none of the series that {Labels} names is in data/");
    }

    private static JsonDocument Parse(string labels)
    {
        try
        {
            return JsonDocument.Parse(File.ReadAllBytes(labels));
        }
        catch (JsonException e)
        {
            throw new ConfigurationException($"{labels}: {e.Message}");
        }
    }

    private static string? Find(string path) => File.Exists(path) ? path : File.Exists(path + ".gz") ? path + ".gz" : null;

    private static NabSeries ReadSeries(string name, string file, JsonElement windows)
    {
        var stamps = new List<string>();
        var times = new List<long>();
        var values = new List<double>();
        var number = 1;
        foreach (var line in Lines(file).Skip(1))
        {
            number++;
            var comma = line.IndexOf(',', StringComparison.Ordinal);
            if (comma < 0 || Time(line[..comma]) is not { } time || !double.TryParse(line.AsSpan(comma + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
            {
                throw new ConfigurationException($"{file}:{number}: expected a timestamp and a value, \"2014-04-01 00:00:00,20.0\"");
            }

            stamps.Add(line[..comma]);
            times.Add(time);
            values.Add(value);
        }

        return new NabSeries(name, [.. stamps], [.. times], [.. values], Windows(file, times, windows));
    }

    private static IEnumerable<string> Lines(string file)
    {
        using var stream = File.OpenRead(file);
        using var plain = file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stream, CompressionMode.Decompress) : (Stream)stream;
        using var reader = new StreamReader(plain);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0)
            {
                yield return line;
            }
        }
    }

    private static List<NabWindow> Windows(string file, List<long> times, JsonElement windows)
    {
        var found = new List<NabWindow>();
        foreach (var window in windows.EnumerateArray())
        {
            var first = Record(file, times, window[0].GetString());
            found.Add(new NabWindow(first, Record(file, times, window[1].GetString())));
        }

        return found;
    }

    private static int Record(string file, List<long> times, string? stamp)
    {
        var record = stamp is not null && Time(stamp) is { } time ? times.IndexOf(time) : -1;
        return record >= 0 ? record : throw new ConfigurationException($"{file}: {Labels} names the time {stamp}, which is not in it");
    }

    private static long? Time(string text) =>
        DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? (time - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond
            : null;
}
