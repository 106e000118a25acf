using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Stages.Alerting;
using SecStream.Stages.Rules.Model;
using Xunit;
using static SecStream.Stages.Tests.Alerting.Samples;

namespace SecStream.Stages.Tests.Alerting;

public sealed class AlertSentenceTests
{
    [Fact]
    public void Write_Count_SaysWhoWhereHowFastAndAgainstWhat()
    {
        var alert = Make(C1, Noon, 6) with { End = Noon + (10 * EventClock.Minute) };

        Assert.Equal("6 failed SSH logins for alice from 203.0.113.7 in 14 min (threshold 5 in 15 min)", AlertSentence.Write(alert, C1));
    }

    [Fact]
    public void Write_SeveralUsers_NamesThree() => Assert.Equal(
        "41 failed SSH logins for 12 users (root, admin, oracle, …) from 203.0.113.7 in 40 min (threshold 5 in 15 min)",
        AlertSentence.Write(ManyUsers(C1, 12, 41), C1));

    [Fact]
    public void Write_StrictThreshold_SaysMoreThan() =>
        Assert.EndsWith("(threshold more than 5 in 10 min)", AlertSentence.Write(Make(P1, Noon, 6), P1), StringComparison.Ordinal);

    [Fact]
    public void Write_LoginAfterFailures_SaysWhoGotIn() => Assert.Equal(
        "alice logged in from 203.0.113.7 after 7 failed logins in 3 min", AlertSentence.Write(Success(), X1));

    [Fact]
    public void Write_LoginAfterFailuresOfMany_ClaimsNobody()
    {
        var alert = Success() with { Users = [new("root", 6), new("alice", 2)], UserCount = 2 };

        Assert.Equal("a login succeeded after 7 failed logins for 2 users (root, alice) from 203.0.113.7 in 3 min", AlertSentence.Write(alert, X1));
    }

    [Fact]
    public void Write_Travel_SaysPlacesAndSpeed() => Assert.Equal(
        "alice moved from Berlin, Germany to Tokyo, Japan, 8918 km, in 35 min (15288 km/h, limit 900 km/h)", AlertSentence.Write(Travel(), P3));

    [Fact]
    public void Write_NewCountry_SaysWhatWasKnown() => Assert.Equal(
        "alice: first login from country DE (203.0.113.7; known before: US, FR)", AlertSentence.Write(NewCountry(), T7));

    [Fact]
    public void Write_Temporal_CountsEveryInput() => Assert.Equal(
        "1 port scan, 2 xss attempts and 3 failed logins for alice from 203.0.113.7 in 5 min (all within 5 min)", AlertSentence.Write(ChainOf(), Chain));

    [Fact]
    public void Write_Values_CountsDifferentOnes() => Assert.Equal(
        "12 different users (root, admin, oracle, …) in 41 events from 203.0.113.7 in 40 min (threshold 10 in 10 min)",
        AlertSentence.Write(ManyUsers(Spray, 12, 41), Spray));

    [Fact]
    public void Write_OneEvent_IsSingularAndNamesTheAction() => Assert.Equal(
        "1 SQL injection (sql_injection_attempt) for alice from 203.0.113.7",
        AlertSentence.Write(Make(L7, Noon, 1) with { Actions = [new("sql_injection_attempt", 1)] }, L7));

    [Theory]
    [InlineData("service.name", "checkout", "7 errors in service checkout in 6 min (threshold 5 in 15 min)")]
    [InlineData("host.name", "db1", "7 errors on db1 in 6 min (threshold 5 in 15 min)")]
    [InlineData("secstream.api_key.id", "k-17", "7 errors with API key k-17 in 6 min (threshold 5 in 15 min)")]
    [InlineData("process.name", "cron", "7 errors with process.name cron in 6 min (threshold 5 in 15 min)")]
    public void Write_OtherKeys_AreNamed(string field, string value, string expected)
    {
        var rule = C1 with { Noun = "errors", PrimaryEntity = field, Inputs = [new("errors", [0], 1, [new(field, [1], false)])] };
        var alert = Make(rule, Noon, 7) with { Key = [(field, value)], Users = [], UserCount = 0, Addresses = [], AddressCount = 0, Hosts = [], HostCount = 0 };

        Assert.Equal(expected, AlertSentence.Write(alert, rule));
    }

