using System.Text;
using System.Text.RegularExpressions;
using SecStream.Core.Fields;
using SecStream.Stages.Rules.Expressions;
using YamlDotNet.RepresentationModel;

namespace SecStream.Stages.Rules.Loading;

/// <summary>Reads one detection item: <c>field|modifier|modifier: value(s)</c>.</summary>
internal sealed class ItemParser(FieldCatalog catalog, FieldNames names, RuleLoadOptions options, IssueList issues)
{
    private static readonly string[] Modifiers =
    [
        "contains", "startswith", "endswith", "all", "cased", "exists", "cidr", "re", "i", "m", "s", "lt", "lte", "gt", "gte", "neq",
        "base64", "base64offset", "wide", "utf16", "utf16le", "utf16be", "windash", "fieldref", "expand",
    ];

    private static readonly string[] TimeParts = ["minute", "hour", "day", "week", "month", "year"];

    private const int MaxValues = 20_000;

    /// <summary>The tests of an item; null when it is wrong (an issue says so).</summary>
    public DetectionNode? Parse(YamlNode keyNode, YamlNode valueNode, string path) =>
        Parse(YamlReading.Key(keyNode), keyNode, valueNode, path);

    /// <summary>A keyword without modifiers.</summary>
    public DetectionNode? ParseKeyword(YamlScalarNode keyword, string path) => Parse("", keyword, keyword, path);

    private DetectionNode? Parse(string key, YamlNode keyNode, YamlNode valueNode, string path)
    {
        var parts = key.Split('|');
        var modifiers = parts[1..];
        if (!Check(modifiers, keyNode, path))
        {
            return null;
        }

        if (YamlReading.Scalars(valueNode) is not { Count: > 0 } scalars)
        {
            issues.Error("value", valueNode, path, "a value or a list of values is needed", "a map belongs under a selection of its own");
            return null;
        }

        var item = new Item(keyNode, path, parts[0], modifiers);
        if (item.Has("exists"))
        {
            return ParseExists(item, scalars);
        }

        var values = scalars.Select(RuleValue.From).ToList();
        if (!Transform(item, ref values))
        {
            return null;
        }

        var nodes = new List<DetectionNode>();
        foreach (var value in values)
        {
            if (ParseValue(item, value) is not { } node)
            {
                return null;
            }

            nodes.Add(node);
        }

        var joined = item.Has("all") ? DetectionNodes.All(nodes) : DetectionNodes.Any(nodes);
        return item.Has("neq") ? new Not(joined) : joined;
    }

    private sealed record Item(YamlNode At, string Path, string Field, string[] Modifiers)
    {
        public bool IsKeyword => Field.Length == 0;

        public bool Has(string modifier) => Modifiers.Contains(modifier);
    }

    private bool Check(string[] modifiers, YamlNode at, string path)
    {
        foreach (var modifier in modifiers)
        {
            if (TimeParts.Contains(modifier))
            {
                issues.Error("unsupported-modifier", at, path, $"modifier '{modifier}' is not supported yet");
                return false;
            }

            if (!Modifiers.Contains(modifier))
            {
                issues.Error("unknown-modifier", at, path, $"unknown modifier '{modifier}'", Suggestion.OrList(modifier, Modifiers));
                return false;
            }
        }

        var comparisons = modifiers.Count(m => m is "lt" or "lte" or "gt" or "gte" or "re" or "cidr" or "exists" or "fieldref");
        if (comparisons > 1 || (comparisons == 1 && modifiers.Any(m => m is "base64" or "base64offset" or "windash")))
        {
            issues.Error("modifiers", at, path, "these modifiers exclude each other", "keep one of them");
            return false;
        }

        return true;
    }

    private FieldTest? ParseExists(Item item, IReadOnlyList<YamlScalarNode> values)
    {
        var present = values is [{ Value: "true" or "yes" or "True" }];
        if (item.IsKeyword || (!present && values is not [{ Value: "false" or "no" or "False" }]))
        {
            issues.Error("value", item.At, item.Path, "exists takes a field and true or false");
            return null;
        }

        var (id, name) = Field(item);
        return FieldTest.Presence(id, name, present);
    }

    // Modifiers work from left to right, as written.
    private bool Transform(Item item, ref List<RuleValue> values)
    {
        foreach (var modifier in item.Modifiers)
        {
            IEnumerable<RuleValue>? changed = modifier switch
            {
                "expand" => Expand(item, values),
                "contains" => values.Select(v => v.With(v.Text.Open(true, true))),
                "startswith" => values.Select(v => v.With(v.Text.Open(false, true))),
                "endswith" => values.Select(v => v.With(v.Text.Open(true, false))),
                "windash" => values.SelectMany(v => v.Text.WithDashes().Select(v.With)),
                "wide" or "utf16le" => values.Select(v => v with { Encoded = Encoding.Unicode.GetBytes(v.Text.PlainText) }),
                "utf16be" => values.Select(v => v with { Encoded = Encoding.BigEndianUnicode.GetBytes(v.Text.PlainText) }),
                "utf16" => values.Select(v => v with { Encoded = [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(v.Text.PlainText)] }),
                "base64" => values.Select(v => RuleValue.Of(SigmaString.Plain(Convert.ToBase64String(v.Bytes())))),
                "base64offset" => values.SelectMany(v => Base64Offsets(v.Bytes())),
                _ => values,
            };
            if (changed is null)
            {
                return false;
            }

            if (modifier is "base64" or "base64offset" && values.Any(v => v.Text.HasWildcards))
            {
                issues.Error("wildcard", item.At, item.Path, $"{modifier} needs a value without wildcards", "escape them with a backslash");
                return false;
            }

            values = [.. changed.Take(MaxValues)];
        }

        if (values.Any(v => v.Encoded is not null))
        {
            issues.Error("modifiers", item.At, item.Path, "a UTF-16 modifier must be followed by base64 or base64offset");
            return false;
        }

        return true;
    }

