using SecStream.Stages.Rules;
using SecStream.Stages.Rules.Model;
using Xunit;

namespace SecStream.Stages.Tests.Rules;

/// <summary>What is wrong in a rule is said with file, line, key and mend, and does not keep other rules from loading.</summary>
public sealed class RuleLintTests
{
    private const string Good = "s: {event.action: x}\ncondition: s";

    private const string Correlation = """
        title: c
        id: 00000000-0000-4000-8000-000000000099
        level: high
        correlation:
          type: event_count
          rules: [n1]
          group-by: [source.address]
          timespan: 5m
          condition: {gte: 3}
        """;

    [Theory]
    [InlineData("s: {event.action|contians: x}\ncondition: s", "unknown-modifier", "did you mean 'contains'?")]
    [InlineData("s: {event.action: x}\ncondition: t", "condition", "known here: s")]
    [InlineData("sel: {event.action: x}\ncondition: sal", "condition", "did you mean 'sel'?")]
    [InlineData("s: {event.action: x}\ncondition: (s", "condition", "")]
    [InlineData("s: {event.action: x}\ncondition: s and", "condition", "")]
    [InlineData("s: {event.action: x}\ncondition: s s", "condition", "join selections")]
    [InlineData("s: {event.action: x}\ncondition: s | count() > 5", "condition", "write a correlation rule")]
    [InlineData("s: {event.action: x}\ncondition: 1 of t*", "condition", "")]
    [InlineData("s: {event.action: x}", "condition", "")]
    [InlineData("s: {event.action: x}\ntimeframe: 5m\ncondition: s", "timeframe", "correlation")]
    [InlineData("s: {event.action|re: '('}\ncondition: s", "regex", "")]
    [InlineData("s: {event.action|re: '(?=a)b'}\ncondition: s", "regex", "look-around")]
    [InlineData("s: {event.action|gt: many}\ncondition: s", "value", "")]
    [InlineData("s: {source.ip|cidr: 10.0.0.0/99}\ncondition: s", "value", "")]
    [InlineData("s: {event.action|wide: x}\ncondition: s", "modifiers", "")]
    [InlineData("s: {}\ncondition: s", "selection", "")]
    [InlineData("s: {event.actio{: x}\ncondition: s", "yaml", "look at quotes")]
    [InlineData("s: {event.action: {a: b}}\ncondition: s", "value", "")]
    public void Detection_WithError_IsReportedAndLeftOut(string detection, string code, string mend)
    {
        var rules = new TestRules(TestRules.Rule(detection), TestRules.Rule(Good, 2));
        var issue = Assert.Single(rules.Set.Issues, i => i.Severity == IssueSeverity.Error);
        Assert.Equal(code, issue.Code);
        Assert.Equal("r0.yml", issue.File);
        Assert.True(issue.Line >= 6, issue.ToString());
        Assert.Contains(mend, issue.Mend, StringComparison.Ordinal);
        Assert.Single(rules.Set.Detections);
    }

    [Theory]
    [InlineData("type: event_count", "type: event_cuont", "correlation-type", "did you mean 'event_count'?")]
    [InlineData("type: event_count", "type: value_sum", "unsupported-correlation", "")]
    [InlineData("group-by:", "groupby:", "unknown-key", "did you mean 'group-by'?")]
    [InlineData("timespan: 5m", "timespan: 5x", "duration", "like")]
    [InlineData("  timespan: 5m\n", "", "missing-timespan", "add")]
    [InlineData("{gte: 3}", "{gte: 0}", "condition", "")]
    [InlineData("{gte: 3}", "{gt: 3, lt: 9}", "condition", "")]
    [InlineData("rules: [n1]", "rules: [n7]", "unknown-rule", "did you mean")]
    [InlineData("rules: [n1]", "rules: [00000000-0000-4000-8000-000000000099]", "unsupported-correlation", "")]
    [InlineData("level: high", "level: hihg", "level", "one of")]
    [InlineData("level: high", "level: high\nsecstream: {cooldwon: 5m}", "unknown-key", "did you mean 'cooldown'?")]
    [InlineData("level: high", "level: high\nsecstream: {actions: [{type: block_pi}]}", "actions", "did you mean 'block_ip'?")]
    [InlineData("level: high", "level: high\nsecstream: {primary-entity: user.name}", "primary-entity", "source.address")]
    public void Correlation_WithError_IsReportedAndLeftOut(string from, string to, string code, string mend)
    {
        var rules = new TestRules(TestRules.Rule(Good), Correlation.Replace(from, to, StringComparison.Ordinal));
        Assert.Contains(rules.Set.Issues, i => i.Severity == IssueSeverity.Error && i.Code == code && i.Mend.Contains(mend, StringComparison.Ordinal));
        Assert.DoesNotContain(rules.Set.Rules, r => r.Kind == RuleKind.EventCount);
    }

