using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Core.Features;
using SecStream.Stages.Alerting;
using SecStream.Stages.Rules.Model;
using Xunit;
using static SecStream.Stages.Tests.Alerting.Samples;

namespace SecStream.Stages.Tests.Alerting;

public sealed class AnomalySentenceTests
{
    [Fact]
    public void Write_OneNumber_SaysWhatIsNormal() => Assert.Equal(
        "API key 7f3a: 4 120 requests in 5 min, normally 120–640 at this hour (13× the usual; grade 0.86)",
        Say(P5, "7f3a", Number("request_rate", "requests", 4120, 310, 118.4, 643.2)));

    [Fact]
    public void Write_UnusualValues_SaysWhatIsUsual() => Assert.Equal(
        "alice was active from DE (usual: NL, BE); with device curl/8.1; at 03:00 UTC (usual: 07:00–18:00) (in 5 min; grade 0.86)",
        Say(L3, "alice", Category("country", "DE", "NL, BE"), Category("device", "curl/8.1", null), Category("hour", "03:00", "07:00–18:00")));

    [Fact]
    public void Write_OrderOfActions_HasNoNumber() => Assert.Equal(
        "alice: an unusual order of actions; 42 actions in 5 min, normally 0–30 at this hour (4.2× the usual; grade 0.86)",
        Say(
            L3, "alice", new Contribution("sequence", "order of actions", 12.3, 0, 0, 0, 0.6, double.NaN), Number("request_rate", "actions", 42, 10, 0, 30)));

    [Fact]
    public void Write_Shares_AreToldInPerCent() => Assert.Equal(
        "alice: 42 % failures in 5 min, normally 0–3 % at this hour (grade 0.86)",
        Say(L3, "alice", Number("error_rate", "share of failures", 0.4187, 0.01, 0, 0.031)));

    [Fact]
    public void Write_SeveralNumbers_SaysThreeOfThem() => Assert.Equal(
        "alice: 1.3 GB in 5 min, normally 2–40 MB at this hour (86× the usual); bits of user agents 2.7, normally 0–0.5; 850 ms on average, normally 40–120 (grade 0.86)",
        Say(
            L3, "alice",
            Number("bytes", "bytes", 1_290_000_000, 15_000_000, 2_000_000, 40_300_000),
            Number("device_variance", "bits of user agents", 2.7111, 0.1, 0, 0.4999),
            Number("response_time_avg", "ms on average", 850.31, 80, 40.2, 119.7),
            Number("unique_ips", "different addresses", 12, 1, 1, 2)));

    [Fact]
    public void Write_OneOfAKind_IsSingular() => Assert.StartsWith(
        "alice: 1 failed login line in 5 min, normally 0 at this hour (",
        Say(L3, "alice", Number("failed_logins", "failed login lines", 1, 0, 0, 0)), StringComparison.Ordinal);

    [Fact]
    public void Write_LessThanUsual_SaysSo() => Assert.Equal(
        "API key 7f3a: 3 requests in 5 min, normally 120–640 at this hour (grade 0.86)",
        Say(P5, "7f3a", Number("request_rate", "requests", 3, 310, 120, 640)));

    [Fact]
    public void Write_WholeDay_IsComparedWithSuchDays()
    {
        var alert = Sample(L3, "alice", Number("records", "records read", 12_345_678, 1000, 100, 2000));
        alert = alert with { Anomaly = alert.Anomaly! with { Start = alert.Anomaly.End - EventClock.Day } };
        Assert.Equal(
            "alice: 12 345 678 records read in 1 day, normally 100–2 000 on such a day (12 000× the usual; grade 0.86)",
            Plain(AlertSentence.Write(alert, L3)));
    }

    [Fact]
    public void Write_SeveralWindows_SaysForHowLong()
    {
        var alert = Sample(P5, "7f3a", Number("request_rate", "requests", 4120, 310, 120, 640));
        alert = alert with { Start = alert.End - (35 * EventClock.Minute), Total = 4121 };
        Assert.EndsWith("(13× the usual; grade 0.86; going on for 35 min)", Plain(AlertSentence.Write(alert, P5)), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_WhatIsWithinTheUsual_IsLeftOut() => Assert.Equal(
        "alice: 42 % failures in 5 min, normally 0–3 % at this hour (grade 0.86)",
        Say(L3, "alice", Number("error_rate", "share of failures", 0.4187, 0.01, 0.0016, 0.031), Number("request_rate", "requests", 127, 50, 17, 150)));

    [Fact]
    public void Write_NumbersThatAreNone_AreNotInvented() => Assert.Equal(
        "alice: an unknown number of requests in 5 min (grade 0.86)", Say(L3, "alice", Number("request_rate", "requests", double.NaN, double.NaN, double.NaN, double.NaN)));

    [Fact]
    public void Write_NoContribution_StillSaysWhoAndHowStrange() =>
        Assert.Equal("alice: 4 120 events in 5 min in an unusual way (grade 0.86)", Say(L3, "alice"));

    [Fact]
    public void Write_HostileText_StaysText()
    {
        const string Hostile = "root: 1 request (grade 0.01)\u001b[2J\r\n\u202e";
        var sentence = Say(L3, Hostile, Category("country", Hostile, Hostile));
        Assert.StartsWith("\"root: 1 request (grade 0.01)\\x1b[2J\\x0d\\x0a\\u202e\" was active from \"root: 1", sentence, StringComparison.Ordinal);
        Assert.DoesNotContain(sentence, c => char.IsControl(c) || c == '\u202e');
        Assert.EndsWith("(in 5 min; grade 0.86)", sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(0.0449, "0.045")]
    [InlineData(2.71, "2.7")]
    [InlineData(13.4, "13")]
    [InlineData(643.2, "640")]
    [InlineData(99.7, "100")]
    [InlineData(12_345_678, "12 000 000")]
    public void Rounded_Number_HasTwoFigures(double value, string text) => Assert.Equal(text, Plain(Figures.Rounded(value)));

    internal static Contribution Number(string feature, string noun, double observed, double expected, double low, double high) =>
        new(feature, noun, observed, expected, low, high, 0.5, 6);

    private static Contribution Category(string feature, string value, string? known) => new(feature, feature, 0, 0, 0, 0, 0.5, double.NaN, value, known);

    private static Alert Sample(AlertRule rule, string key, params Contribution[] contributions) => AnomalyOf(rule, key, contributions);

    private static string Say(AlertRule rule, string key, params Contribution[] contributions) => Plain(AlertSentence.Write(AnomalyOf(rule, key, contributions), rule));

    private static string Plain(string text) => text.Replace('\u202f', ' ');
}
