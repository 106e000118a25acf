using SecStream.Core.Alerts;
using SecStream.Core.Fields;
using SecStream.Stages.Rules;
using SecStream.Stages.Rules.Model;
using SecStream.Stages.Rules.Testing;
using Xunit;

namespace SecStream.Stages.Tests.Rules;

/// <summary>The rule pack says what REQUIREMENTS section R says.</summary>
public sealed class RulePackTests
{
    private static readonly FieldCatalog Catalog = new();
    private static readonly RuleSet Pack = RuleLoader.Load(TestRules.PackFolder, Catalog, new RuleLoadOptions { Strict = true });

    [Fact]
    public void Pack_Loads_WithoutAnyIssue() => Assert.Empty(Pack.Issues);

    [Fact]
    public void Pack_HasTheRules() => Assert.Equal(
        ["C1", "C2", "C4", "C5", "G1", "G2", "G3", "L1", "L2", "L3", "L4", "L5", "L6", "L7", "P1", "P11", "P2", "P3", "P4", "P5", "P8", "P9", "T1", "T2", "T6", "T7", "X1"],
        Pack.Rules.Select(r => r.Code).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("T1", RuleKind.EventCount, "source.address", ">10", "00:05:00", "00:05:00", Severity.Critical)]
    [InlineData("T2", RuleKind.Event, "user.name|source.address|host.name", ">=1", "00:00:00", "01:00:00", Severity.Critical)]
    [InlineData("T6", RuleKind.EventCount, "source.address", ">100", "01:00:00", "01:00:00", Severity.Medium)]
    [InlineData("T7", RuleKind.NewValue, "user.name", ">=1", "00:00:00", "01:00:00", Severity.Medium)]
    [InlineData("C1", RuleKind.EventCount, "source.address", ">=5", "00:15:00", "00:15:00", Severity.Critical)]
    [InlineData("C5", RuleKind.Event, "host.name", ">=1", "00:00:00", "01:00:00", Severity.Critical)]
    [InlineData("L1", RuleKind.Event, "source.address", ">=1", "00:00:00", "00:01:00", Severity.Critical)]
    [InlineData("L2", RuleKind.EventCount, "source.address", ">=10", "00:05:00", "00:15:00", Severity.High)]
    [InlineData("L4", RuleKind.Event, "service.name", ">=1", "00:00:00", "00:01:00", Severity.High)]
    [InlineData("L5", RuleKind.EventCount, "source.address user.email|user.name", ">=5", "00:15:00", "00:15:00", Severity.Critical)]
    [InlineData("L6", RuleKind.Event, "user.name", ">=1", "00:00:00", "00:01:00", Severity.Critical)]
    [InlineData("L7", RuleKind.Event, "source.address", ">=1", "00:00:00", "00:01:00", Severity.Critical)]
    [InlineData("P1", RuleKind.EventCount, "source.address", ">5", "00:10:00", "00:10:00", Severity.Medium)]
    [InlineData("P2", RuleKind.EventCount, "source.address", ">20", "01:00:00", "01:00:00", Severity.High)]
    [InlineData("P3", RuleKind.ImpossibleTravel, "user.name", ">=1", "00:00:00", "01:00:00", Severity.High)]
    [InlineData("P4", RuleKind.EventCount, "secstream.api_key.id", ">1000", "00:01:00", "00:01:00", Severity.Medium)]
    [InlineData("P8", RuleKind.Event, "user.name", ">=1", "00:00:00", "01:00:00", Severity.Low)]
    [InlineData("P9", RuleKind.Event, "user.name", ">=1", "00:00:00", "01:00:00", Severity.High)]
    [InlineData("P11", RuleKind.EventCount, "user.name", ">3", "00:15:00", "00:15:00", Severity.High)]
    [InlineData("G1", RuleKind.EventCount, "source.address", ">=3", "00:15:00", "00:15:00", Severity.Critical)]
    [InlineData("G3", RuleKind.Event, "user.name", ">=1", "00:00:00", "01:00:00", Severity.Critical)]
    [InlineData("C2", RuleKind.EventCount, "service.name", ">=2", "01:00:00", "01:00:00", Severity.High)]
    [InlineData("C4", RuleKind.Anomaly, "service.name|host.name", ">=1", "00:00:00", "02:00:00", Severity.High)]
    [InlineData("L3", RuleKind.Anomaly, "user.name", ">=1", "00:00:00", "02:00:00", Severity.High)]
    [InlineData("P5", RuleKind.Anomaly, "secstream.api_key.id", ">=1", "00:00:00", "02:00:00", Severity.High)]
    [InlineData("G2", RuleKind.Anomaly, "user.name", ">=1", "00:00:00", "02:00:00", Severity.Critical)]
    [InlineData("X1", RuleKind.TemporalOrdered, "source.address", ">=1", "00:15:00", "00:15:00", Severity.Critical)]
    public void Rule_IsAsRequired(string code, RuleKind kind, string key, string threshold, string window, string gap, Severity severity)
    {
        var rule = Find(code);
        Assert.Equal(kind, rule.Kind);
        Assert.All(rule.Inputs, i => Assert.Equal(key, string.Join(' ', i.Key.Select(k => string.Join('|', k.Fields.Select(Catalog.Name))))));
        Assert.Equal(threshold, (rule.Threshold.Operator == ThresholdOperator.Greater ? ">" : ">=") + rule.Threshold.Value);
        Assert.Equal(TimeSpan.Parse(window), rule.Window);
        Assert.Equal(TimeSpan.Parse(gap), rule.Gap);
        Assert.Equal(severity, rule.Severity);
        Assert.All(rule.Inputs.SelectMany(i => i.Key), k => Assert.Equal(k.Name.EndsWith(".address", StringComparison.Ordinal), k.IsAddress));
    }

