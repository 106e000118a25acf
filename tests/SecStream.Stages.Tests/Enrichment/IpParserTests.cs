using System.Buffers.Binary;
using System.Net;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using SecStream.Stages.Enrichment;
using Xunit;

namespace SecStream.Stages.Tests.Enrichment;

public sealed class IpParserTests
{
    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7")]
    [InlineData("0.0.0.0", "0.0.0.0")]
    [InlineData("255.255.255.255", "255.255.255.255")]
    [InlineData("::ffff:203.0.113.7", "203.0.113.7")]
    [InlineData("::FFFF:cb00:7107", "203.0.113.7")]
    [InlineData("0:0:0:0:0:ffff:203.0.113.7", "203.0.113.7")]
    [InlineData("2001:DB8:0:0:0:0:0:1", "2001:db8::1")]
    [InlineData("2001:0db8::0001", "2001:db8::1")]
    [InlineData("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1")]
    [InlineData("2001:0:0:1:0:0:0:1", "2001:0:0:1::1")]
    [InlineData("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1")]
    [InlineData("::", "::")]
    [InlineData("::1", "::1")]
    [InlineData("1::", "1::")]
    [InlineData("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0")]
    [InlineData("64:ff9b::192.0.2.33", "64:ff9b::c000:221")]
    [InlineData("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304")]
    public void TryParse_Address_FormatsCanonically(string text, string canonical)
    {
        Assert.True(IpParser.TryParse(Encoding.ASCII.GetBytes(text), out var address));
        Assert.Equal(canonical, Format(address));
    }

    [Theory]
    [InlineData("")]
    [InlineData(":")]
    [InlineData(":::")]
    [InlineData(":1")]
    [InlineData("1:")]
    [InlineData("1.2.3")]
    [InlineData("1.2.3.4.")]
    [InlineData("1.2.3.4.5")]
    [InlineData("1..3.4")]
    [InlineData("256.1.1.1")]
    [InlineData("01.2.3.4")]
    [InlineData("1.2.3.4:80")]
    [InlineData("1.2.3.4/24")]
    [InlineData(" 1.2.3.4")]
    [InlineData("1.2.3.4\n")]
    [InlineData("fe80::1%eth0")]
    [InlineData("[::1]")]
    [InlineData("::1::2")]
    [InlineData("1:2:3:4:5:6:7")]
    [InlineData("1:2:3:4:5:6:7:8:9")]
    [InlineData("1:2:3:4:5:6:7:8::")]
    [InlineData("::1:2:3:4:5:6:7:8")]
    [InlineData("1:2:3:4:5:6:7:1.2.3.4")]
    [InlineData("::1.2.3")]
    [InlineData("::1.2.3.4:5")]
    [InlineData("12345::")]
    [InlineData("g::")]
    [InlineData("localhost")]
    [InlineData("deadbeef")]
    [InlineData("1111:2222:3333:4444:5555:6666:7777:8888:9999:1111:2222")]
    public void TryParse_Garbage_IsRejected(string text) => Assert.False(IpParser.TryParse(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void Format_AnyAddress_AgreesWithTheSystemAndParsesBack()
    {
        var random = new Random(7);
        Span<byte> bytes = stackalloc byte[16];
        for (var i = 0; i < 20_000; i++)
        {
            random.NextBytes(bytes);
            for (var group = 0; group < 8; group++)
            {
                // Zero groups and short groups are where the rules are.
                var kind = random.Next(4);
                if (kind < 2)
                {
                    bytes[group * 2] = 0;
                    bytes[(group * 2) + 1] = kind == 0 ? (byte)0 : bytes[(group * 2) + 1];
                }
            }

            var address = BinaryPrimitives.ReadUInt128BigEndian(bytes);
            var text = Format(address);
            Assert.True(IpParser.TryParse(Encoding.ASCII.GetBytes(text), out var back));
            Assert.Equal(address, back);
            var expected = new IPAddress(bytes).ToString();
            if (!expected.Contains('.', StringComparison.Ordinal))
            {
                Assert.Equal(expected, text);
            }
        }
    }

    [Fact]
    public void TryParse_MutatedText_AgreesWithTheSystem()
    {
        string[] seeds = ["203.0.113.7", "2001:db8::1", "::ffff:1.2.3.4", "1:2:3:4:5:6:7:8", "fe80::", "10.0.0.255"];
        const string Alphabet = "0123456789abcdefABCDEF:.:.::g%/ []";
        var random = new Random(11);
        var accepted = 0;
        for (var i = 0; i < 60_000; i++)
        {
            var text = new StringBuilder(seeds[random.Next(seeds.Length)]);
            for (var changes = random.Next(4); changes > 0; changes--)
            {
                var at = random.Next(text.Length);
                switch (random.Next(3))
                {
                    case 0: text[at] = Alphabet[random.Next(Alphabet.Length)]; break;
                    case 1 when text.Length > 1: text.Remove(at, 1); break;
                    default: text.Insert(at, Alphabet[random.Next(Alphabet.Length)]); break;
                }
            }

            accepted += Compare(text.ToString()) ? 1 : 0;
        }

        Assert.InRange(accepted, 10_000, 59_000);
    }

    [Fact]
    public void TryParse_AnyBytes_NeverThrows() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => IpParser.TryParse(bytes, out var address) ? Format(address).Length > 0 : true)
            .QuickCheckThrowOnFailure();

    /// <summary>The system's parser knows more spellings (octal, zones, brackets); within ours both must agree.</summary>
    private static bool Compare(string text)
    {
        var ours = IpParser.TryParse(Encoding.ASCII.GetBytes(text), out var address);
        var theirs = IPAddress.TryParse(text, out var system);
        if (ours)
        {
            Assert.True(theirs, text);
            Assert.Equal(BinaryPrimitives.ReadUInt128BigEndian(system!.MapToIPv6().GetAddressBytes()), address);
        }
        else if (theirs && text.Contains(':', StringComparison.Ordinal) && text.All(c => c == ':' || char.IsAsciiHexDigit(c)))
        {
            Assert.Fail($"the system takes {text}");
        }

        return ours;
    }

    private static string Format(UInt128 address)
    {
        Span<byte> text = stackalloc byte[IpParser.MaxTextLength];
        return Encoding.ASCII.GetString(text[..IpParser.Format(address, text)]);
    }
}