    [Fact]
    public void UnknownKey_NamesItsLine()
    {
        var rules = new TestRules(TestRules.Rule(Good), Correlation.Replace("group-by", "groupby", StringComparison.Ordinal));
        var issue = rules.Set.Issues.First(i => i.Code == "unknown-key");
        Assert.Equal(("r1.yml", 7, "correlation.groupby"), (issue.File, issue.Line, issue.Key));
        Assert.StartsWith("r1.yml:7: error unknown-key correlation.groupby: ", issue.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Base_OfACorrelation_IsSilentUnlessGenerated()
    {
        Assert.Equal(["00000000-0000-4000-8000-000000000099"], new TestRules(TestRules.Rule(Good), Correlation).Set.Rules.Select(r => r.Code));
        Assert.Equal(2, new TestRules(TestRules.Rule(Good), Correlation.Replace("type:", "generate: true\n  type:", StringComparison.Ordinal)).Set.Rules.Count);
        Assert.Equal(2, new TestRules(TestRules.Rule(Good, 1, "secstream: {code: A1}\n"), Correlation).Set.Rules.Count);
    }

    [Fact]
    public void Aliases_GiveEachInputItsField()
    {
        var yaml = Correlation.Replace("event_count", "temporal", StringComparison.Ordinal).Replace("[n1]", "[n1, n2]", StringComparison.Ordinal)
            .Replace("[source.address]", "[address]\n  aliases: {address: {n1: source.ip, n2: destination.ip}}", StringComparison.Ordinal)
            .Replace("  condition: {gte: 3}", "", StringComparison.Ordinal);
        var rules = new TestRules(TestRules.Rule(Good), TestRules.Rule(Good, 2), yaml);
        var rule = Assert.Single(rules.Set.Rules);
        Assert.Equal(["source.ip", "destination.ip"], rule.Inputs.Select(i => rules.Catalog.Name(i.Key[0].Fields[0])));
        Assert.All(rule.Inputs, i => Assert.True(i.Key[0] is { Name: "address", IsAddress: true }));
    }

    [Fact]
    public void Duplicates_AndBadYaml_LeaveTheRestStanding()
    {
        var rules = new TestRules(TestRules.Rule(Good), TestRules.Rule(Good), "title: [", "a: &x [*x]", "just text", new string('[', 100_000), TestRules.Rule(Good, 2) + "---\n" + TestRules.Rule(Good, 3));
        Assert.Equal(3, rules.Set.Detections.Count);
        Assert.Contains(rules.Set.Issues, i => i.Code == "duplicate-id" && i.File == "r1.yml");
        Assert.Equal(6, rules.Set.Issues.Where(i => i.Severity == IssueSeverity.Error).Select(i => i.File).Distinct().Count() + 1);
    }

    [Fact]
    public void Strict_WithAnyError_LoadsNothing() =>
        Assert.Empty(new TestRules(new RuleLoadOptions { Strict = true }, TestRules.Rule(Good), "title: x").Set.Detections);

    [Fact]
    public void UnmappedLogsource_StaysACondition_AndIsReported()
    {
        var rules = new TestRules(TestRules.Rule(Good).Replace("{product: secstream}", "{product: acme, service: door}", StringComparison.Ordinal));
        Assert.Contains(rules.Set.Issues, i => i.Code == "unmapped-logsource");
        Assert.False(rules.Set.Detections[0].LogsourceIsMapped);
        Assert.False(rules.Matches(("event.action", "x")));
        Assert.True(rules.Matches(("event.action", "x"), ("event.module", "acme"), ("event.dataset", "acme.door")));
    }

    [Fact]
    public void MappedLogsource_ImpliesItsConditions()
    {
        var rules = new TestRules(TestRules.Rule(Good).Replace("{product: secstream}", "{product: linux, service: sshd}", StringComparison.Ordinal));
        Assert.Empty(rules.Set.Issues);
        Assert.False(rules.Matches(("event.action", "x"), ("process.name", "cron")));
        Assert.True(rules.Matches(("event.action", "x"), ("process.name", "sshd-session")));
    }

    [Fact]
    public void ForeignFields_AreMapped()
    {
        var rules = new TestRules(TestRules.Rule("s: {cs-uri-query|contains: union, c-ip: 10.0.0.1}\ncondition: s"));
        Assert.Equal(["source.ip", "url.query"], rules.Set.Detections[0].Fields);
    }

    [Theory]
    [InlineData("s: {event.action|startswith: login_failed}\ncondition: s", true)]
    [InlineData("s: {event.action: login_failed*}\ncondition: s", true)]
    [InlineData("s: {event.action: [login_failed, login_failed_user_not_found]}\nf: {user.name: x}\ncondition: s and not f", true)]
    [InlineData("s: {event.action: [login_failed, logout]}\ncondition: s", false)]
    [InlineData("s: {event.action: login_failed}\ncondition: not s", false)]
    [InlineData("s: {event.action: login_failed}\nt: {user.name: x}\ncondition: s or t", false)]
    public void CountsAttempts_OnlyWhenNothingElseMatches(string detection, bool counts)
    {
        var rules = new TestRules(TestRules.Rule(detection));
        Assert.Equal(counts, rules.Set.Detections[0].CountsAttempts);
        Assert.Equal(!counts, rules.Set.Issues.Any(i => i.Code == "mixed-attempts"));
    }
}