    [Fact]
    public void Pack_FailedLoginDetections_CountAttempts() => Assert.Equal(
        ["failed_login", "failed_admin_login"],
        Pack.Detections.Where(d => d.CountsAttempts).Select(d => d.Name));

    [Fact]
    public void Details_AreAsRequired()
    {
        Assert.Equal([5, 1], Find("X1").Inputs.Select(i => i.MinCount));
        Assert.Equal(3, Find("L2").Inputs.Single().Detections.Length);
        Assert.Equal("source.geo.country_iso_code", Catalog.Name(Find("T7").ValueField));
        Assert.Equal((100.0, 900.0), (Find("P3").MinDistanceKm, Find("P3").MaxSpeedKmh));
        Assert.Equal(new RuleAction("block_ip", TimeSpan.FromHours(24), "global"), Find("L7").Actions[0]);
        Assert.Equal(["block_ip", "create_incident"], Find("L7").Actions.Select(a => a.Type));
        Assert.Equal(["lock_account", "invalidate_sessions"], Find("L6").Actions.Select(a => a.Type));
        Assert.Equal(["review_key"], Find("P5").Actions.Select(a => a.Type));
        Assert.Equal(["review"], Find("L3").Actions.Select(a => a.Type));
        Assert.All(Pack.Rules.Where(r => r.Kind == RuleKind.Anomaly), r => Assert.Equal(0.8, r.MinGrade));
        Assert.All(Pack.Rules, r => Assert.Equal(16, r.Version.Length));
    }

    [Fact]
    public void Pack_EveryRule_HasTestsThatRead()
    {
        var tests = RuleTestLoader.LoadFolder(TestRules.PackFolder, out var issues);
        Assert.Empty(issues);
        Assert.Equal(Pack.Rules.Select(r => r.Code).Order(StringComparer.Ordinal), tests.Select(t => t.Rule).Order(StringComparer.Ordinal));
        Assert.All(tests, t => Assert.True(t.Cases.Count >= 5, t.Path));
    }

    [Fact]
    public void Load_Twice_GivesTheSameVersions()
    {
        var again = RuleLoader.Load(TestRules.PackFolder, new FieldCatalog());
        Assert.Equal(Pack.Version, again.Version);
        Assert.Equal(Pack.Rules.Select(r => r.Version), again.Rules.Select(r => r.Version));
    }

    private static AlertRule Find(string code) => Pack.Rules.Single(r => r.Code == code);
}
