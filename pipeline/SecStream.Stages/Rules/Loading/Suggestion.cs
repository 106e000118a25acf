namespace SecStream.Stages.Rules.Loading;

/// <summary>Finds what a mistyped name was probably meant to be.</summary>
public static class Suggestion
{
    /// <summary>"did you mean …?", or nothing when no name is near.</summary>
    public static string For(string name, IEnumerable<string> known)
    {
        var limit = Math.Min(Math.Max(2, name.Length / 4), name.Length / 2);
        var best = known
            .Where(k => Math.Abs(k.Length - name.Length) <= limit)
            .Select(k => (Name: k, Distance: Distance(name.ToUpperInvariant(), k.ToUpperInvariant())))
            .Where(k => k.Distance <= limit)
            .OrderBy(k => k.Distance).ThenBy(k => k.Name, StringComparer.Ordinal)
            .FirstOrDefault();
        return best.Name is null ? "" : $"did you mean '{best.Name}'?";
    }

    /// <summary>The suggestion, or else the list of what is possible.</summary>
    public static string OrList(string name, IReadOnlyCollection<string> known) =>
        For(name, known) is { Length: > 0 } near ? near : $"known here: {string.Join(", ", known)}";

    // Damerau-Levenshtein, restricted: inserts, deletes, changes and swaps of neighbours cost 1.
    private static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                rows[i, j] = i == 0 || j == 0
                    ? i + j
                    : Math.Min(
                        Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1,
                        rows[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
                }
            }
        }

        return rows[a.Length, b.Length];
    }
}
