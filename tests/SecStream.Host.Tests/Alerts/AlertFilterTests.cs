using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Host.Alerts;
using Xunit;

namespace SecStream.Host.Tests.Alerts;

public sealed class AlertFilterTests
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("90m", "2026-03-02T10:30:00Z")]
    [InlineData("24h", "2026-03-01T12:00:00Z")]
    [InlineData("7d", "2026-02-23T12:00:00Z")]
    [InlineData("2026-03-01", "2026-03-01T00:00:00Z")]
    [InlineData("2026-03-01T08:00:00+01:00", "2026-03-01T07:00:00Z")]
    public void ReadTime_AgoOrInstant_IsThatInstant(string text, string expected) =>
        Assert.Equal(EventClock.ToMicroseconds(DateTimeOffset.Parse(expected, null)), AlertFilter.ReadTime("--since", text, s_now));

    [Theory]
    [InlineData("yesterdayish")]
    [InlineData("7w")]
    [InlineData("")]
    public void ReadTime_NoTime_NamesOptionAndMend(string text)
    {
        var fault = Assert.Throws<ConfigurationException>(() => AlertFilter.ReadTime("--since", text, s_now));
        Assert.StartsWith("--since", fault.Message, StringComparison.Ordinal);
        Assert.Contains("24h", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2")]
    [InlineData("bad")]
    public void ReadSeverities_UnknownName_IsAnError(string name) =>
        Assert.Throws<ConfigurationException>(() => AlertFilter.ReadSeverities([name]));

    [Fact]
    public void ReadSeverities_ListInAnyCase_HoldsAll() =>
        Assert.Equal([Severity.High, Severity.Critical], AlertFilter.ReadSeverities(["HIGH, critical"]).Order());

    [Fact]
    public void Matches_NoFilter_HidesOnlyWithdrawn()
    {
        Assert.True(new AlertFilter().Matches(StoredAlertTests.Make(status: "open")));
        Assert.True(new AlertFilter().Matches(StoredAlertTests.Make(status: "acknowledged")));
        Assert.False(new AlertFilter().Matches(StoredAlertTests.Make(status: "withdrawn")));
    }

    [Theory]
    [InlineData("all", true)]
    [InlineData("withdrawn", true)]
    [InlineData("open", false)]
    public void Matches_StatusAskedFor_Decides(string status, bool expected) =>
        Assert.Equal(expected, new AlertFilter { Statuses = AlertFilter.ReadNames([status]) }.Matches(StoredAlertTests.Make(status: "withdrawn")));

    [Fact]
    public void Matches_Entity_LooksAtEverybodyInvolved()
    {
        var alert = StoredAlertTests.Make();
        Assert.True(new AlertFilter { Entity = "203.0.113" }.Matches(alert));
        Assert.True(new AlertFilter { Entity = "ALICE" }.Matches(alert));
        Assert.False(new AlertFilter { Entity = "mallory" }.Matches(alert));
    }

    [Fact]
    public void Matches_RuleAndTime_AreBoundsOfOpening()
    {
        var alert = StoredAlertTests.Make();
        Assert.True(new AlertFilter { Rules = AlertFilter.ReadNames(["c1,X1"]) }.Matches(alert));
        Assert.False(new AlertFilter { Rules = AlertFilter.ReadNames(["C10"]) }.Matches(alert));
        Assert.True(new AlertFilter { Since = alert.Opened }.Matches(alert));
        Assert.False(new AlertFilter { Until = alert.Opened }.Matches(alert));
    }
}
