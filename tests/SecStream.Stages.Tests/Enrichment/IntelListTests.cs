using System.Text;
using SecStream.Core.Events;
using SecStream.Stages.Enrichment;
using SecStream.Stages.Enrichment.Intel;
using Xunit;

namespace SecStream.Stages.Tests.Enrichment;

public sealed class IntelListTests
{
    private static readonly long June = EventClock.ToMicroseconds(new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));

    private const string Sample = """
        # seen in June
        value,reason,expires
        203.0.113.7
        198.51.100.0/24,"scanner, loud",2026-06-02T00:00:00Z   # a comment
        198.51.0.0/16,wide
        2001:DB8:5::/48
        ::ffff:192.0.2.0/120,mapped

        Bad.Example.,phishing,
        44d88612fea8a8f36de82e1278abb02f
        """;

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7")]
    [InlineData("203.0.113.8", null)]
    [InlineData("198.51.100.200", "198.51.100.0/24")]
    [InlineData("198.51.99.1", "198.51.0.0/16")]
    [InlineData("198.52.0.0", null)]
    [InlineData("2001:db8:5:1::", "2001:db8:5::/48")]
    [InlineData("2001:db8:6::", null)]
    [InlineData("192.0.2.255", "192.0.2.0/24")]
    [InlineData("::", null)]
    [InlineData("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", null)]
    public void Find_Address_GivesTheMostSpecificEntry(string address, string? expected) =>
        Assert.Equal(expected, Parse(Sample).Find(TestGeo.Ip(address), June)?.Value);

    [Fact]
    public void Find_AfterExpiryInEventTime_FallsBackToTheWiderNetwork()
    {
        var list = Parse(Sample);
        var address = TestGeo.Ip("198.51.100.1");

        Assert.Equal("scanner, loud", list.Find(address, June + EventClock.Day - 1)!.Reason);
        Assert.Equal("wide", list.Find(address, June + EventClock.Day)!.Reason);
    }

    [Fact]
    public void Entries_DomainsAndHashes_AreKept()
    {
        var list = Parse(Sample);

        Assert.Equal(7, list.Entries.Count);
        Assert.Contains(list.Entries, e => e is { Kind: IntelKind.Domain, Value: "bad.example", Reason: "phishing" });
        Assert.Contains(list.Entries, e => e.Kind == IntelKind.Hash);
        Assert.Equal("june", list.Name);
    }

    [Fact]
    public void Find_SameNetworkTwice_TheLongerLastingCounts()
    {
        var list = Parse("10.0.0.0/8,short,2026-06-01\n10.0.0.0/8,long,2027-01-01\n10.0.0.0/8,early,2020-01-01");

        Assert.Equal("long", list.Find(TestGeo.Ip("10.1.2.3"), June)!.Reason);
    }

    [Fact]
    public void Find_WholeIPv6Space_HoldsNoIPv4Address()
    {
        Assert.Null(Parse("::/0").Find(TestGeo.Ip("10.0.0.1"), June));
        Assert.NotNull(Parse("::/0").Find(TestGeo.Ip("ffff::1"), June));
        Assert.NotNull(Parse("0.0.0.0/0").Find(TestGeo.Ip("255.255.255.255"), June));
        Assert.Null(Parse("0.0.0.0/0").Find(TestGeo.Ip("::1"), June));
    }

    [Theory]
    [InlineData(32)]
    [InlineData(128)]
    public void Find_RandomNetworks_EqualsLinearSearch(int bits)
    {
        var random = new Random(bits);
        var text = new StringBuilder();
        Span<byte> canonical = stackalloc byte[IpParser.MaxTextLength];
        for (var i = 0; i < 400; i++)
        {
            // Few different bits, so that networks nest.
            var address = (UInt128)(uint)random.Next(64) << (bits - 6) | (UInt128)(uint)random.Next(4) << (bits / 3);
            var prefix = random.Next(1, bits + 1);
            var first = address & ~(((UInt128)1 << (bits - prefix)) - 1);
            var value = bits == 32 ? IpParser.FromIPv4((uint)first) : first;
            text.Append(Encoding.ASCII.GetString(canonical[..IpParser.Format(value, canonical)])).Append('/').Append(prefix);
            text.Append(random.Next(2) == 0 ? ",r\n" : ",r,2026-05-01\n");
        }

        var list = Parse(text.ToString());
        for (var i = 0; i < 4000; i++)
        {
            var entry = list.Entries[random.Next(list.Entries.Count)];
            var address = random.Next(3) switch { 0 => entry.First - 1, 1 => entry.Last + 1, _ => entry.First ^ ((UInt128)1 << random.Next(bits)) };
            if (IpParser.IsIPv4(address) != (bits == 32))
            {
                continue;
            }

            var expected = list.Entries.Where(e => e.IsActiveAt(June) && e.First <= address && address <= e.Last).Select(e => e.PrefixLength).DefaultIfEmpty(-1).Max();
            Assert.Equal(expected, list.Find(address, June)?.PrefixLength ?? -1);
        }
    }

    [Theory]
    [InlineData("203.0.113.7\n300.1.1.1", "lists/june.csv:2: value: '300.1.1.1' is no address")]
    [InlineData("10.0.0.5/8", "write 10.0.0.0/8, or 10.0.0.5 alone")]
    [InlineData("10.0.0.0/33", "write a number from 0 to 32 behind the slash")]
    [InlineData("10.0.0.0/-1", "no valid prefix length")]
    [InlineData("10.0.0.1,x,tomorrow", "lists/june.csv:1: expires: 'tomorrow' is no time; write it like 2026-07-01")]
    [InlineData("10.0.0.1,x,2026-07-01,y", "4 columns")]
    [InlineData("10.0.0.1,\"x", "a quote is not closed")]
    [InlineData("nonsense", "lists/june.csv:1: value: 'nonsense'")]
    public void Parse_Fault_NamesFileLineAndMend(string content, string message) =>
        Assert.Contains(message, Assert.Throws<EnrichmentFileException>(() => Parse(content)).Message, StringComparison.Ordinal);

    [Fact]
    public void Parse_ManyFaults_AllNamedUpToFifty()
    {
        var refusal = Assert.Throws<EnrichmentFileException>(() => Parse(string.Concat(Enumerable.Repeat("?\n", 200))));

        Assert.Equal(50, refusal.Issues.Count);
        Assert.Equal(50, refusal.Issues[^1].Line);
    }

    [Fact]
    public void Set_AllowListAndOrder_BlacklistBeforeIntel()
    {
        var set = new IntelSet(
        [
            IntelListParser.Parse("feed.txt", IntelRole.Intel, "10.0.0.0/8"u8),
            IntelListParser.Parse("black.txt", IntelRole.Blacklist, "10.0.0.0/16"u8),
            IntelListParser.Parse("ours.txt", IntelRole.AllowList, "10.0.0.1"u8),
        ]);

        Assert.True(set.TryFind(TestGeo.Ip("10.0.0.1"), June, out var hit));
        Assert.Equal("black", hit.List.Name);
        Assert.True(set.IsAllowed(TestGeo.Ip("10.0.0.1"), June));
        Assert.True(set.TryFind(TestGeo.Ip("10.9.0.1"), June, out hit));
        Assert.Equal("feed", hit.List.Name);
        Assert.False(set.TryFind(TestGeo.Ip("11.0.0.1"), June, out _));
    }

    private static IntelList Parse(string content) => IntelListParser.Parse("lists/june.csv", IntelRole.Intel, Encoding.UTF8.GetBytes(content));
}
