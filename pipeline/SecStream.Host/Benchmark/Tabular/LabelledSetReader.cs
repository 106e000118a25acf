using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;

namespace SecStream.Host.Benchmark.Tabular;

/// <summary>Reads sets: CSV with a header whose last column is <c>label</c> (0 or 1), all others numbers; .csv or .csv.gz.</summary>
internal static class LabelledSetReader
{
    private const string LabelColumn = "label";

    /// <summary>The files of a folder that could be sets, small ones first.</summary>
    public static IReadOnlyList<string> Files(string folder) =>
    [
        .. Directory.EnumerateFiles(folder)
            .Where(f => f.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) || f.EndsWith(".csv.gz", StringComparison.OrdinalIgnoreCase))
            .OrderBy(f => new FileInfo(f).Length)
            .ThenBy(f => f, StringComparer.Ordinal),
    ];

    /// <summary>Name of the set in a file.</summary>
    public static string NameOf(string path)
    {
        var name = Path.GetFileName(path);
        return name[..name.LastIndexOf(".csv", StringComparison.OrdinalIgnoreCase)];
    }

    /// <summary>Reads one.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">It is no such set; the message says why.</exception>
    public static LabelledSet Read(string path)
    {
        using var file = File.OpenRead(path);
        using Stream stream = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new StreamReader(stream);
        var header = (reader.ReadLine() ?? "").Split(',');
        if (header.Length < 2 || !header[^1].Trim().Equals(LabelColumn, StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidDataException($"its last column is not called {LabelColumn}");
        }

        var (values, anomalies) = (new List<double>(), new List<bool>());
        var number = 1;
        while (reader.ReadLine() is { } line)
        {
            number++;
            if (line.Length > 0)
            {
                anomalies.Add(Add(line, number, header.Length, values));
            }
        }

        if (!anomalies.Contains(true) || !anomalies.Contains(false))
        {
            throw new InvalidDataException("its rows are all of one kind: nothing can be told apart");
        }

        return new LabelledSet(NameOf(path), header.Length - 1, [.. CollectionsMarshal.AsSpan(values)], [.. anomalies]);
    }

    private static bool Add(string line, int number, int columns, List<double> values)
    {
        var column = 0;
        var label = 0.0;
        foreach (var range in line.AsSpan().Split(','))
        {
            if (!double.TryParse(line.AsSpan()[range], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value))
            {
                throw new InvalidDataException($"line {number}, column {column + 1} is not a number");
            }

            if (++column < columns)
            {
                values.Add(value);
            }
            else
            {
                label = value;
            }
        }

        return column == columns && label is (0 or 1)
            ? label > 0
            : throw new InvalidDataException($"line {number} has {column} columns of {columns}, or a label that is neither 0 nor 1");
    }
}
