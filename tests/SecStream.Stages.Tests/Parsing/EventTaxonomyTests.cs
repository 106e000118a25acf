using System.Text;
using SecStream.Core.Alerts;
using SecStream.Stages.Parsing.Taxonomy;
using Xunit;

namespace SecStream.Stages.Tests.Parsing;

public sealed class EventTaxonomyTests
{
    [Theory]
    [InlineData("login_attempt", "authentication", "authentication", "low", 90)]
    [InlineData("login_success", "authentication", "authentication", "low", 30)]
    [InlineData("login_attempt_locked_account", "authentication", "authentication", "high", 365)]
    [InlineData("privilege_escalation_attempt", "authorization", "iam", "high", 365)]
    [InlineData("rate_limit_exceeded", "violation", "intrusion_detection", "medium", 90)]
    [InlineData("sql_injection_attempt", "violation", "intrusion_detection", "high", 365)]
    [InlineData("unusual_time", "anomaly", "threat", "low", 90)]
    [InlineData("velocity_anomaly", "anomaly", "threat", "high", 180)]
    [InlineData("configuration_change", "system", "configuration", "medium", 180)]
    [InlineData("health_check", "system", "host", "low", 7)]
    public void TryGet_GuideLEvent_ItsRow(string action, string group, string category, string severity, int days)
    {
        Assert.True(EventTaxonomy.TryGet(Encoding.ASCII.GetBytes(action), out var entry));
        Assert.Equal((group, category, severity, days, true),
            (entry.Group, entry.Category, Encoding.ASCII.GetString(EventTaxonomy.Text(entry.Severity!.Value)), entry.RetentionDays, entry.IsGuide));
    }

    [Fact]
    public void Entries_GuideL_ThirtyFourWithOneThatVaries()
    {
        var guide = EventTaxonomy.Entries.Where(e => e.IsGuide).ToList();
        Assert.Equal(34, guide.Count);
        Assert.Equal("anomaly_detected", Assert.Single(guide, e => e.Severity is null).Action);
    }

    [Fact]
    public void Entries_None_CriticalByItself() => Assert.DoesNotContain(EventTaxonomy.Entries, e => e.Severity == Severity.Critical);

    [Theory]
    [InlineData("\"severity\":\"critical\"", "critical", "99")]
    [InlineData("\"severity\":\"Low\"", "low", "21")]
    [InlineData("\"level\":\"CRITICAL\"", "critical", "99")]
    [InlineData("\"level\":\"WARN\"", "medium", "47")]
    [InlineData("\"severity\":7", "medium", "47")]
    public void Apply_SourcesOwnSeverity_Wins(string json, string text, string number)
    {
        var harness = new ParsingHarness();
        harness.Parse($"{{\"timestamp\":\"2025-10-14T08:15:30Z\",\"eventType\":\"login_failed\",{json}}}");
        Assert.Equal((text, number), (harness["secstream.severity"], harness["event.severity"]));
    }

    [Theory]
    [InlineData("\"secstream\":{\"severity\":\"high\"}", "high", "73")]
    [InlineData("\"event\":{\"action\":\"login_failed\",\"severity\":99}", "critical", "99")]
    [InlineData("\"event\":{\"action\":\"login_failed\"}", "medium", "47")]
    public void Apply_EcsSeverity_CarriedToTheOtherField(string json, string text, string number)
    {
        var harness = new ParsingHarness();
        harness.Parse($"{{\"@timestamp\":\"2025-10-14T08:15:30Z\",{json}}}");
        Assert.Equal((text, number), (harness["secstream.severity"], harness["event.severity"]));
    }
}
