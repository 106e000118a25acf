using System.Text;
using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Core.Features;
using SecStream.Core.Fields;
using SecStream.Core.Observations;
using SecStream.Stages.Profiles;
using SecStream.Stages.Rules.Matching;
using Xunit;
using static SecStream.Stages.Tests.Profiles.AnomalyHarness;

namespace SecStream.Stages.Tests.Profiles;

public sealed class AnomalyObservationsTests
{
    [Fact]
    public void Emit_WindowThatARuleAsksFor_RaisesAnAlertThatTellsOfIt()
    {
        var harness = new AnomalyHarness(High);
        var anomaly = Window(0, 0.86, events: 4120);

        harness.Emit(anomaly);
        harness.Advance(long.MaxValue);

        var alert = Assert.Single(harness.Alerts.Values);
        Assert.Equal((anomaly.End, anomaly.Start, anomaly.End), (alert.Opened, alert.Start, alert.End));
        Assert.Equal((4120, 4120), (alert.Total, alert.Events));
        Assert.Equal(new Observed("grade", 0.86, ">=", 0.8, 5 * EventClock.Minute, "anomaly"), alert.Observed);
        Assert.Equal(anomaly.Evidence.Select(e => e.Id.ToString()), alert.Evidence.Select(e => e.EventId));
        Assert.Equal([("secstream.api_key.id", "k1")], alert.Key);
        Assert.Equal((anomaly.P, anomaly.Confidence, anomaly.Model), (alert.Anomaly!.P, alert.Anomaly.Confidence, alert.Anomaly.Model));
        Assert.Equal(anomaly.Detectors, alert.Anomaly.Detectors);
        Assert.Equal(anomaly.Contributions, alert.Anomaly.Contributions);
    }

    [Fact]
    public void Emit_WindowOfLowerSeverity_IsNoneForTheRule()
    {
        var harness = new AnomalyHarness(High);
        harness.Emit(Window(0, 0.86, severity: Severity.Medium));
        harness.Advance(long.MaxValue);
        Assert.Empty(harness.Alerts);
    }

    [Fact]
    public void Emit_BeforeTheClockPassesItsEnd_RaisesNothingYet()
    {
        var harness = new AnomalyHarness(High);
        var anomaly = Window(0, 0.86);
        harness.Emit(anomaly);
        harness.Advance(anomaly.End);
        Assert.Empty(harness.Alerts);
        harness.Advance(anomaly.End + 1);
        Assert.Single(harness.Alerts);
    }

    [Fact]
    public void Emit_SameWindowJudgedAnew_ReplacesWhatTheAlertTells()
    {
        var harness = new AnomalyHarness(High);
        harness.Emit(Window(0, 0.86, events: 100));
        harness.Advance(Noon + (6 * EventClock.Minute));
        var before = Assert.Single(harness.Alerts.Values);

        harness.Emit(Window(0, 0.97, events: 150, severity: Severity.Critical, feature: "error_rate"));
        harness.Advance(Noon + (7 * EventClock.Minute));

        var after = Assert.Single(harness.Alerts.Values);
        Assert.Equal(before.Id, after.Id);
        Assert.Equal((0.97, 150, "error_rate"), (after.Anomaly!.Grade, after.Total, after.Anomaly.Contributions[0].Feature));
        Assert.Equal(100, before.Total);
        Assert.Equal(1, harness.Counters.Corrections);
    }

    [Fact]
    public void Emit_OnlyTheGradeChanged_SendsTheAlertAgain()
    {
        var harness = new AnomalyHarness(High);
        harness.Emit(Window(0, 0.86));
        harness.Advance(Noon + (6 * EventClock.Minute));
        harness.Emit(Window(0, 0.87));
        harness.Advance(Noon + (7 * EventClock.Minute));
        Assert.Equal(0.87, Assert.Single(harness.Alerts.Values).Observed.Value);
    }

    [Fact]
    public void Emit_SameWindowNoLongerStrangeEnough_TakesTheAlertBack()
    {
        var harness = new AnomalyHarness(High, Any);
        harness.Emit(Window(0, 0.86));
        harness.Advance(Noon + (6 * EventClock.Minute));
        Assert.Equal(["A", "H"], harness.Alerts.Values.Select(a => a.RuleCode).Order());

        harness.Emit(Window(0, 0.5, severity: Severity.Low));
        harness.Advance(Noon + (7 * EventClock.Minute));

        var left = Assert.Single(harness.Alerts.Values);
        Assert.Equal(("A", 0.5), (left.RuleCode, left.Anomaly!.Grade));
    }

    [Fact]
    public void Withdraw_AfterTheAlertWasRaised_TakesItBack()
    {
        var harness = new AnomalyHarness(High);
        harness.Emit(Window(0, 0.86));
        harness.Advance(Noon + (6 * EventClock.Minute));
        harness.Withdraw(Window(0, 0.86));
        harness.Advance(Noon + (7 * EventClock.Minute));
        Assert.Empty(harness.Alerts);
    }

    [Fact]
    public void Withdraw_WhatNobodyHeardOf_DoesNothing()
    {
        var harness = new AnomalyHarness(High);
        harness.Withdraw(Window(0, 0.86));
        harness.Emit(Window(5, 0.86), "k2");
        harness.Withdraw(Window(0, 0.86), "k2");
        harness.Advance(long.MaxValue);
        Assert.Equal("k2", Assert.Single(harness.Alerts.Values).Key[0].Value);
        Assert.Equal(0, harness.Counters.Corrections);
    }

    [Fact]
    public void Emit_TheSameAgain_ChangesNothing()
    {
        var harness = new AnomalyHarness(High);
        harness.Emit(Window(0, 0.86));
        harness.Advance(Noon + (6 * EventClock.Minute));
        harness.Emit(Window(0, 0.86));
        harness.Advance(Noon + (7 * EventClock.Minute));
        Assert.Equal((1, 0), (harness.Sent, harness.Counters.Corrections));
    }

