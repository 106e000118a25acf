using SecStream.Conformance.Tests.Generation;
using SecStream.Host.Versions;
using SecStream.Stages.Rules.Expressions;

namespace SecStream.Conformance.Tests.Properties;

/// <summary>A longer lineage begins with all numbers of a shorter one: what was saved under the shorter is good under the longer.</summary>
public sealed class LineageTests
{
    [Fact]
    public void Activate_AnyRules_NumbersOfBeforeStay()
    {
        for (var seed = 1; seed <= Property.Cases(20); seed++)
        {
            var random = new Random(seed);
            var rules = RuleGenerator.Generate(random);
            var timeline = KnowledgeTimeline.Of(RuleYaml.Compile(rules));
            for (var version = 1; version <= 4; version++)
            {
                rules = random.Next(4) == 0 ? rules : RuleGenerator.Change(rules, random);
                var fields = timeline.CopyFields();
                var next = timeline.Activate(version * 1_000_000, RuleYaml.Compile(rules, fields), fields);
                AssertBeginsWith(timeline, next);
                Assert.True(next.Continues(timeline.Mark));
                Assert.Equal(rules.Select(r => r.Code).Order(), next.Plan.Rules.Latest.Select(r => r.Code).Order());
                timeline = next;
            }
        }
    }

    private static void AssertBeginsWith(KnowledgeTimeline before, KnowledgeTimeline after)
    {
        Assert.Equal(before.Plan.Fields.Names, after.Plan.Fields.Names.Take(before.Plan.Fields.Count));
        var detections = before.Plan.Rules.Detections.Select(d => DetectionNodes.Describe(d.Condition)).ToArray();
        Assert.Equal(detections, after.Plan.Rules.Detections.Take(detections.Length).Select(d => DetectionNodes.Describe(d.Condition)));
        Assert.Equal(Enumerable.Range(0, after.Plan.Rules.Detections.Count), after.Plan.Rules.Detections.Select(d => d.Index));
        foreach (var (a, b) in before.Plan.Plan.Routes.Zip(after.Plan.Plan.Routes, (a, b) => (a, b)))
        {
            Assert.Equal((a.Index, a.Name), (b.Index, b.Name));
            Assert.Equal(a.ValueFields, b.ValueFields.Take(a.ValueFields.Length));
            Assert.Equal(a.Rules.Select(Text), b.Rules.Take(a.Rules.Length).Select(Text));
        }

        Assert.True(before.Plan.Plan.Routes.Length <= after.Plan.Plan.Routes.Length);
        foreach (var time in new long[] { long.MinValue, 0, 999_999, 1_000_000, 2_500_000, 3_999_999 })
        {
            Assert.Equal(before.Plan.Plan.EraStart(before.Plan.Plan.EraOf(time)) <= time, after.Plan.Plan.EraStart(after.Plan.Plan.EraOf(time)) <= time);
            Assert.True(time >= after.LastChange || before.Plan.Plan.EraOf(time) == after.Plan.Plan.EraOf(time));
        }
    }

    private static string Text(Stages.Rules.Routing.RouteRule rule) => $"{rule.Index} {rule.ValueSlot} {rule.Rule.Code} {rule.Rule.Version} {rule.Rule.From}";
}
