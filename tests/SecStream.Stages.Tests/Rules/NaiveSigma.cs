using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace SecStream.Stages.Tests.Rules;

/// <summary>
/// Sigma as one would write it down in an afternoon: strings, dictionaries and .NET regular expressions, no index. It knows nothing of the
/// code it checks: it has its own tree, its own string syntax and writes its own YAML.
/// </summary>
internal abstract record NaiveNode
{
    public abstract bool Holds(Dictionary<string, object?> fields, string raw);

    /// <summary>The node in the condition language, over the selections it is written with.</summary>
    public abstract string Condition();

    public abstract IEnumerable<NaiveSelection> Selections();
}

internal sealed record NaiveNot(NaiveNode Child) : NaiveNode
{
    public override bool Holds(Dictionary<string, object?> fields, string raw) => !Child.Holds(fields, raw);

    public override string Condition() => $"not ({Child.Condition()})";

    public override IEnumerable<NaiveSelection> Selections() => Child.Selections();
}

internal sealed record NaiveJoin(bool All, NaiveNode[] Children) : NaiveNode
{
    public override bool Holds(Dictionary<string, object?> fields, string raw) =>
        All ? Children.All(c => c.Holds(fields, raw)) : Children.Any(c => c.Holds(fields, raw));

    public override string Condition() => "(" + string.Join(All ? " and " : " or ", Children.Select(c => c.Condition())) + ")";

    public override IEnumerable<NaiveSelection> Selections() => Children.SelectMany(c => c.Selections());
}

/// <summary>A named selection: a list (any) of maps (all) of items.</summary>
internal sealed record NaiveSelection(string Name, NaiveItem[][] Maps) : NaiveNode
{
    public override bool Holds(Dictionary<string, object?> fields, string raw) => Maps.Any(m => m.All(i => i.Holds(fields, raw)));

    public override string Condition() => Name;

    public override IEnumerable<NaiveSelection> Selections() => [this];

    public string Yaml() => $"{Name}:\n" + string.Concat(Maps.Select(m =>
        string.Concat(m.Select((item, i) => (i == 0 ? "  - " : "    ") + item.Yaml() + "\n"))));
}

internal sealed record NaiveItem(string Field, string[] Modifiers, object?[] Values)
{
    public string Yaml() => $"'{string.Join('|', [Field, .. Modifiers])}': [{string.Join(", ", Values.Select(Scalar))}]";

    public bool Holds(Dictionary<string, object?> fields, string raw) =>
        Modifiers.Contains("exists") ? (fields.GetValueOrDefault(Field) is not null) == (bool)Values[0]!
        : Modifiers.Contains("all") ? Values.All(v => Holds(v, fields, raw))
        : Values.Any(v => Holds(v, fields, raw));

    private bool Holds(object? value, Dictionary<string, object?> fields, string raw)
    {
        if (Field.Length == 0)
        {
            var keyword = (string)value!;
            return (fields.GetValueOrDefault("message") is string message && Find(keyword, message))
                || Find(keyword.Replace("\\\\", "\u0001").Replace("\u0001", "\\\\\\\\").Replace("\"", "\\\""), raw);
        }

        var actual = fields.GetValueOrDefault(Field);
        if (value is null)
        {
            return actual is null;
        }

        return actual is object?[] list ? list.Any(e => e is not null && HoldsOne(value, e, fields)) : actual is not null && HoldsOne(value, actual, fields);
    }

    private bool HoldsOne(object value, object actual, Dictionary<string, object?> fields)
    {
        foreach (var modifier in Modifiers)
        {
            switch (modifier)
            {
                case "lt" or "lte" or "gt" or "gte":
                    return Number(actual) is { } a && Compare(modifier, a, Convert.ToDouble(value, CultureInfo.InvariantCulture));
                case "cidr":
                    return IPAddress.TryParse(Text(actual), out var address) && (Text(actual).Contains(':') || Text(actual).Count(c => c == '.') == 3)
                        && IPNetwork.Parse((string)value).Contains(address);
                case "re":
                    return Regex.IsMatch(Text(actual), (string)value, Modifiers.Contains("i") ? RegexOptions.IgnoreCase : RegexOptions.None);
                case "fieldref":
                    return fields.GetValueOrDefault((string)value) is { } other and not object?[]
                        && string.Equals(Text(actual), Text(other), Modifiers.Contains("cased") ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase);
            }
        }

        if (value is not string pattern)
        {
            return Text(actual) == Text(value) || (actual is double && value is long or double && Number(actual) == Number(value));
        }

        var before = Modifiers.Contains("contains") || Modifiers.Contains("endswith");
        var after = Modifiers.Contains("contains") || Modifiers.Contains("startswith");
        return Matches((before ? "*" : "") + pattern + (after ? "*" : ""), Text(actual), Modifiers.Contains("cased"));
    }

    private static bool Find(string keyword, string text) => Matches("*" + keyword + "*", text, cased: false);

    private static bool Matches(string pattern, string text, bool cased)
    {
        var regex = new StringBuilder("\\A");
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '\\' && i + 1 < pattern.Length && "*?\\".Contains(pattern[i + 1]))
            {
                regex.Append(Regex.Escape(Fold(pattern[++i], cased)));
            }
            else
            {
                regex.Append(pattern[i] switch { '*' => ".*", '?' => ".", var c => Regex.Escape(Fold(c, cased)) });
            }
        }

        return Regex.IsMatch(cased ? text : text.ToLowerInvariant(), regex.Append("\\z").ToString(), RegexOptions.Singleline);
    }

    private static string Fold(char c, bool cased) => (cased ? c : char.ToLowerInvariant(c)).ToString();

    private static bool Compare(string modifier, double a, double b) => modifier switch
    {
        "lt" => a < b,
        "lte" => a <= b,
        "gt" => a > b,
        _ => a >= b,
    };

    private static double? Number(object value) => value switch
    {
        long integer => integer,
        double real => real,
        string text when double.TryParse(text, NumberStyles.Float & ~NumberStyles.AllowLeadingWhite & ~NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var d) => d,
        _ => null,
    };

    public static string Text(object value) => value switch
    {
        bool truth => truth ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => (string)value,
    };

    private static string Scalar(object? value) => value switch
    {
        null => "null",
        string text => $"'{text.Replace("'", "''")}'",
        _ => Text(value),
    };
}
