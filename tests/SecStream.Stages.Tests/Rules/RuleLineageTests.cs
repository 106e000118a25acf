using SecStream.Core.Fields;
using SecStream.Stages.Rules;
using SecStream.Stages.Rules.Routing;
using Xunit;

namespace SecStream.Stages.Tests.Rules;

public sealed class RuleLineageTests
{
    private readonly FieldCatalog _fields = new();

    [Fact]
    public void Merge_OneVersionForAllTimes_IsThatVersion()
    {
        var rules = Compile(Rule("A", "x"));
        Assert.Same(rules, RuleLineage.Merge([new(rules, long.MinValue)]));
    }

    [Fact]
    public void Merge_SameRule_GoesOnWithoutInterruption()
    {
        var merged = RuleLineage.Merge([new(Compile(Rule("A", "x")), long.MinValue), new(Compile(Rule("B", "y"), Rule("A", "x")), 100)]);
        Assert.Equal([("A", long.MinValue, long.MaxValue), ("B", 100L, long.MaxValue)], merged.Rules.Select(r => (r.Code, r.From, r.Until)));
        Assert.Equal(2, merged.Detections.Count);
    }

    [Fact]
    public void Merge_ChangedRule_EndsWhereTheOtherBegins()
    {
        var merged = RuleLineage.Merge([new(Compile(Rule("A", "x")), long.MinValue), new(Compile(Rule("A", "x", level: "low")), 100)]);
        Assert.Equal([(long.MinValue, 100L), (100L, long.MaxValue)], merged.Rules.Select(r => (r.From, r.Until)));

        // What it looks for is the same: one detection serves both.
        Assert.Single(merged.Detections);
        Assert.True(merged.Rules[0].IsInForce(99) && !merged.Rules[0].IsInForce(100) && merged.Rules[1].IsInForce(100));
    }

    [Fact]
    public void Merge_RuleThatWentAndCameBack_BeginsAnew()
    {
        var (with, without) = (Compile(Rule("A", "x"), Rule("B", "y")), Compile(Rule("B", "y")));
        var merged = RuleLineage.Merge([new(with, long.MinValue), new(without, 100), new(with, 200)]);
        Assert.Equal(
            [("A", long.MinValue, 100L), ("B", long.MinValue, long.MaxValue), ("A", 200L, long.MaxValue)], merged.Rules.Select(r => (r.Code, r.From, r.Until)));
        Assert.Equal(["A", "B"], merged.Latest.Select(r => r.Code).Order());
    }

    [Fact]
    public void Merge_TimesThatDoNotRise_Throws() => Assert.Throws<ArgumentException>(
        () => RuleLineage.Merge([new(Compile(Rule("A", "x")), long.MinValue), new(Compile(Rule("B", "y")), 100), new(Compile(Rule("A", "x")), 100)]));

    [Fact]
    public void EntriesAt_RuleNotInForce_UsesNoEntry()
    {
        var merged = RuleLineage.Merge([new(Compile(Rule("A", "x")), long.MinValue), new(Compile(Rule("B", "y")), 100)]);
        var plan = RoutePlan.Build(merged);
        Assert.Equal([(1, 0), (1, 0), (0, 1), (0, 1)], new long[] { 0, 99, 100, 5000 }.Select(t => (plan.EntriesAt(t)[0].Length, plan.EntriesAt(t)[1].Length)));
    }

    private static string Rule(string code, string action, string level = "high") =>
        $"title: {code}\nid: 00000000-0000-4000-8000-{code[0] * 1L:D12}\nlogsource: {{product: secstream}}\nlevel: {level}\n"
        + $"detection: {{selection: {{event.action: {action}}}, condition: selection}}\nsecstream: {{code: {code}, key: [user.name]}}\n";

    private RuleSet Compile(params string[] yaml)
    {
        var set = new RuleCompiler(_fields).Compile(yaml.Select((text, i) => new RuleSource($"r{i}.yml", text)));
        Assert.False(set.HasErrors, string.Join('\n', set.Issues));
        return set;
    }
}
