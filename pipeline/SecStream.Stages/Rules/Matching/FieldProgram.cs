using SecStream.Stages.Rules.Expressions;

namespace SecStream.Stages.Rules.Matching;

/// <summary>A waking test and whether the index hit must be checked against the whole test.</summary>
internal readonly record struct Posting(int Encoded)
{
    public static int Encode(int test, bool verify) => (test << 1) | (verify ? 1 : 0);

    public int Test => Encoded >> 1;

    public bool Verify => (Encoded & 1) != 0;
}

/// <summary>
/// All waking tests of one field, arranged so that the cost of a value hardly depends on how many there are. Immutable and thread-safe.
/// </summary>
internal sealed class FieldProgram
{
    // Up to this many texts are searched one by one with vector instructions, which beats the automaton's byte steps.
    private const int FewTexts = 3;

    private FieldProgram()
    {
    }

    /// <summary>Field id, or <see cref="FieldTest.Keyword"/>.</summary>
    public int Field { get; private init; }

    /// <summary>Tests that hold as soon as the field is there.</summary>
    public int[] Present { get; private init; } = [];

    /// <summary>Whole values.</summary>
    public ByteMap? Exact { get; private init; }

    /// <summary>Beginnings.</summary>
    public AffixMap? Prefixes { get; private init; }

    /// <summary>Ends.</summary>
    public AffixMap? Suffixes { get; private init; }

    /// <summary>Texts to be found inside, when they are few.</summary>
    public byte[][] FewInfixes { get; private init; } = [];

    /// <summary>Texts to be found inside, when they are many.</summary>
    public AhoCorasick? Automaton { get; private init; }

    /// <summary>Postings by number of the inner text.</summary>
    public int[][] InfixPostings { get; private init; } = [];

    /// <summary>Numeric tests.</summary>
    public int[] Numeric { get; private init; } = [];

    /// <summary>Networks.</summary>
    public CidrTable? Networks { get; private init; }

    /// <summary>The folded text is needed.</summary>
    public bool ReadsText => Exact is not null || Prefixes is not null || Suffixes is not null || InfixPostings.Length > 0;

    public static FieldProgram Build(int field, IReadOnlyList<(FieldTest Test, int Number)> tests)
    {
        var byShape = tests.Where(t => t.Test.Operator == TestOperator.Text).ToLookup(t => t.Test.Pattern!.Shape);
        var exact = Group(byShape[PatternShape.Exact].SelectMany(Keys)
            .Concat(tests.Where(t => t.Test.Operator == TestOperator.Number).Select(t => (t.Test.NumberText, Posting.Encode(t.Number, false)))));
        var prefixes = Group(byShape[PatternShape.Prefix].SelectMany(Keys));
        var suffixes = Group(byShape[PatternShape.Suffix].SelectMany(Keys));
        var infixes = Group(byShape[PatternShape.Infix].Concat(byShape[PatternShape.Wildcard]).SelectMany(Keys));
        var networks = tests.Where(t => t.Test.Operator == TestOperator.Cidr).Select(t => (t.Test.Network, t.Number)).ToArray();
        return new FieldProgram
        {
            Field = field,
            Present = [.. tests.Where(t => t.Test.Operator == TestOperator.Exists).Concat(byShape[PatternShape.Anything]).Select(t => t.Number)],
            Exact = exact.Count > 0 ? new ByteMap(exact) : null,
            Prefixes = prefixes.Count > 0 ? new AffixMap(prefixes, atEnd: false) : null,
            Suffixes = suffixes.Count > 0 ? new AffixMap(suffixes, atEnd: true) : null,
            FewInfixes = infixes.Count <= FewTexts ? [.. infixes.Select(i => i.Key)] : [],
            Automaton = infixes.Count > FewTexts ? new AhoCorasick([.. infixes.Select(i => i.Key)]) : null,
            InfixPostings = [.. infixes.Select(i => i.Values)],
            Numeric = [.. tests.Where(t => IsNumeric(t.Test.Operator)).Select(t => t.Number)],
            Networks = networks.Length > 0 ? new CidrTable(networks) : null,
        };
    }

    private static bool IsNumeric(TestOperator op) =>
        op is TestOperator.Number or TestOperator.Less or TestOperator.LessOrEqual or TestOperator.Greater or TestOperator.GreaterOrEqual;

    // A keyword is looked for in two spellings; which text may hold which is checked at the hit.
    private static IEnumerable<(byte[] Key, int Posting)> Keys((FieldTest Test, int Number) t)
    {
        var pattern = t.Test.Pattern!;
        var verify = pattern.Cased || pattern.Shape == PatternShape.Wildcard || t.Test.JsonPattern is not null;
        yield return (TextFold.Fold(pattern.Literal), Posting.Encode(t.Number, verify));
        if (t.Test.JsonPattern is { } json)
        {
            yield return (TextFold.Fold(json.Literal), Posting.Encode(t.Number, verify));
        }
    }

    private static List<(byte[] Key, int[] Values)> Group(IEnumerable<(byte[] Key, int Posting)> entries) =>
        [.. entries.GroupBy(e => Convert.ToHexString(e.Key), StringComparer.Ordinal).Select(g => (g.First().Key, g.Select(e => e.Posting).Distinct().ToArray()))];
}
