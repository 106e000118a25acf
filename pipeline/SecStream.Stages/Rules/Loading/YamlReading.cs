using System.Globalization;
using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace SecStream.Stages.Rules.Loading;

/// <summary>Reads YAML into nodes that know their lines, within bounds.</summary>
internal static class YamlReading
{
    private const int MaxLength = 4 << 20;
    private const int MaxDepth = 48;
    private const int MaxNodes = 200_000;

    /// <summary>The documents of a file; an issue instead when it is no YAML or out of bounds.</summary>
    public static IReadOnlyList<YamlMappingNode> Documents(string text, IssueList issues)
    {
        if (text.Length > MaxLength)
        {
            issues.Add(IssueSeverity.Error, "too-large", 1, "", "the file is larger than 4 MiB", "split it");
            return [];
        }

        var reached = 1;
        try
        {
            if (TooDeep(text, ref reached) is { } line)
            {
                issues.Add(IssueSeverity.Error, "too-deep", line, "", $"more than {MaxDepth} levels deep", "");
                return [];
            }

            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return Mappings(stream, issues);
        }
        catch (YamlException e)
        {
            // What the author typed, not a fault of ours: it becomes an issue with its line.
            issues.Add(IssueSeverity.Error, "yaml", (int)Math.Clamp(e.Start.Line, 1, int.MaxValue), "", e.Message, "");
            return [];
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            // The YAML library stumbles over some malformed texts with exceptions of this kind, which bear no place.
            issues.Add(IssueSeverity.Error, "yaml", reached, "", "from here on this is no YAML", "look at quotes, brackets and unusual characters");
            return [];
        }
    }

    /// <summary>The text of a plain or quoted scalar, null for anything else.</summary>
    public static string? Text(YamlNode? node) => (node as YamlScalarNode)?.Value;

    /// <summary>The text of a key.</summary>
    public static string Key(YamlNode node) => Text(node) ?? "";

    /// <summary>The value of a key, null when it is not there.</summary>
    public static YamlNode? Get(YamlMappingNode map, string key) => map.Children.TryGetValue(new YamlScalarNode(key), out var value) ? value : null;

    /// <summary>A scalar, or the scalars of a list; null for anything else.</summary>
    public static IReadOnlyList<YamlScalarNode>? Scalars(YamlNode node) => node switch
    {
        YamlScalarNode scalar => [scalar],
        YamlSequenceNode list when list.Children.All(c => c is YamlScalarNode) => [.. list.Children.Cast<YamlScalarNode>()],
        _ => null,
    };

    /// <summary>The texts of a scalar or list, skipping what is neither.</summary>
    public static string[] Texts(YamlNode? node) =>
        node is null ? [] : [.. (Scalars(node) ?? []).Select(s => s.Value ?? "").Where(s => s.Length > 0)];

    /// <summary>Reports the keys of a section that are not known.</summary>
    public static void CheckKeys(YamlMappingNode map, string section, IReadOnlyCollection<string> known, IssueList issues)
    {
        foreach (var key in map.Children.Keys)
        {
            if (!known.Contains(Key(key)))
            {
                issues.Error("unknown-key", key, $"{section}.{Key(key)}", $"unknown key '{Key(key)}' in {section}", Suggestion.OrList(Key(key), known));
            }
        }
    }

    /// <summary>The content of a node as one text, the same for every layout and comment.</summary>
    public static string Canonical(YamlNode node)
    {
        var text = new StringBuilder();
        Canonical(node, text);
        return text.ToString();
    }

    private static void Canonical(YamlNode node, StringBuilder text)
    {
        switch (node)
        {
            case YamlScalarNode scalar:
                var value = scalar.Value ?? "";
                text.Append(scalar.Style == ScalarStyle.Plain ? 'p' : 'q').Append(value.Length.ToString(CultureInfo.InvariantCulture)).Append(':').Append(value);
                break;
            case YamlSequenceNode list:
                text.Append('[');
                foreach (var item in list.Children)
                {
                    Canonical(item, text);
                }

                text.Append(']');
                break;
            case YamlMappingNode map:
                text.Append('{');
                foreach (var (key, item) in map.Children)
                {
                    Canonical(key, text);
                    Canonical(item, text);
                }

                text.Append('}');
                break;
        }
    }

    private static List<YamlMappingNode> Mappings(YamlStream stream, IssueList issues)
    {
        var maps = new List<YamlMappingNode>();
        var budget = MaxNodes;
        foreach (var root in stream.Documents.Select(d => d.RootNode))
        {
            if (root is YamlScalarNode { Value: null or "" })
            {
                continue;
            }

            if (!Within(root, MaxDepth, ref budget))
            {
                issues.Error("too-large", root, "", "too many nodes once its aliases are followed");
            }
            else if (root is YamlMappingNode map)
            {
                maps.Add(map);
            }
            else
            {
                issues.Error("not-a-rule", root, "", "a rule is a map of keys", "start the document with 'title:'");
            }
        }

        return maps;
    }

    // The reader below recurses, so depth is measured on the flat events first.
    private static int? TooDeep(string text, ref int reached)
    {
        var parser = new Parser(new StringReader(text));
        var depth = 0;
        while (parser.MoveNext())
        {
            reached = (int)Math.Clamp(parser.Current!.End.Line, 1, int.MaxValue);
            depth += parser.Current switch { MappingStart or SequenceStart => 1, MappingEnd or SequenceEnd => -1, _ => 0 };
            if (depth > MaxDepth)
            {
                return (int)parser.Current.Start.Line;
            }
        }

        return null;
    }

    private static bool Within(YamlNode node, int depth, ref int budget)
    {
        if (depth == 0 || --budget < 0)
        {
            return false;
        }

        IEnumerable<YamlNode> children = node switch
        {
            YamlSequenceNode list => list.Children,
            YamlMappingNode map => map.Children.Keys.Concat(map.Children.Values),
            _ => [],
        };
        foreach (var child in children)
        {
            if (!Within(child, depth - 1, ref budget))
            {
                return false;
            }
        }

        return true;
    }
}