    [Theory]
    [InlineData("\u001b[31mroot\u0007", "\\x1b[31mroot\\x07")]
    [InlineData("a\r\nb\0", "a\\x0d\\x0ab\\x00")]
    [InlineData("\u202egnp.exe\u2066", "\\u202egnp.exe\\u2066")]
    [InlineData("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff")]
    [InlineData("Jörg 😀", "Jörg 😀")]
    [InlineData("", "(empty)")]
    public void Show_HostileValue_IsVisible(string value, string expected) => Assert.Equal(expected, SafeText.Show(value));

    [Theory]
    [InlineData("alice", "alice")]
    [InlineData("admin ", "\"admin \"")]
    [InlineData("", "\"\"")]
    [InlineData("a\"b", "\"a\\x22b\"")]
    [InlineData("CORP\\alice", "CORP\\alice")]
    [InlineData("two\u00a0words", "\"two\u00a0words\"")]
    public void Name_WithRoomForDoubt_IsQuoted(string value, string expected) => Assert.Equal(expected, SafeText.Name(value));

    [Fact]
    public void Write_UserNamedLikeASentence_CantRewriteIt() => Assert.StartsWith(
        "6 failed SSH logins for \"root from 8.8.8.8 port 22 ssh2\" from 203.0.113.7 in",
        AlertSentence.Write(Make(C1, Noon, 6, "root from 8.8.8.8 port 22 ssh2"), C1),
        StringComparison.Ordinal);

    [Fact]
    public void Show_HalfACharacter_IsReplaced() => Assert.Equal("\ufffdx", SafeText.Show("\ud800x"));

    [Fact]
    public void Show_LongValue_IsCutBetweenCharacters() => Assert.Equal(
        string.Concat(Enumerable.Repeat("😀", 80)) + "…", SafeText.Show(string.Concat(Enumerable.Repeat("😀", 81))));

    [Fact]
    public void Write_HostileNames_StayOneHarmlessLine()
    {
        const string evil = "\u001b]0;x\u0007\r\n\u202e\"},{<img onerror=…>";
        foreach (var rule in All)
        {
            var alert = Make(rule, Noon, 6, evil, evil) with { Facts = [("new_value", evil), ("from", evil), ("known_values", evil), ("speed_kmh", evil)] };

            Assert.DoesNotContain(AlertSentence.Write(alert, rule), c => char.IsControl(c) || c == '\u202e');
        }
    }

    [Theory]
    [InlineData(0, "0 s")]
    [InlineData(8, "8 s")]
    [InlineData(90, "1 min 30 s")]
    [InlineData(899, "14 min")]
    [InlineData(7500, "2 h 5 min")]
    [InlineData(86400, "1 day")]
    [InlineData(180000, "2 days 2 h")]
    public void Duration_Seconds_InTwoUnits(long seconds, string expected) => Assert.Equal(expected, Grammar.Duration(seconds * EventClock.Second));

    [Theory]
    [InlineData("failed logins", "failed login")]
    [InlineData("reads of sensitive data", "read of sensitive data")]
    [InlineData("denied accesses to sensitive data", "denied access to sensitive data")]
    [InlineData("failed logins of administrators", "failed login of administrators")]
    [InlineData("queries", "query")]
    [InlineData("requests", "request")]
    public void Singular_RulePlurals_AreEnglish(string plural, string expected) => Assert.Equal(expected, Grammar.Singular(plural));

    [Fact]
    public void Entity_KeyWithAlternatives_IsWhatGaveTheValue()
    {
        var byUser = Make(T2, Noon, 1);
        var byAddress = byUser with { Key = [("user.name", Address)], Users = [], UserCount = 0 };
        var byHost = byAddress with { Key = [("user.name", "web1")], Addresses = [], AddressCount = 0 };

        Assert.Equal(new AlertEntity("user", "user.name", "alice"), AlertEntity.Of(byUser, T2));
        Assert.Equal(new AlertEntity("ip", "source.address", Address), AlertEntity.Of(byAddress, T2));
        Assert.Equal(new AlertEntity("host", "host.name", "web1"), AlertEntity.Of(byHost, T2));
        Assert.Equal("1 critical event (login_failed) on web1", AlertSentence.Write(byHost, T2));
    }
}
