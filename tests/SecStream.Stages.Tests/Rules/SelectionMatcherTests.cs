using SecStream.Core.Events;
using SecStream.Core.Fields;
using SecStream.Stages.Rules;
using SecStream.Stages.Rules.Matching;
using SecStream.Stages.Rules.Testing;
using Xunit;

namespace SecStream.Stages.Tests.Rules;

/// <summary>What the matcher promises beside being right.</summary>
public sealed class SelectionMatcherTests
{
    [Fact]
    public void Match_InSteadyState_AllocatesNothing()
    {
        var catalog = new FieldCatalog();
        var keywords = new RuleSource("k.yml", TestRules.Rule("k: [one, two, three, four, five]\nf: {tags|contains: x, user.name|re: 'a+'}\ncondition: k or f"));
        var set = new RuleCompiler(catalog).Compile([keywords]);
        var index = new SelectionIndex(set.Detections, catalog);
        var (matcher, record, matched) = (new SelectionMatcher(index), new EventRecord(catalog.Count), new int[1]);
        TestRules.Event(("message", "Two, with ÉÈ"), ("tags", new object[] { "a\"x" }), ("user.name", "aaa")).Fill(record, catalog);
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(1, matcher.Match(record, matched));
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            matcher.Match(record, matched);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Match_HostileValues_NeverThrows()
    {
        var rules = new TestRules(TestRules.Rule("""
            s:
              - user.name|re: '(a*)*b'
              - user.name: '*a*a*a*a*a*?b'
              - tags|contains: ['a', 'b', 'c', 'd']
              - source.ip|cidr: 10.0.0.0/8
              - http.response.status_code|gt: 5
            condition: s
            """));
        var (matcher, record, matched) = (new SelectionMatcher(rules.Index), new EventRecord(rules.Catalog.Count), new int[1]);
        var random = new Random(7);
        for (var n = 0; n < 3000; n++)
        {
            var raw = new byte[random.Next(0, 200)];
            random.NextBytes(raw);
            record.Reset(raw, 0, raw.Length);
            foreach (var field in rules.Set.Detections[0].FieldIds)
            {
                record.SetText(field, raw);
                record.Slot(field).Kind = (FieldKind)random.Next(1, 8);
                record.Slot(field).Bits = random.NextInt64(long.MinValue, long.MaxValue);
            }

            Assert.InRange(matcher.Match(record, matched), 0, 1);
        }

        Assert.False(rules.Matches(("user.name", new string('a', 100_000))));
    }

    [Fact]
    public void Match_GivesAscendingIndexes()
    {
        var rules = new TestRules([.. Enumerable.Range(1, 150).Select(i => TestRules.Rule($"s: {{event.action|contains: x{i % 7}}}\ncondition: s", i))]);
        var matched = rules.Match(TestRules.Event(("event.action", "x1x3")));
        Assert.Equal(matched.Order(), matched);
        Assert.Equal(Enumerable.Range(0, 150).Where(i => (i + 1) % 7 is 1 or 3), matched);
    }
}
