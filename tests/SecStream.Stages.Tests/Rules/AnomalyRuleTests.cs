using SecStream.Core.Fields;
using SecStream.Stages.Rules;
using SecStream.Stages.Rules.Model;
using Xunit;

namespace SecStream.Stages.Tests.Rules;

/// <summary>Rules about anomalies: what they may say, and what is told of those that could never fire.</summary>
public sealed class AnomalyRuleTests
{
    private const string Source = "{product: secstream, category: anomaly}";

    [Fact]
    public void Compile_TypeAnomaly_IsARuleOfThatKind()
    {
        var set = Compile(Text(Source, "{secstream.anomaly.profile: user}", "type: anomaly, key: [user.name]"));
        Assert.Empty(set.Issues);
        var rule = Assert.Single(set.Rules);
        Assert.Equal((RuleKind.Anomaly, 0.3), (rule.Kind, rule.MinGrade));
        Assert.True(Assert.Single(set.Detections).IsOfAnomalies);
    }

    [Theory]
    [InlineData("{secstream.anomaly.grade|gte: 0.7}", "", 0.7)]
    [InlineData("{secstream.anomaly.grade|gt: 0.7, secstream.anomaly.severity: critical}", "", 0.7)]
    [InlineData("{secstream.anomaly.severity: [high, critical]}", "", 0.8)]
    [InlineData("{secstream.anomaly.profile: user}", "min-severity: medium, ", 0.6)]
    public void Compile_WhatItAsksFor_IsWhatTheGradeIsComparedWith(string selection, string section, double grade) =>
        Assert.Equal(grade, Assert.Single(Compile(Text(Source, selection, section + "type: anomaly, key: [user.name]")).Rules).MinGrade);

    [Fact]
    public void Compile_ShortConditions_AreConditions()
    {
        var written = Compile(Text(
            Source, "{secstream.anomaly.deviation|gt: 3, secstream.anomaly.severity: [high, critical], secstream.anomaly.profile: [user, host]}", "type: anomaly, key: [user.name]"));
        var brief = Compile(Text(Source, "{secstream.anomaly.deviation|gt: 3}", "type: anomaly, min-severity: high, profile: [user, host], key: [user.name]"));
        Assert.Equal(written.Detections[0].Fields, brief.Detections[0].Fields);
    }

    [Theory]
    [InlineData("{product: secstream}", "{secstream.anomaly.grade|gte: 0.7}", "key: [user.name]", "anomaly-logsource")]
    [InlineData("{product: secstream}", "{event.action: x}", "type: anomaly, key: [user.name]", "anomaly-logsource")]
    [InlineData(Source, "{secstream.anomaly.grade|gte: 0.7}", "key: [user.name]", "type")]
    [InlineData(Source, "{secstream.anomaly.grade|gte: 0.7}", "type: new_value, field: user.name, key: [user.name]", "type")]
    [InlineData(Source, "{secstream.anomaly.grade|gte: 0.7}", "type: anomaly", "key")]
    [InlineData(Source, "{secstream.anomaly.grade|gte: 0.7}", "type: anomaly, min-severity: hihg, key: [user.name]", "min-severity")]
    [InlineData("{product: secstream}", "{event.action: x}", "min-severity: high, key: [user.name]", "secstream")]
    public void Compile_RuleThatCouldNeverFire_IsAnError(string source, string selection, string section, string issue)
    {
        var set = Compile(Text(source, selection, section));
        Assert.Contains(set.Issues, i => i.Severity == IssueSeverity.Error && i.Code == issue);
        Assert.Empty(set.Rules);
    }

    [Fact]
    public void Compile_CorrelationOfAnomalies_IsRefused()
    {
        const string Correlation = """
            title: Many
            id: 00000000-0000-4000-8000-000000000002
            level: low
            correlation: {type: event_count, rules: [base], group-by: [user.name], timespan: 1h, condition: {gte: 2}}
            """;
        var set = Compile(Text(Source, "{secstream.anomaly.grade|gte: 0.7}", "type: anomaly, key: [user.name]"), Correlation);
        Assert.Contains(set.Issues, i => i.Code == "unsupported-correlation" && i.Message.Contains("anomalies", StringComparison.Ordinal));
    }

    private static RuleSet Compile(params string[] rules) => new RuleCompiler(new FieldCatalog()).Compile(rules.Select((text, i) => new RuleSource($"r{i}.yml", text)));

    private static string Text(string source, string selection, string section) => $$"""
        title: t
        id: 00000000-0000-4000-8000-000000000001
        name: base
        level: low
        logsource: {{source}}
        detection:
          selection: {{selection}}
          condition: selection
        secstream: { {{section}} }
        """;
}
