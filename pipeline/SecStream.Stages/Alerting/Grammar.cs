using System.Globalization;
using SecStream.Core.Alerts;
using SecStream.Core.Events;

namespace SecStream.Stages.Alerting;

/// <summary>Counts, durations and lists in plain English.</summary>
public static class Grammar
{
    private const int ListedValues = 3;
    private static readonly string[] Prepositions = [" of ", " to ", " on ", " by ", " in ", " from ", " for ", " with "];

    /// <summary>A duration in at most two units, rounded down: <c>8 s</c>, <c>2 min 30 s</c>, <c>14 min</c>, <c>2 h 5 min</c>, <c>1 day</c>.</summary>
    /// <param name="microseconds">Length; negative counts as 0.</param>
    public static string Duration(long microseconds)
    {
        var seconds = Math.Max(0, microseconds) / EventClock.Second;
        var minutes = seconds / 60;
        var hours = minutes / 60;
        var days = hours / 24;
        return seconds switch
        {
            < 60 => $"{seconds} s",
            < 600 => $"{minutes} min" + Rest(seconds % 60, "s"),
            < 3600 => $"{minutes} min",
            < 86_400 => $"{hours} h" + Rest(minutes % 60, "min"),
            _ => (days == 1 ? "1 day" : $"{days} days") + Rest(hours % 24, "h"),
        };
    }

    /// <summary>A number and what it counts: <c>1 failed login</c>, <c>6 failed logins</c>.</summary>
    /// <param name="count">The number.</param>
    /// <param name="plural">What is counted, in the plural.</param>
    public static string Count(long count, string plural) =>
        count.ToString(CultureInfo.InvariantCulture) + " " + (count == 1 ? Singular(plural) : plural);

    /// <summary>The singular of an English noun phrase with a regular plural: <c>reads of sensitive data</c> gives <c>read of sensitive data</c>.</summary>
    public static string Singular(string plural)
    {
        var end = Prepositions.Select(word => plural.IndexOf(word, StringComparison.Ordinal)).Where(at => at > 0).DefaultIfEmpty(plural.Length).Min();
        return SingularWord(plural[..end]) + plural[end..];
    }

    /// <summary>The plural of a noun phrase; what looks like a plural stays.</summary>
    public static string Plural(string noun) => noun switch
    {
        _ when noun.EndsWith("ss", StringComparison.Ordinal) || noun.EndsWith("sh", StringComparison.Ordinal) || noun.EndsWith("ch", StringComparison.Ordinal) => noun + "es",
        _ when noun.EndsWith('s') => noun,
        _ when noun.Length > 1 && noun[^1] == 'y' && !"aeiou".Contains(noun[^2], StringComparison.Ordinal) => noun[..^1] + "ies",
        _ => noun + "s",
    };

    /// <summary>The first values and, where there are more, an ellipsis: <c>root, admin, oracle, …</c></summary>
    public static string List(ReadOnlySpan<ObservedValue> values, int distinct)
    {
        var shown = new List<string>();
        for (var i = 0; i < Math.Min(values.Length, ListedValues); i++)
        {
            shown.Add(SafeText.Name(values[i].Value));
        }

        if (distinct > shown.Count)
        {
            shown.Add("…");
        }

        return string.Join(", ", shown);
    }

    private static string Rest(long count, string unit) => count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" {count} {unit}");

    private static string SingularWord(string plural) => plural switch
    {
        _ when plural.EndsWith("ies", StringComparison.Ordinal) => plural[..^3] + "y",
        _ when EndsInSibilantPlural(plural) => plural[..^2],
        _ when plural.EndsWith('s') && !plural.EndsWith("ss", StringComparison.Ordinal) => plural[..^1],
        _ => plural,
    };

    private static bool EndsInSibilantPlural(string plural) =>
        plural.EndsWith("sses", StringComparison.Ordinal) || plural.EndsWith("shes", StringComparison.Ordinal)
        || plural.EndsWith("ches", StringComparison.Ordinal) || plural.EndsWith("xes", StringComparison.Ordinal);
}
