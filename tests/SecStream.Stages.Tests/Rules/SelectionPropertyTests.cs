using SecStream.Stages.Rules;
using SecStream.Stages.Rules.Testing;
using Xunit;

namespace SecStream.Stages.Tests.Rules;

/// <summary>The index and the naive evaluator agree on random rules and random events.</summary>
public sealed class SelectionPropertyTests
{
    private static readonly string[] Fields = ["event.action", "user.name", "source.ip", "http.response.status_code", "message", "tags", "event.code"];
    private static readonly string[] Words = ["a", "ab", "login", "Login", "LOGIN_FAILED", "b", "abc", "é", "É", "-x", "\\", "c:\\", "\"", "10", "x y", "", "ø", "200"];
    private static readonly string[] Addresses = ["10.0.0.1", "10.1.2.3", "192.168.1.9", "2001:db8::1", "2001:db8:1::5", "8.8.8.8", "not an address", "300.1.1.1"];
    private static readonly string[] Networks = ["10.0.0.0/8", "10.0.0.0/16", "192.168.1.0/24", "2001:db8::/32", "0.0.0.0/0", "8.8.8.8/32", "::/0"];
    private static readonly string[] Expressions = ["a+b", "^login", "[0-9]{2}", "x y$", "(?:a|b)c", "log.n"];

    [Theory]
    [InlineData(1, 250)]
    [InlineData(2, 250)]
    public void Match_RandomRulesAndEvents_AgreesWithNaiveEvaluator(int seed, int sets)
    {
        var random = new Random(seed);
        int pairs = 0, hits = 0;
        for (var set = 0; set < sets; set++)
        {
            var naive = Enumerable.Range(0, random.Next(1, 14)).Select(_ => Node(random, 2, new int[1])).ToArray();
            var yaml = naive.Select((n, i) => TestRules.Rule(
                string.Concat(n.Selections().DistinctBy(s => s.Name).Select(s => s.Yaml())) + $"condition: {n.Condition()}", i + 1)).ToArray();
            var rules = new TestRules(yaml);
            Assert.DoesNotContain(rules.Set.Issues, i => i.Severity == IssueSeverity.Error);
            Assert.Equal(naive.Length, rules.Set.Detections.Count);
            for (var n = 0; n < 16; n++)
            {
                var fields = RandomEvent(random);
                var e = new RuleTestEvent(0, 1, [.. fields.Where(f => f.Value is not null).Select(f => new RuleTestField(f.Key, f.Value!))]);
                var expected = Enumerable.Range(0, naive.Length).Where(i => naive[i].Holds(fields, e.ToJson())).ToArray();
                var actual = rules.Match(e);
                if (!expected.SequenceEqual(actual))
                {
                    Assert.Fail(Explain(e, yaml, expected, actual));
                }

                pairs += naive.Length;
                hits += expected.Length;
            }
        }

        Assert.True(pairs > 20_000, $"{pairs} pairs");
        Assert.InRange(hits, pairs / 10, pairs * 9 / 10);
    }

    private static string Explain(RuleTestEvent e, string[] yaml, int[] expected, int[] actual)
    {
        var wrong = expected.Except(actual).Concat(actual.Except(expected)).First();
        return $"{e.ToJson()}\nexpected match: {expected.Contains(wrong)}\n{yaml[wrong]}";
    }

    private static NaiveNode Node(Random random, int depth, int[] number) => random.Next(depth > 0 ? 6 : 2) switch
    {
        2 => new NaiveNot(Node(random, depth - 1, number)),
        3 or 4 => new NaiveJoin(true, [.. Enumerable.Range(0, random.Next(2, 4)).Select(_ => Node(random, depth - 1, number))]),
        5 => new NaiveJoin(false, [.. Enumerable.Range(0, random.Next(2, 4)).Select(_ => Node(random, depth - 1, number))]),
        _ => new NaiveSelection($"s{number[0]++}", [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => Map(random))]),
    };

    private static NaiveItem[] Map(Random random) =>
        [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => Item(random)).DistinctBy(i => string.Join('|', [i.Field, .. i.Modifiers]))];

    private static NaiveItem Item(Random random)
    {
        var field = Fields[random.Next(Fields.Length)];
        object?[] Values(Func<object?> make) => [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => make())];
        string[] Cased(params string[] modifiers) => random.Next(5) == 0 ? [.. modifiers, "cased"] : modifiers;
        string[] All(params string[] modifiers) => random.Next(4) == 0 ? [.. modifiers, "all"] : modifiers;
        return random.Next(14) switch
        {
            0 => new NaiveItem(field, ["exists"], [random.Next(2) == 0]),
            1 => new NaiveItem(field, [], [null]),
            2 => new NaiveItem(field, [new[] { "lt", "lte", "gt", "gte" }[random.Next(4)]], [Number(random)]),
            3 => new NaiveItem("source.ip", ["cidr"], Values(() => Networks[random.Next(Networks.Length)])),
            4 => new NaiveItem(field, random.Next(2) == 0 ? ["re"] : ["re", "i"], Values(() => Expressions[random.Next(Expressions.Length)])),
            5 => new NaiveItem(field, Cased("fieldref"), [Fields[random.Next(Fields.Length)]]),
            6 => new NaiveItem(field, [], Values(() => Number(random))),
            7 => new NaiveItem("", [], Values(() => Pattern(random, 1))),
            8 or 9 => new NaiveItem(field, All(Cased("contains")), Values(() => Pattern(random, 0))),
            10 => new NaiveItem(field, Cased("startswith"), Values(() => Pattern(random, 0))),
            11 => new NaiveItem(field, Cased("endswith"), Values(() => Pattern(random, 0))),
            _ => new NaiveItem(field, Cased(), Values(() => Pattern(random, 0))),
        };
    }

    private static object Number(Random random) => random.Next(3) == 0 ? random.Next(-5, 20) + 0.5 : (long)(random.Next(2) == 0 ? 200 : random.Next(-5, 20));

    // Words and wildcards; special characters of the words are escaped, so that the naive reader and ours see the same.
    private static string Pattern(Random random, int least)
    {
        var parts = Enumerable.Range(0, random.Next(least, 4)).Select(_ => random.Next(6) switch
        {
            0 => "*",
            1 => "?",
            2 => random.Next(2) == 0 ? "\\*" : "\\?",
            _ => Words[random.Next(Words.Length)].Replace("\\", "\\\\"),
        });
        var text = string.Concat(parts);
        return text.Length > 0 || least == 0 ? text : "a";
    }

    private static Dictionary<string, object?> RandomEvent(Random random)
    {
        var fields = new Dictionary<string, object?>();
        foreach (var field in Fields.Where(_ => random.Next(4) > 0))
        {
            fields[field] = random.Next(6) == 0
                ? Enumerable.Range(0, random.Next(1, 4)).Select(_ => Value(random, field)).ToArray()
                : Value(random, field);
        }

        return fields;
    }

    private static object? Value(Random random, string field) => field == "source.ip" && random.Next(6) > 0
        ? Addresses[random.Next(Addresses.Length)]
        : random.Next(10) switch
        {
            0 => (long)random.Next(-5, 20),
            1 => 200L,
            2 => random.Next(-5, 20) + 0.5,
            3 => random.Next(2) == 0,
            4 => "*?"[random.Next(2)].ToString(),
            _ => string.Concat(Enumerable.Range(0, random.Next(0, 4)).Select(_ => Words[random.Next(Words.Length)])),
        };
}
