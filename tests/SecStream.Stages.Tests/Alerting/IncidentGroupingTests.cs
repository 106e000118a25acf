using System.Text;
using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Stages.Alerting;
using SecStream.Stages.Rules.Model;
using Xunit;
using static SecStream.Stages.Tests.Alerting.Samples;

namespace SecStream.Stages.Tests.Alerting;

public sealed class IncidentGroupingTests
{
    private static readonly AlertEntity Entity = new("ip", "source.address", Address);

    [Fact]
    public void Group_OneAttackSeenByFiveRules_IsOneIncident()
    {
        var incident = Assert.Single(Group(
            (X1, Success()),
            (C1, Make(C1, Noon, 6)),
            (L5, Make(L5, Noon + 1, 6, "bob")),
            (P1, Make(P1, Noon + 2, 7)),
            (T1, Make(T1, Noon + 3, 12, "carol"))));

        Assert.Equal(IncidentGrouping.MakeId("default", Address, Noon), incident.Id);
        Assert.Equal(Severity.Critical, incident.Severity);
        Assert.Equal("Brute force and login from 203.0.113.7: C1, L5, P1, T1, X1; 5 alerts, 3 users", IncidentSentence.Write(incident));
        Assert.Equal(["alice", "bob", "carol"], incident.Users.Select(user => user.Value).Order());
    }

    [Fact]
    public void Group_AnyOrder_IsTheSame()
    {
        var alerts = Enumerable.Range(0, 40).Select(i => (C1, Make(C1, Noon + (i * i * EventClock.Minute), 5))).ToArray();
        var random = new Random(7);
        var shuffled = alerts.ToArray();
        random.Shuffle(shuffled);

        Assert.Equal(Group(alerts).Select(i => (i.Id, i.Alerts.Length, i.End)), Group(shuffled).Select(i => (i.Id, i.Alerts.Length, i.End)));
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 2)]
    public void Group_GapOfAnHour_EndsTheIncident(long beyond, int incidents)
    {
        var first = Make(C1, Noon, 5);
        var second = Make(C1, Noon, 5);
        var shift = first.End + IncidentGrouping.Gap + beyond - second.Start;
        second = second with { Id = new string('f', 32), Opened = second.Opened + shift, Start = second.Start + shift, End = second.End + shift };

        Assert.Equal(incidents, Group((C1, first), (C1, second)).Count);
    }

    [Fact]
    public void Group_AlertWithinALongOne_Joins()
    {
        var day = Make(C1, Noon, 5) with { End = Noon + EventClock.Day };
        var inside = Make(C1, Noon + (3 * EventClock.Hour), 5);
        var after = Make(C1, Noon + (20 * EventClock.Hour), 5);

        Assert.Single(Group((C1, day), (C1, inside), (C1, after)));
    }

    [Fact]
    public void Write_ManyAlerts_ListsTheFirst()
    {
        using var document = new IncidentDocument();
        var alerts = Enumerable.Range(0, 150).Select(i => (L5, Make(L5, Noon + i, 5, $"user{i:000}"))).ToArray();
        var text = Encoding.UTF8.GetString(document.Write(Assert.Single(Group(alerts)), 3));

        Assert.Contains("\"alert_count\":150", text, StringComparison.Ordinal);
        Assert.Contains("\"revision\":3", text, StringComparison.Ordinal);
        Assert.Contains("Brute force from 203.0.113.7: L5; 150 alerts, 150 users", text, StringComparison.Ordinal);
        Assert.Equal(2, text.Split(alerts[99].Item2.Id).Length);
        Assert.Single(text.Split(alerts[100].Item2.Id));
    }

    [Fact]
    public void Write_OtherRules_AreHeadedByTheMostSevere()
    {
        var alerts = new[] { new IncidentMember(Travel(), P3), new IncidentMember(NewCountry(), T7) };
        var incident = Assert.Single(IncidentGrouping.Group("default", new("user", "user.name", "alice\n"), alerts));

        Assert.Equal("Impossible travel of \"alice\\x0a\": P3, T7; 2 alerts, 2 addresses", IncidentSentence.Write(incident));
    }

    private static IReadOnlyList<Incident> Group(params (AlertRule Rule, Alert Alert)[] alerts) =>
        IncidentGrouping.Group("default", Entity, alerts.Select(a => new IncidentMember(a.Alert, a.Rule)));
}
