using System.Buffers;
using SecStream.Training.Days;

namespace SecStream.Training.Registry;

/// <summary>
/// Ids of models: last day of training and content, <c>20260328-1f0c39a2b4d5</c>. So ids sort by what the models know, the same training has the same id
/// wherever it is done, and the content can be checked against the name.
/// </summary>
public static class ModelId
{
    private const int DayDigits = 8;
    private const int HashDigits = 12;
    private static readonly SearchValues<char> s_hex = SearchValues.Create("0123456789abcdef");

    /// <summary>The id of a model.</summary>
    /// <param name="lastDay">Last day of its training, those that evaluate included.</param>
    /// <param name="manifestHash">SHA-256 of its manifest, hex.</param>
    public static string Of(long lastDay, string manifestHash) => $"{UtcDay.Compact(lastDay)}-{manifestHash[..HashDigits]}";

    /// <summary>Whether a text has the form of an id; it is then also safe as the name of a folder.</summary>
    public static bool IsOne(string text) =>
        text.Length == DayDigits + 1 + HashDigits
        && text[DayDigits] == '-'
        && text.AsSpan(0, DayDigits).IndexOfAnyExceptInRange('0', '9') < 0
        && !text.AsSpan(DayDigits + 1).ContainsAnyExcept(s_hex);

    /// <summary>The part of an id that is the beginning of its manifest's hash.</summary>
    public static ReadOnlySpan<char> HashOf(string id) => id.AsSpan(DayDigits + 1);
}
