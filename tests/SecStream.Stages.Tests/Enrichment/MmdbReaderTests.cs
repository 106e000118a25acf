using System.Text;
using SecStream.Stages.Enrichment;
using SecStream.Stages.Enrichment.GeoIp;
using Xunit;

namespace SecStream.Stages.Tests.Enrichment;

public sealed class MmdbReaderTests
{
    [Theory]
    [InlineData(24, 4)]
    [InlineData(28, 4)]
    [InlineData(32, 4)]
    [InlineData(24, 6)]
    [InlineData(28, 6)]
    [InlineData(32, 6)]
    public void Find_RandomNetworks_EqualsLinearSearch(int recordSize, int ipVersion)
    {
        var random = new Random(recordSize + ipVersion);
        var bits = ipVersion == 4 ? 32 : 128;
        var writer = new MmdbWriter(recordSize, ipVersion);
        var networks = new List<(UInt128 First, int Prefix, int Offset)>();
        for (var i = 0; i < 300; i++)
        {
            // Wide networks first: a later one cuts a hole into an earlier one.
            var prefix = Math.Min(bits, 1 + (i * bits / 300));
            var first = (new UInt128((ulong)random.NextInt64(), (ulong)random.NextInt64()) >> (128 - bits)) & ~(((UInt128)1 << (bits - prefix)) - 1);
            writer.Add(first, prefix, new Dictionary<string, object> { ["id"] = (uint)i });
            networks.Add((first, prefix, writer.LastOffset));
        }

        var reader = MmdbReader.Open("test.mmdb", writer.Build());
        for (var i = 0; i < 5000; i++)
        {
            var address = networks[random.Next(networks.Count)].First ^ ((UInt128)random.Next() << random.Next(bits - 1));
            address &= bits == 32 ? uint.MaxValue : UInt128.MaxValue;
            var expected = networks.LastOrDefault(n => (address ^ n.First) >> (bits - n.Prefix) == 0, (First: UInt128.Zero, Prefix: 0, Offset: MmdbReader.NotFound)).Offset;
            if (ipVersion == 6 && IpParser.IsIPv4(address))
            {
                continue;
            }

            Assert.Equal(expected, reader.Find(ipVersion == 4 ? IpParser.FromIPv4((uint)address) : address));
        }
    }

    [Fact]
    public void Find_IPv4InIPv6Tree_IsFoundUnderZeroPrefix()
    {
        var reader = MmdbReader.Open("t", new MmdbWriter().Add("203.0.113.0/24", Map("a", "x")).Add("2001:db8::/32", Map("a", "y")).Build());

        Assert.NotEqual(MmdbReader.NotFound, reader.Find(Ip("203.0.113.7")));
        Assert.Equal(MmdbReader.NotFound, reader.Find(Ip("203.0.114.7")));
        Assert.NotEqual(MmdbReader.NotFound, reader.Find(Ip("2001:db8::5")));
        Assert.Equal(MmdbReader.NotFound, reader.Find(Ip("2001:db9::5")));
    }

    [Fact]
    public void Find_IPv4UnderMappedPrefixOnly_IsFound()
    {
        var reader = MmdbReader.Open("t", new MmdbWriter().Add((UInt128)0xFFFF_CB00_7100, 120, Map("a", "x")).Build());

        Assert.NotEqual(MmdbReader.NotFound, reader.Find(Ip("203.0.113.7")));
    }

    [Fact]
    public void Find_WrongFamily_IsNotFound()
    {
        var four = MmdbReader.Open("t", new MmdbWriter(24, 4).Add("0.0.0.0/1", Map("a", "x")).Build());

        Assert.True(four.HasIPv4);
        Assert.False(four.HasIPv6);
        Assert.Equal(MmdbReader.NotFound, four.Find(Ip("2001:db8::1")));
        Assert.False(MmdbReader.Open("t", new MmdbWriter().Add("2001:db8::/32", Map("a", "x")).Build()).HasIPv4);
    }

