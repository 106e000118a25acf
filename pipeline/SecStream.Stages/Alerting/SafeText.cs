using System.Globalization;
using System.Text;

namespace SecStream.Stages.Alerting;

/// <summary>
/// Text from logs made fit for a line that a person reads on a terminal, in a chat or in a mail. Control and format characters (escape
/// sequences, newlines, bidi overrides, zero-width marks), separators and unassigned code points become visible escapes; long values are cut.
/// </summary>
public static class SafeText
{
    /// <summary>Characters (code points) of a value that are shown.</summary>
    public const int MaxLength = 80;

    private const string Quoted = "\",;()";

    /// <summary>The value as it may be shown: at most <see cref="MaxLength"/> characters of it, then <c>…</c>.</summary>
    public static string Show(string value) => Show(value, MaxLength);

    /// <summary>The value as it may be shown: at most <paramref name="maxLength"/> characters (code points) of it, then <c>…</c>.</summary>
    public static string Show(string value, int maxLength)
    {
        var text = new StringBuilder(Math.Min(value.Length, maxLength) + 8);
        var shown = 0;
        foreach (var rune in value.EnumerateRunes())
        {
            if (shown++ == maxLength)
            {
                return text.Append('…').ToString();
            }

            Append(text, rune);
        }

        return text.Length == 0 ? "(empty)" : text.ToString();
    }

    /// <summary>
    /// A name from a log within a sentence: what contains spaces, quotes, commas or brackets is quoted, so that a user who is called
    /// <c>root from 8.8.8.8</c> does not rewrite the sentence.
    /// </summary>
    public static string Name(string value)
    {
        var needsQuotes = value.Length == 0;
        foreach (var c in value)
        {
            needsQuotes |= char.IsWhiteSpace(c) || Quoted.Contains(c, StringComparison.Ordinal);
        }

        return !needsQuotes ? Show(value) : value.Length == 0 ? "\"\"" : $"\"{Show(value).Replace("\"", "\\x22", StringComparison.Ordinal)}\"";
    }

    private static void Append(StringBuilder text, Rune rune)
    {
        if (!NeedsEscape(rune))
        {
            text.Append(rune.ToString());
            return;
        }

        var format = rune.Value switch { < 0x100 => "\\x{0:x2}", < 0x10000 => "\\u{0:x4}", _ => "\\U{0:x8}" };
        text.AppendFormat(CultureInfo.InvariantCulture, format, rune.Value);
    }

    private static bool NeedsEscape(Rune rune) => Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;
}
