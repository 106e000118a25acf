using SecStream.Conformance.Tests.Harness;
using SecStream.Core.Events;
using SecStream.Core.Fields;
using SecStream.Host;
using SecStream.Host.Versions;
using SecStream.Stages.Enrichment;
using SecStream.Stages.Enrichment.Entities;
using SecStream.Stages.Enrichment.Intel;
using SecStream.Stages.Ingest;
using SecStream.Stages.Rules;
using static SecStream.Conformance.Tests.Scenarios.Scenario;

namespace SecStream.Conformance.Tests.Scenarios;

/// <summary>What happens at the very time from which something is in force, whenever the events come.</summary>
public sealed class ActivationTests
{
    private static readonly DateTimeOffset Change = At(10, 10);

    [Theory]
    [InlineData(3, "A 3")]
    [InlineData(2, "B 3")]
    public void ChangedRule_WindowAcrossTheChange_SeesOnlyItsOwnSide(int threshold, string expected)
    {
        // Three failures before the change, three from it on: five in 15 minutes would be there only together.
        var lines = Enumerable.Range(0, 3).Select(i => Failure($"e{i}", Change.AddSeconds(i - 3)))
            .Concat(Enumerable.Range(3, 3).Select(i => Failure($"e{i}", Change.AddSeconds(i - 3))));
        var fields = new FieldCatalog();
        var timeline = Of(Compile(fields, "A", threshold == 3 ? 3 : 5), fields);
        var next = timeline.CopyFields();
        timeline = timeline.Activate(Micro(Change), Compile(next, "B", threshold == 2 ? 3 : 5), next);
        var alert = Assert.Single(PipelineRun.Run(new Swapping(timeline), [Lines("a", lines)]).Alerts);
        Assert.Equal(expected, $"{alert.RuleCode} {alert.Total}");
        Assert.Equal(threshold == 3, alert.Opened < Micro(Change));
    }

    [Fact]
    public void SameRule_WindowAcrossTheChange_GoesOn()
    {
        var lines = Enumerable.Range(0, 6).Select(i => Failure($"e{i}", Change.AddSeconds(i - 3)));
        var fields = new FieldCatalog();
        var timeline = Of(Compile(fields, "A", 5), fields);
        var next = timeline.CopyFields();
        timeline = timeline.Activate(Micro(Change), Compile(next, "A", 5, more: "B"), next);
        Assert.Equal(6, Assert.Single(PipelineRun.Run(new Swapping(timeline), [Lines("a", lines)]).Of("A")).Total);
    }

    [Fact]
    public void LateEvent_FromBeforeTheChange_IsOneOfTheOldRule()
    {
        var lines = Enumerable.Range(0, 4).Select(i => Failure($"e{i}", Change.AddSeconds(i - 10)))
            .Append(Failure("after", Change.AddMinutes(5)))
            .Append(Failure("late", Change.AddMicroseconds(-1)));
        var fields = new FieldCatalog();
        var timeline = Of(Compile(fields, "A", 5), fields);
        var next = timeline.CopyFields();
        timeline = timeline.Activate(Micro(Change), Compile(next, "B", 1), next);
        var result = PipelineRun.Run(new Swapping(timeline), [Lines("a", lines)]);
        Assert.Equal(5, Assert.Single(result.Of("A")).Total);
        Assert.Equal(1, Assert.Single(result.Of("B")).Total);
    }

    [Fact]
    public void Enrichment_IsWhatWasInForceAtTheTimeOfTheEvent()
    {
        EnrichmentSources Of(string admin, string address) => new(
            Stages.Enrichment.GeoIp.GeoIpDatabase.Empty,
            new IntelSet([IntelListParser.Parse("bad.txt", IntelRole.Blacklist, System.Text.Encoding.UTF8.GetBytes(address + "\n"))]),
            EntityContextParser.Parse("e.yml", System.Text.Encoding.UTF8.GetBytes($"users:\n  - name: {admin}\n    admin: true\n")));
        var fields = new FieldCatalog();
        var plan = IngestPlan.Compile(Compile(fields, "A", 5), fields, "default");
        var timeline = KnowledgeTimeline.Of(new Knowledge(plan, Of("alice", "203.0.113.7"))).Activate(Micro(Change), enrichment: Of("bob", "198.51.100.1"));
        string[] lines =
        [
            Failure("old", Change.AddSeconds(-1)), Failure("new", Change), Failure("new-bob", Change, address: "198.51.100.1", user: "bob"),
            Failure("late", Change.AddTicks(-10)),
        ];
        var documents = PipelineRun.Run(new Swapping(timeline), [Lines("a", lines)], keepEvents: true).Events.Events;
        string Marks(string id)
        {
            var text = documents.Single(d => d.Contains($"\"{id}\"", StringComparison.Ordinal));
            return $"{text.Contains("admin\":true", StringComparison.Ordinal)} {text.Contains("matched\":true", StringComparison.Ordinal)}";
        }

        Assert.Equal(["True True", "False False", "True True", "True True"], new[] { "old", "new", "new-bob", "late" }.Select(Marks));
    }

    private static long Micro(DateTimeOffset time) => EventClock.ToMicroseconds(time);

    private static KnowledgeTimeline Of(RuleSet rules, FieldCatalog fields) =>
        KnowledgeTimeline.Of(new Knowledge(IngestPlan.Compile(rules, fields, "default"), EnrichmentSources.Default));

    private static RuleSet Compile(FieldCatalog fields, string code, int threshold, string? more = null)
    {
        string Count(string name, int number) =>
            $"---\ntitle: {name}\nid: 00000000-0000-4000-8000-{number:D12}\ncorrelation:\n  type: event_count\n  rules: [base]\n  group-by: [source.address]\n"
            + $"  timespan: 15m\n  condition: {{gte: {threshold}}}\nlevel: high\nsecstream: {{code: {name}}}\n";
        var text = "title: base\nid: 00000000-0000-4000-8000-000000000001\nname: base\nlogsource: {product: secstream}\n"
            + "detection: {selection: {event.action: login_failed}, condition: selection}\nlevel: low\n" + Count(code, 2) + (more is null ? "" : Count(more, 3));
        var rules = new RuleCompiler(fields).Compile([new RuleSource("r.yml", text)]);
        Assert.False(rules.HasErrors, string.Join('\n', rules.Issues));
        return rules;
    }
}