    [Fact]
    public void Open_Metadata_IsRead()
    {
        var metadata = MmdbReader.Open("t", new MmdbWriter(28).Add("2001:db8::/32", Map("a", "x")).Build()).Metadata;

        Assert.Equal(new MmdbMetadata("Test-City", 6, 32, 28, DateTimeOffset.FromUnixTimeSeconds(1_781_725_910)), metadata);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Data_AllTypes_AreRead(bool usePointers)
    {
        var writer = new MmdbWriter { UsePointers = usePointers };
        var longText = new string('x', 70_000);
        writer.Add("2001:db8::/32", new Dictionary<string, object>
        {
            ["skipped"] = new object[] { longText, new Dictionary<string, object> { ["deep"] = new object[] { true, 1u } } },
            ["text"] = longText,
            ["middle"] = new string('y', 300),
            ["double"] = 48.137154,
            ["float"] = 34.7732f,
            ["bytes"] = new byte[] { 1, 2, 3 },
            ["u16"] = (ushort)65_535,
            ["u32"] = 4_000_000_000u,
            ["i32"] = -5,
            ["u64"] = ulong.MaxValue,
            ["u128"] = UInt128.MaxValue,
            ["true"] = true,
            ["zero"] = 0u,
            ["again"] = longText,
        });
        var reader = MmdbReader.Open("t", writer.Build());
        var data = reader.Data;
        Assert.True(data.TryRead(reader.Find(Ip("2001:db8::1")), out var map));

        MmdbValue Value(string key)
        {
            Assert.True(data.TryFind(map, Encoding.UTF8.GetBytes(key), out var value), key);
            return value;
        }

        Assert.Equal(longText, Encoding.UTF8.GetString(data.Bytes(Value("text"))));
        Assert.Equal(longText, Encoding.UTF8.GetString(data.Bytes(Value("again"))));
        Assert.Equal(300, data.Bytes(Value("middle")).Length);
        Assert.True(data.TryGetDouble(Value("double"), out var number, out var isSingle) && number == 48.137154 && !isSingle);
        Assert.True(data.TryGetDouble(Value("float"), out number, out isSingle) && (float)number == 34.7732f && isSingle);
        Assert.Equal([1, 2, 3], data.Bytes(Value("bytes")).ToArray());
        Assert.True(data.TryGetInteger(Value("u16"), out var integer) && integer == 65_535);
        Assert.True(data.TryGetInteger(Value("u32"), out integer) && integer == 4_000_000_000);
        Assert.True(data.TryGetInteger(Value("u64"), out integer) && integer == ulong.MaxValue);
        Assert.True(data.TryGetInteger(Value("u128"), out integer) && integer == UInt128.MaxValue);
        Assert.True(data.TryGetInteger(Value("zero"), out integer) && integer == 0);
        Assert.True(data.TryGetInt32(Value("i32"), out var signed) && signed == -5);
        Assert.False(data.TryGetInteger(Value("i32"), out _));
        Assert.True(MmdbSection.TryGetBoolean(Value("true"), out var flag) && flag);
        Assert.False(data.TryFind(map, "absent"u8, out _));
    }

    [Theory]
    [InlineData("record_size", (ushort)20)]
    [InlineData("ip_version", (ushort)5)]
    [InlineData("binary_format_major_version", (ushort)3)]
    [InlineData("node_count", (ushort)60_000)]
    public void Open_ImpossibleMetadata_IsRefusedWithTheFileName(string key, ushort value)
    {
        var file = new MmdbWriter().Add("2001:db8::/32", Map("a", "x")).Build(m => m[key] = value);

        var refusal = Assert.Throws<EnrichmentFileException>(() => MmdbReader.Open("geo/city.mmdb", file));
        Assert.StartsWith("geo/city.mmdb: ", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_AnyPrefixOfAFile_IsRefusedOrHarmless()
    {
        var file = Sample();
        for (var length = 0; length < file.Length; length++)
        {
            TryEverything(file[..length]);
        }
    }

    [Fact]
    public void Find_DamagedFile_NeverThrowsAndEnds()
    {
        var random = new Random(3);
        var sample = Sample();
        for (var i = 0; i < 1500; i++)
        {
            var file = sample.ToArray();
            for (var changes = 1 + random.Next(8); changes > 0; changes--)
            {
                file[random.Next(file.Length)] = (byte)random.Next(256);
            }

            TryEverything(file);
        }
    }

    [Fact]
    public void Data_PointerToPointerAndSelfPointer_AreRefused()
    {
        var section = SectionOf([0x20, 0x00, 0x20, 0x00]);

        Assert.False(section.TryRead(0, out _));
        Assert.False(section.TryRead(2, out _));
    }

    [Fact]
    public void Data_ArrayThatClaimsMillions_EndsAtOnce()
    {
        // An array of 16 843 036 entries, of which the first is another such array.
        var section = SectionOf([0x1F, 0x04, 0xFF, 0xFF, 0xFF, 0x1F, 0x04, 0xFF, 0xFF, 0xFF]);

        Assert.True(section.TryRead(0, out var array));
        Assert.Equal(MmdbType.Array, array.Type);
        Assert.False(section.TrySkip(0, out _));
    }

    private static MmdbSection SectionOf(byte[] bytes)
    {
        // A byte string carries the bytes into a file's data section unchanged; skip its two control bytes.
        var file = new MmdbWriter().Add("2001:db8::/32", bytes).Build();
        var at = file.AsSpan().LastIndexOf(bytes);
        return new MmdbSection(file, at, bytes.Length);
    }

    private static byte[] Sample() => new MmdbWriter(28)
        .Add("203.0.113.0/24", TestGeo.Flat("DE", "Berlin", 52.52f, 13.405f))
        .Add("2001:db8::/32", TestGeo.MaxMind("FR", "France", "Paris", 48.8566, 2.3522))
        .Build();

    private static void TryEverything(byte[] file)
    {
        try
        {
            var database = new GeoIpDatabase([("t.mmdb", file)]);
            foreach (var address in new[] { "203.0.113.7", "8.8.8.8", "2001:db8::1", "::1" })
            {
                database.FindPlace(Ip(address));
                database.FindNetwork(Ip(address));
            }
        }
        catch (EnrichmentFileException)
        {
            // Refusing a damaged file is right.
        }
    }

    private static UInt128 Ip(string text) => TestGeo.Ip(text);

    private static Dictionary<string, object> Map(string key, object value) => new() { [key] = value };
}