    // The value at each of the three positions within a base64 group, cut to the characters that do not depend on its neighbours.
    private static IEnumerable<RuleValue> Base64Offsets(byte[] bytes)
    {
        int[] starts = [0, 2, 3];
        int[] ends = [0, 3, 2];
        for (var offset = 0; offset < 3; offset++)
        {
            var text = Convert.ToBase64String([.. new byte[offset], .. bytes]);
            var end = text.Length - ends[(bytes.Length + offset) % 3];
            if (end > starts[offset])
            {
                yield return RuleValue.Of(SigmaString.Plain(text[starts[offset]..end]));
            }
        }
    }

    private List<RuleValue>? Expand(Item item, List<RuleValue> values)
    {
        var expanded = new List<RuleValue>();
        foreach (var value in values)
        {
            var name = value.Raw.Trim('%');
            if (!value.Raw.StartsWith('%') || !value.Raw.EndsWith('%'))
            {
                expanded.Add(value);
            }
            else if (options.Expansions.TryGetValue(name, out var supplied))
            {
                expanded.AddRange(supplied.Select(s => RuleValue.Of(SigmaString.Parse(s))));
            }
            else
            {
                issues.Error("placeholder", item.At, item.Path, $"no value is configured for %{name}%", "supply it or write the values into the rule");
                return null;
            }
        }

        return expanded;
    }

    private FieldTest? ParseValue(Item item, RuleValue value)
    {
        if (item.Has("re"))
        {
            return ParseExpression(item, value.Raw);
        }

        var (id, name) = Field(item);
        if (item.Modifiers.FirstOrDefault(m => m is "lt" or "lte" or "gt" or "gte") is { } comparison)
        {
            return Require(item, !item.IsKeyword && value.Number is not null, $"{comparison} needs a field and a number")
                ? FieldTest.Compare(id, name, Operator(comparison), value.Number!.Value)
                : null;
        }

        if (item.Has("cidr"))
        {
            var valid = Cidr.TryParse(value.Raw, out var network) && !item.IsKeyword;
            return Require(item, valid, $"'{value.Raw}' is not a network like 10.0.0.0/8") ? FieldTest.InNetwork(id, name, network) : null;
        }

        if (item.Has("fieldref"))
        {
            var other = names.Resolve(value.Raw);
            return Require(item, !item.IsKeyword && other.Length > 0, "fieldref needs two fields")
                ? FieldTest.Compare(id, name, catalog.Intern(other), other, Relation(item), item.Has("cased"))
                : null;
        }

        return item.IsKeyword ? ParseKeyword(item, value) : ParseText(item, value, id, name);
    }

    private static FieldTest ParseText(Item item, RuleValue value, int id, string name)
    {
        if (value.IsNull && value.Text.Parts.All(p => p >= 0) && !item.Has("contains"))
        {
            return FieldTest.Presence(id, name, present: false);
        }

        return value.Number is { } number
            ? FieldTest.Compare(id, name, TestOperator.Number, number)
            : FieldTest.Text(id, name, TextPattern.From(value.Text, item.Has("cased")));
    }

    private FieldTest? ParseKeyword(Item item, RuleValue value)
    {
        if (!Require(item, !value.IsNull && value.Text.Parts.Length > 0, "a keyword needs a text"))
        {
            return null;
        }

        var text = value.Text.Open(true, true);
        var json = text.EscapedForJson();
        return FieldTest.KeywordText(
            TextPattern.From(text, item.Has("cased")),
            json.Parts.Length == text.Parts.Length ? null : TextPattern.From(json, item.Has("cased")));
    }

    private FieldTest? ParseExpression(Item item, string pattern)
    {
        var flags = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;
        flags |= item.Has("i") ? RegexOptions.IgnoreCase : 0;
        flags |= item.Has("m") ? RegexOptions.Multiline : 0;
        flags |= item.Has("s") ? RegexOptions.Singleline : 0;
        try
        {
            var (id, name) = Field(item);
            return FieldTest.Matches(item.IsKeyword ? FieldTest.Keyword : id, name, new Regex(pattern, flags));
        }
        catch (ArgumentException e)
        {
            // The author's expression is wrong: an issue, not a fault of the program.
            issues.Error("regex", item.At, item.Path, e.Message);
        }
        catch (NotSupportedException e)
        {
            // Look-around, back-references: they cannot be matched in linear time, which hostile events would use.
            issues.Error("regex", item.At, item.Path, e.Message, "write it without look-around and back-references, or as several items");
        }

        return null;
    }

    private bool Require(Item item, bool condition, string message)
    {
        if (!condition)
        {
            issues.Error("value", item.At, item.Path, message);
        }

        return condition;
    }

    private (int Id, string Name) Field(Item item)
    {
        if (item.IsKeyword)
        {
            return (FieldTest.Keyword, "");
        }

        var name = names.Resolve(item.Field);
        if (!names.IsKnown(name))
        {
            issues.Warn("unknown-field", item.At, item.Path, $"'{name}' is no field that events are known to have", names.Suggest(name));
        }

        return (catalog.Intern(name), name);
    }

    private static TextRelation Relation(Item item) =>
        item.Has("contains") ? TextRelation.Contains
        : item.Has("startswith") ? TextRelation.StartsWith
        : item.Has("endswith") ? TextRelation.EndsWith
        : TextRelation.Equal;

    private static TestOperator Operator(string comparison) => comparison switch
    {
        "lt" => TestOperator.Less,
        "lte" => TestOperator.LessOrEqual,
        "gt" => TestOperator.Greater,
        _ => TestOperator.GreaterOrEqual,
    };
}
