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

    /// <summary>The value as it may be shown: at most <see cref="MaxLength"/> characters of it, then <c>…</c>.</summary>
    public static string Show(string value)
    {
        var text = new StringBuilder(Math.Min(value.Length, MaxLength) + 8);
        var shown = 0;
        foreach (var rune in value.EnumerateRunes())
        {
            if (shown++ == MaxLength)
            {
                return text.Append('…').ToString();
            }

            Append(text, rune);
        }

        return text.Length == 0 ? "(empty)" : text.ToString();
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
