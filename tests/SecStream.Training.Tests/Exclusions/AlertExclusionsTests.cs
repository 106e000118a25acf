using System.Net;
using System.Text;
using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Core.Features;
using SecStream.Training.Exclusions;
using SecStream.Training.Tests.Harness;
using Xunit;

namespace SecStream.Training.Tests.Exclusions;

public sealed class AlertExclusionsTests
{
    private const long Day = 20_500;

    [Theory]
    [InlineData(Day - 2, false)]
    [InlineData(Day - 1, true)]
    [InlineData(Day, true)]
    [InlineData(Day + 1, true)]
    [InlineData(Day + 2, false)]
    public void Excludes_Alerted_OneDayAround(long day, bool isExcluded) =>
        Assert.Equal(isExcluded ? ExclusionReason.Alerted : null, Of(Alert(AlertVerdict.None)).Excludes(TestSchema.ApiKey, Key("k7"), day));

    [Fact]
    public void Excludes_FalsePositive_IsLearned() => Assert.Null(Of(Alert(AlertVerdict.FalsePositive)).Excludes(TestSchema.ApiKey, Key("k7"), Day));

    [Theory]
    [InlineData(Day - 1000)]
    [InlineData(Day)]
    [InlineData(Day + 1000)]
    public void Excludes_Confirmed_EveryDay(long day) =>
        Assert.Equal(ExclusionReason.Confirmed, Of(Alert(AlertVerdict.True)).Excludes(TestSchema.ApiKey, Key("k7"), day));

    [Fact]
    public void Excludes_OtherKeyOrOtherField_IsLearned()
    {
        var exclusions = Of(Alert(AlertVerdict.True));
        Assert.Null(exclusions.Excludes(TestSchema.ApiKey, Key("k8"), Day));
        Assert.Null(exclusions.Excludes(TestSchema.Of("user", "user.name"), Key("k7"), Day));
    }

    [Fact]
    public void Excludes_OnePartOfSeveral_LeavesTheKeyOut()
    {
        var exclusions = Of(Alert(AlertVerdict.None, new EntityName("user.name", "alice")));
        Assert.NotNull(exclusions.Excludes(TestSchema.AddressAndUser, Key("203.0.113.7\0alice"), Day));
        Assert.Null(exclusions.Excludes(TestSchema.AddressAndUser, Key("alice\0bob"), Day));
    }

    [Fact]
    public void Excludes_IpAndAddress_AreOneEntity() =>
        Assert.NotNull(Of(Alert(AlertVerdict.None, new EntityName("source.ip", "203.0.113.7"))).Excludes(TestSchema.AddressAndUser, Key("203.0.113.7\0bob"), Day));

    [Theory]
    [InlineData("198.51.100.9", "198.51.100.9/32", true)]
    [InlineData("198.51.100.9", "198.51.100.0/24", true)]
    [InlineData("198.51.101.9", "198.51.100.0/24", false)]
    [InlineData("2001:db8:0:1::/64", "2001:db8:0:1::7/128", true)]
    [InlineData("2001:db8:0:1::/64", "2001:db8::/32", true)]
    [InlineData("2001:db8:0:2::/64", "2001:db8:0:1::7/128", false)]
    [InlineData("mail.example.com", "0.0.0.0/0", false)]
    public void Excludes_Blacklisted_ByNetwork(string address, string network, bool isExcluded)
    {
        var exclusions = new AlertExclusions([], [IPNetwork.Parse(network)]);
        Assert.Equal(isExcluded ? ExclusionReason.Blacklisted : null, exclusions.Excludes(TestSchema.AddressAndUser, Key($"{address}\0bob"), Day));
    }

    [Fact]
    public void Excludes_OfModels_IsExcludedButNotExplained()
    {
        var evidence = new Evidence([Alert(AlertVerdict.None) with { IsOfModel = true }], []);
        Assert.NotNull(evidence.Excluded.Excludes(TestSchema.ApiKey, Key("k7"), Day));
        Assert.Null(evidence.Explained.Excludes(TestSchema.ApiKey, Key("k7"), Day));
    }

    [Fact]
    public void Excludes_HostileKey_IsNoFault() => Assert.Null(Of(Alert(AlertVerdict.None)).Excludes(TestSchema.ApiKey, [0, 0, 255, 0], Day));

    [Fact]
    public void Entities_SeveralReasonsForOne_CountsTheGravest()
    {
        var exclusions = Of(Alert(AlertVerdict.None), Alert(AlertVerdict.True));
        Assert.Equal([new(ExclusionReason.Confirmed, 1)], exclusions.Entities);
    }

    private static AlertExclusions Of(params EntityAlert[] alerts) => new(alerts, []);

    private static byte[] Key(string text) => Encoding.UTF8.GetBytes(text);

    private static EntityAlert Alert(AlertVerdict verdict, EntityName? name = null) => new()
    {
        Id = "a1",
        Rule = "P5",
        Severity = Severity.High,
        Names = [name ?? new EntityName("secstream.api_key.id", "k7")],
        Start = (Day * EventClock.Day) + EventClock.Hour,
        End = (Day * EventClock.Day) + (2 * EventClock.Hour),
        Verdict = verdict,
        IsOfModel = false,
    };
}
