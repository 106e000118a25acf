using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using SecStream.Host.Api.Security;
using SecStream.Integration.Tests.Http.Harness;

namespace SecStream.Integration.Tests.Http;

/// <summary>Keys, credentials and rates by themselves.</summary>
public sealed class SecurityPartsTests
{
    [Fact]
    public void Ring_EveryKey_IsFoundByItsSecretAndNoOther()
    {
        var ring = new ApiKeyRing(RunningApi.Keys);
        foreach (var role in Enum.GetValues<Role>())
        {
            var secret = RunningApi.SecretOf(role);
            Assert.Equal(role, ring.Find(new Credentials(null, secret))!.Role);
            Assert.Equal(role, ring.Find(new Credentials(RunningApi.NameOf(role), secret))!.Role);
            Assert.Null(ring.Find(new Credentials("else", secret)));
            Assert.Null(ring.Find(new Credentials(null, secret[..^1])));
            Assert.Null(ring.Find(new Credentials(null, secret + " ")));
        }

        Assert.Null(ring.Find(new Credentials(null, "")));
    }

    [Theory]
    [InlineData("Authorization", "Bearer  abc ", true, null, "abc")]
    [InlineData("Authorization", "bearer abc", true, null, "abc")]
    [InlineData("Authorization", "Basic YTpiOmM=", true, "a", "b:c")]
    [InlineData("Authorization", "Basic !!!", true, null, "")]
    [InlineData("Authorization", "ApiKey YTpi", true, "a", "b")]
    [InlineData("Authorization", "Digest abc", true, null, "")]
    [InlineData("Authorization", "abc", true, null, "")]
    [InlineData("X-API-Key", "abc", true, null, "abc")]
    [InlineData("X-Other", "abc", false, null, "")]
    public void Credentials_Header_IsRead(string header, string value, bool shown, string? name, string secret)
    {
        var headers = new HeaderDictionary { [header] = value };
        Assert.Equal(shown, Credentials.TryRead(headers, out var credentials));
        Assert.Equal((name, secret), (credentials.Name, credentials.Secret));
    }

    [Fact]
    public void Credentials_Endless_AreNotRead()
    {
        Assert.True(Credentials.TryRead(new HeaderDictionary { ["Authorization"] = "Basic " + new string('A', 4000) }, out var basic));
        Assert.True(Credentials.TryRead(new HeaderDictionary { ["X-API-Key"] = new string('A', 4000) }, out var key));
        Assert.Equal(("", ""), (basic.Secret, key.Secret));
    }

    [Fact]
    public void Rates_TokensOfAnAddress_ComeBackWithTime()
    {
        var clock = new ManualClock();
        var rates = new AddressRates(2, 3, clock);
        var (one, other) = (IPAddress.Parse("203.0.113.7"), IPAddress.Parse("203.0.113.8"));
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => rates.TryTake(one)));
        Assert.True(rates.TryTake(other));
        Assert.False(rates.HasToken(one));
        clock.Advance(0.5);
        Assert.True(rates.HasToken(one));
        Assert.Equal([true, false], Enumerable.Range(0, 2).Select(_ => rates.TryTake(one)));
        clock.Advance(3600);
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => rates.TryTake(one)));
    }

    [Fact]
    public void Rates_Ipv6_CountsByItsNetwork()
    {
        var rates = new AddressRates(1, 1, new ManualClock());
        Assert.True(rates.TryTake(IPAddress.Parse("2001:db8::1")));
        Assert.False(rates.TryTake(IPAddress.Parse("2001:db8::2")));
        Assert.True(rates.TryTake(IPAddress.Parse("2001:db8:0:1::1")));
        Assert.True(rates.TryTake(IPAddress.Parse("::ffff:192.0.2.1")));
        Assert.False(rates.TryTake(IPAddress.Parse("192.0.2.1")));
    }

    [Fact]
    public void Rates_ManyAddresses_TheLastAreStillCounted()
    {
        var clock = new ManualClock();
        var rates = new AddressRates(0.001, 1, clock);
        for (var i = 0; i < 40_000; i++)
        {
            clock.Advance(0.001);
            Assert.True(rates.TryTake(IPAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"10.{i >> 16}.{(i >> 8) & 255}.{i & 255}"))));
        }

        Assert.False(rates.TryTake(IPAddress.Parse("10.0.156.63")));
        Assert.True(rates.TryTake(IPAddress.Parse("10.0.0.0")));
    }

    private sealed class ManualClock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(double seconds) => _ticks += (long)(seconds * TimeSpan.TicksPerSecond);

        public override long GetTimestamp() => _ticks;
    }
}
