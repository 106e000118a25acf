namespace SecStream.Connectors.Http.Bulk;

/// <summary>
/// The parameter <c>filter_path</c>: which parts of an answer are wanted (<c>errors,items.*.error,items.*.status</c> from Beats and Logstash).
/// <c>*</c> stands within a name, <c>**</c> for any number of names, <c>-</c> before a path leaves it out.
/// </summary>
internal sealed class FilterPath
{
    private const int MaxPaths = 32;
    private readonly string[][] _wanted;
    private readonly string[][] _unwanted;

    private FilterPath(string[][] wanted, string[][] unwanted)
    {
        _wanted = wanted;
        _unwanted = unwanted;
    }

    /// <summary>Wants everything.</summary>
    public static FilterPath All { get; } = new([], []);

    /// <summary>Reads the parameter; empty: everything. What is beyond 32 paths is not read.</summary>
    public static FilterPath Read(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return All;
        }

        var paths = text.Split(',', MaxPaths + 1, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Take(MaxPaths).ToList();
        return new FilterPath(
            [.. paths.Where(p => p[0] != '-').Select(Segments)],
            [.. paths.Where(p => p[0] == '-').Select(p => Segments(p[1..]))]);
    }

    /// <summary>Whether the value at this path is wanted; parts of arrays have the path of the array.</summary>
    public bool Wants(params ReadOnlySpan<string> path)
    {
        foreach (var pattern in _unwanted)
        {
            if (Covers(pattern, path))
            {
                return false;
            }
        }

        foreach (var pattern in _wanted)
        {
            if (Covers(pattern, path))
            {
                return true;
            }
        }

        return _wanted.Length == 0;
    }

    /// <summary>A pattern covers what it names and what lies below it.</summary>
    private static bool Covers(ReadOnlySpan<string> pattern, ReadOnlySpan<string> path)
    {
        if (pattern.IsEmpty)
        {
            return true;
        }

        if (pattern[0] == "**")
        {
            return Covers(pattern[1..], path) || (!path.IsEmpty && Covers(pattern, path[1..]));
        }

        return !path.IsEmpty && Matches(pattern[0], path[0]) && Covers(pattern[1..], path[1..]);
    }

    private static bool Matches(string pattern, string name) =>
        pattern == "*" || pattern == name
        || (pattern.Contains('*', StringComparison.Ordinal) && System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false));

    // More names than an answer is deep could only cost time.
    private static string[] Segments(string path) => [.. path.Split('.').Take(16)];
}
