using SecStream.Stages.Rules.Expressions;

namespace SecStream.Stages.Rules.Loading;

/// <summary>What is wrong with a condition.</summary>
internal readonly record struct ConditionProblem(string Message, string Mend);

/// <summary>
/// Reads a condition: <c>or</c> binds weakest, then <c>and</c>, then <c>not</c>; parentheses; <c>1 of PATTERN</c>, <c>any of</c>,
/// <c>all of</c>, <c>them</c>. By recursive descent, at most <see cref="MaxDepth"/> deep.
/// </summary>
internal sealed class ConditionParser
{
    private const int MaxDepth = 40;

    private readonly List<string> _tokens;
    private readonly IReadOnlyDictionary<string, DetectionNode> _selections;
    private readonly HashSet<string> _used;
    private int _at;
    private int _depth;
    private ConditionProblem? _problem;

    private ConditionParser(List<string> tokens, IReadOnlyDictionary<string, DetectionNode> selections, HashSet<string> used)
    {
        _tokens = tokens;
        _selections = selections;
        _used = used;
    }

    /// <summary>The tree of a condition over named selections; null and the problem when it is wrong.</summary>
    public static DetectionNode? Parse(
        string text, IReadOnlyDictionary<string, DetectionNode> selections, HashSet<string> used, out ConditionProblem problem)
    {
        if (text.Contains('|', StringComparison.Ordinal))
        {
            problem = new("'|' with an aggregation is no longer part of Sigma", "write a correlation rule");
            return null;
        }

        var parser = new ConditionParser(Tokens(text), selections, used);
        var node = parser.Or();
        if (node is not null && parser._at < parser._tokens.Count)
        {
            parser.Fail($"'{parser._tokens[parser._at]}' is not expected here", "join selections with and, or");
        }

        problem = parser._problem ?? default;
        return parser._problem is null ? node : null;
    }

    private static List<string> Tokens(string text)
    {
        var tokens = new List<string>();
        foreach (var word in text.Replace("(", " ( ", StringComparison.Ordinal).Replace(")", " ) ", StringComparison.Ordinal)
                     .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            tokens.Add(word);
        }

        return tokens;
    }

    private DetectionNode? Or() => Chain("or", And, DetectionNodes.Any);

    private DetectionNode? And() => Chain("and", Term, DetectionNodes.All);

    private DetectionNode? Chain(string word, Func<DetectionNode?> operand, Func<IReadOnlyList<DetectionNode>, DetectionNode> join)
    {
        var nodes = new List<DetectionNode>();
        do
        {
            if (operand() is not { } node)
            {
                return null;
            }

            nodes.Add(node);
        }
        while (Take(word));
        return join(nodes);
    }

    private DetectionNode? Term()
    {
        if (_at == _tokens.Count)
        {
            return Fail("the condition ends where a selection is expected", "");
        }

        if (++_depth > MaxDepth)
        {
            return Fail($"more than {MaxDepth} levels of parentheses or not", "");
        }

        var node = Take("not") ? Term() is { } denied ? new Not(denied) : null
            : Take("(") ? Parenthesis()
            : Quantity() ?? (_problem is null ? Selection() : null);
        _depth--;
        return node;
    }

    private DetectionNode? Parenthesis()
    {
        var node = Or();
        return node is null || Take(")") ? node : Fail("a closing parenthesis is missing", "");
    }

    private DetectionNode? Quantity()
    {
        if (_at + 2 >= _tokens.Count || !Is(_at + 1, "of") || !(Is(_at, "1") || Is(_at, "any") || Is(_at, "all")))
        {
            return null;
        }

        var all = Is(_at, "all");
        var pattern = _tokens[_at + 2];
        _at += 3;
        var them = string.Equals(pattern, "them", StringComparison.OrdinalIgnoreCase);
        var names = _selections.Keys.Where(n => them ? !n.StartsWith('_') : Fits(pattern, n)).ToArray();
        if (names.Length == 0)
        {
            return Fail($"no selection is named like '{pattern}'", Suggestion.For(pattern.Trim('*'), _selections.Keys));
        }

        _used.UnionWith(names);
        var nodes = names.Select(n => _selections[n]).ToArray();
        return all ? DetectionNodes.All(nodes) : DetectionNodes.Any(nodes);
    }

    private DetectionNode? Selection()
    {
        var name = _tokens[_at++];
        if (_selections.TryGetValue(name, out var node))
        {
            _used.Add(name);
            return node;
        }

        return Fail($"there is no selection '{name}'", Suggestion.OrList(name, [.. _selections.Keys]));
    }

    private static bool Fits(string pattern, string name) => TextPattern.From(SigmaString.Parse(pattern), cased: true).Covers(System.Text.Encoding.UTF8.GetBytes(name));

    private bool Is(int at, string word) => at < _tokens.Count && string.Equals(_tokens[at], word, StringComparison.OrdinalIgnoreCase);

    private bool Take(string word)
    {
        if (!Is(_at, word))
        {
            return false;
        }

        _at++;
        return true;
    }

    private DetectionNode? Fail(string message, string mend)
    {
        _problem ??= new(message, mend);
        return null;
    }
}
