using System.Globalization;

namespace SecStream.Connectors.Segments;

/// <summary>
/// Names of the files of a segment: number of its first document, 16 digits, so that names sort like numbers.
/// <code>
/// events/30d/0000000000000000.ndjson       being written, or closed and not yet compressed
/// events/30d/0000000000000000.ndjson.gz    a gzip member per block
/// events/30d/0000000000000000.idx          blocks, times, filters
/// </code>
/// </summary>
internal static class SegmentName
{
    public const string RawExtension = ".ndjson";
    public const string CompressedExtension = ".ndjson.gz";
    public const string IndexExtension = ".idx";
    public const string TemporaryExtension = ".tmp";
    private const int Digits = 16;

    public static string Raw(string folder, long first) => Path(folder, first) + RawExtension;

    public static string Compressed(string folder, long first) => Path(folder, first) + CompressedExtension;

    public static string Index(string folder, long first) => Path(folder, first) + IndexExtension;

    /// <summary>First numbers of the segments of a folder, ascending, and whether the plain and the compressed file are there.</summary>
    public static SortedDictionary<long, (bool Raw, bool Compressed)> List(string folder)
    {
        var found = new SortedDictionary<long, (bool Raw, bool Compressed)>();
        if (!Directory.Exists(folder))
        {
            return found;
        }

        foreach (var path in Directory.EnumerateFiles(folder))
        {
            var name = System.IO.Path.GetFileName(path);
            var isRaw = name.EndsWith(RawExtension, StringComparison.Ordinal);
            if ((isRaw || name.EndsWith(CompressedExtension, StringComparison.Ordinal)) && TryFirst(name, out var first))
            {
                var known = found.GetValueOrDefault(first);
                found[first] = (known.Raw || isRaw, known.Compressed || !isRaw);
            }
        }

        return found;
    }

    /// <summary>Removes what a crash left half written.</summary>
    public static void DeleteTemporary(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        foreach (var path in Directory.EnumerateFiles(folder, "*" + TemporaryExtension))
        {
            File.Delete(path);
        }
    }

    private static string Path(string folder, long first) =>
        System.IO.Path.Combine(folder, first.ToString("D16", CultureInfo.InvariantCulture));

    private static bool TryFirst(string name, out long first)
    {
        first = 0;
        return name.Length > Digits
            && name[Digits] == '.'
            && long.TryParse(name.AsSpan(0, Digits), NumberStyles.None, CultureInfo.InvariantCulture, out first);
    }
}