    [Fact]
    public void Emit_SeveralWindows_TellsOfTheStrongestAndListsTheFirstEvents()
    {
        var harness = new AnomalyHarness(High);
        harness.Emit(Window(0, 0.86, events: 60));
        harness.Emit(Window(5, 0.95, events: 30));
        harness.Emit(Window(10, 0.95, events: 40));
        harness.Advance(long.MaxValue);

        var alert = Assert.Single(harness.Alerts.Values);
        Assert.Equal((Noon + (5 * EventClock.Minute), 0.95), (alert.Anomaly!.Start, alert.Anomaly.Grade));
        Assert.Equal((Noon, Noon + (15 * EventClock.Minute), 130), (alert.Start, alert.End, alert.Total));
        Assert.Equal(100, alert.Evidence.Length);
        Assert.Equal(alert.Evidence.OrderBy(e => e.Time).Select(e => e.EventId), alert.Evidence.Select(e => e.EventId));
        Assert.Equal(Window(0, 0.86, events: 60).Evidence[0].Id.ToString(), alert.Evidence[0].EventId);
    }

    [Fact]
    public void Emit_WindowsWithinEachOther_CountWhatTheyShareOnce()
    {
        var harness = new AnomalyHarness(High);
        harness.Emit(Window(0, 0.86, events: 60));
        harness.Emit(Window(3, 0.86, events: 20));
        harness.Emit(Window(5, 0.86, events: 30));
        harness.Emit(Window(0, 0.86, events: 95, minutes: 60));
        harness.Advance(long.MaxValue);
        Assert.Equal(95, Assert.Single(harness.Alerts.Values).Total);
    }

    [Fact]
    public void Emit_RulesOfEvents_DoNotSeeIt()
    {
        var harness = new AnomalyHarness(Event);
        harness.Emit(Window(0, 0.99));
        harness.Advance(long.MaxValue);
        Assert.Empty(harness.Alerts);
    }

    [Fact]
    public void Match_EventThatSaysItWereAnAnomaly_IsNone()
    {
        var plan = new AnomalyHarness(High, Any, Event).Plan;
        var record = new EventRecord(plan.Fields.Count);
        record.Reset([], 0, 0);
        record.SetText(Ecs.EventDataset, "secstream.anomaly"u8);
        record.SetText(Ecs.SecstreamAnomalyProfile, "api-key"u8);
        record.SetText(Ecs.SecstreamAnomalySeverity, "critical"u8);
        record.SetFloat(Ecs.SecstreamAnomalyGrade, 1);
        record.SetText(Ecs.SecstreamApiKeyId, "k1"u8);
        var matched = new int[3];

        Assert.Equal([2], matched[..new SelectionMatcher(plan.Index).Match(record, matched)]);
        Assert.Equal([0, 1], matched[..new SelectionMatcher(plan.Anomalies).Match(record, matched)]);
    }

    [Fact]
    public void Emit_KeyOfAnyBytes_ComesThrough()
    {
        var harness = new AnomalyHarness(High);
        byte[] key = [.. "\"},{\u001b[2J\r\n"u8, 0xFF, 0xFE];
        harness.Emit(Window(0, 0.86), key);
        harness.Emit(Window(0, 0.86), Encoding.UTF8.GetBytes(new string('é', 300))[..511]);
        harness.Advance(long.MaxValue);
        Assert.Contains(harness.Alerts.Values, a => a.Key[0].Value == "\"},{\u001b[2J\r\n\\xff\\xfe");
        Assert.Equal(2, harness.Alerts.Count);
    }

    [Fact]
    public void Emit_KeyOfSeveralParts_FillsTheirFields()
    {
        const string Rule = """
            title: User from somewhere
            id: 00000000-0000-4000-8000-000000000004
            level: low
            logsource: {product: secstream, category: anomaly}
            detection:
              selection: {secstream.anomaly.feature: error_rate, secstream.anomaly.window: 5m, user.name: alice}
              condition: selection
            secstream: {code: U, type: anomaly, key: [source.address, user.name]}
            """;
        var harness = new AnomalyHarness(Rule);
        var rows = Enumerable.Repeat(new RowBuffer(), Row.ShardCount).ToArray();
        var schema = Schema with { KeyNames = ["user.name", "source.address"] };
        harness.Observations.Emit(Window(0, 0.4, feature: "error_rate"), schema, "alice\02001:db8::/64"u8, rows);
        Assert.Equal("2001:db8::/64\0alice", Encoding.UTF8.GetString(new Row(rows[0].Bytes).Key));
    }

    [Fact]
    public void LeadingFeatures_SaysWhichAreLessThanExpected() => Assert.Equal(
        ["-records", "bytes", "country"],
        AnomalyObservations.LeadingFeatures(Window(0, 0.9) with
        {
            Contributions =
            [
                new("records", "", 0, 9, 1, 20, 0.1, -4), new("bytes", "", 9, 1, 0, 2, 0.4, 4),
                new("country", "", 0, 0, 0, 0, 0.3, double.NaN, "DE", "NL"), new("errors", "", 9, 1, 0, 2, 0.1, 4),
            ],
        }));

    [Theory]
    [InlineData(300, "5m")]
    [InlineData(900, "15m")]
    [InlineData(3600, "1h")]
    [InlineData(86_400, "1d")]
    [InlineData(90, "90s")]
    public void WindowName_Length_IsAsRulesWriteIt(long seconds, string name) =>
        Assert.Equal(name, AnomalyObservations.WindowName(seconds * EventClock.Second));
}
