using System.Text;

namespace SecStream.Stages.Rules.Expressions;

/// <summary>
/// A string of a Sigma rule: UTF-16 characters, <c>*</c> (any text) and <c>?</c> (one character). A backslash makes a following star,
/// question mark or backslash plain; before anything else it is itself.
/// </summary>
public sealed class SigmaString
{
    /// <summary>Any text, among <see cref="Parts"/>.</summary>
    public const int Star = -1;

    /// <summary>Any one character, among <see cref="Parts"/>.</summary>
    public const int Question = -2;

    private SigmaString(int[] parts) => Parts = parts;

    /// <summary>UTF-16 code units, <see cref="Star"/> and <see cref="Question"/>.</summary>
    public int[] Parts { get; }

    /// <summary>Whether there is a star or a question mark.</summary>
    public bool HasWildcards => Parts.Any(p => p < 0);

    /// <summary>The characters without wildcards.</summary>
    public string PlainText => string.Concat(Parts.Where(p => p >= 0).Select(p => (char)p));

    /// <summary>Reads a rule's string.</summary>
    public static SigmaString Parse(string text)
    {
        var parts = new List<int>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\\' && i + 1 < text.Length && text[i + 1] is '*' or '?' or '\\')
            {
                parts.Add(text[++i]);
            }
            else
            {
                parts.Add(c switch { '*' => Star, '?' => Question, _ => c });
            }
        }

        return new SigmaString([.. parts]);
    }

    /// <summary>Plain text in which nothing is special.</summary>
    public static SigmaString Plain(string text) => new([.. text.Select(c => (int)c)]);

    /// <summary>With stars put before and after as asked, where there are none yet.</summary>
    public SigmaString Open(bool start, bool end)
    {
        IEnumerable<int> parts = Parts;
        if (start && (Parts.Length == 0 || Parts[0] != Star))
        {
            parts = parts.Prepend(Star);
        }

        if (end && (Parts.Length == 0 || Parts[^1] != Star || (start && Parts.Length == 0)))
        {
            parts = parts.Append(Star);
        }

        return new SigmaString([.. parts]);
    }

    /// <summary>As it reads inside a JSON string: quotes and backslashes escaped.</summary>
    public SigmaString EscapedForJson() => new([.. Parts.SelectMany(p => p is '"' or '\\' ? new[] { '\\', p } : [p])]);

    /// <summary>
    /// Every way of writing the command-line switches (Sigma <c>windash</c>): a dash or slash before a word and not after one, in each of
    /// the forms <c>- / – — ―</c>. At most 5⁴ forms: further switches stay as written.
    /// </summary>
    public IReadOnlyList<SigmaString> WithDashes()
    {
        var places = Enumerable.Range(0, Parts.Length).Where(IsSwitch).Take(4).ToArray();
        var forms = new List<int[]> { Parts };
        foreach (var place in places)
        {
            forms = [.. forms.SelectMany(form => "-/\u2013\u2014\u2015".Select(dash => With(form, place, dash)))];
        }

        return [.. forms.Select(f => new SigmaString(f))];
    }

    private bool IsSwitch(int at) =>
        Parts[at] is '-' or '/'
        && (at == 0 || !IsWord(Parts[at - 1]))
        && at + 1 < Parts.Length && IsWord(Parts[at + 1]);

    private static bool IsWord(int part) => part >= 0 && (char.IsLetterOrDigit((char)part) || part == '_');

    private static int[] With(int[] parts, int at, char value)
    {
        var copy = (int[])parts.Clone();
        copy[at] = value;
        return copy;
    }

    /// <summary>For messages.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var part in Parts)
        {
            text.Append(part switch { Star => '*', Question => '?', _ => (char)part });
        }

        return text.ToString();
    }
}
