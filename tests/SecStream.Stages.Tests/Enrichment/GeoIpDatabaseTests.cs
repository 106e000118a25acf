using System.Text;
using SecStream.Stages.Enrichment.GeoIp;
using Xunit;

namespace SecStream.Stages.Tests.Enrichment;

public sealed class GeoIpDatabaseTests
{
    [Fact]
    public void FindPlace_FlatLayout_IsDecoded()
    {
        var place = Open(new MmdbWriter(24, 4).Add("203.0.113.0/24", TestGeo.Flat("DE", "Köln", 50.9375f, 6.9603f))).FindPlace(TestGeo.Ip("203.0.113.7"))!;

        Assert.Equal("DE", Text(place, place.CountryIsoCode));
        Assert.Equal("Köln", Text(place, place.CityName));
        Assert.Equal("", Text(place, place.CountryName));
        Assert.Equal("50.9375", Text(place, place.LatitudeText));
        Assert.Equal("6.9603", Text(place, place.LongitudeText));
        Assert.Equal(6.9603, place.Longitude);
    }

    [Fact]
    public void FindPlace_MaxMindLayout_IsDecoded()
    {
        var place = Open(new MmdbWriter().Add("2001:db8::/32", TestGeo.MaxMind("FR", "France", "Paris", 48.8566, -2.3522))).FindPlace(TestGeo.Ip("2001:db8::7"))!;

        Assert.Equal("FR", Text(place, place.CountryIsoCode));
        Assert.Equal("France", Text(place, place.CountryName));
        Assert.Equal("Paris", Text(place, place.CityName));
        Assert.Equal("-2.3522", Text(place, place.LongitudeText));
    }

    [Theory]
    [InlineData("autonomous_system_number", "autonomous_system_organization", 64_496u)]
    [InlineData("asn", "as_name", "AS64496")]
    public void FindNetwork_BothLayouts_AreDecoded(string numberKey, string nameKey, object number)
    {
        var record = new Dictionary<string, object> { [numberKey] = number, [nameKey] = "Example Net" };
        var database = Open(new MmdbWriter().Add("203.0.113.0/24", record));
        var network = database.FindNetwork(TestGeo.Ip("203.0.113.7"))!;

        Assert.Equal(64_496u, network.AsNumber);
        Assert.Equal("64496", Text(network, network.AsNumberText));
        Assert.Equal("Example Net", Text(network, network.AsOrganization));
        Assert.False(database.KnowsPlaces);
        Assert.Null(database.FindPlace(TestGeo.Ip("203.0.113.7")));
    }

    [Theory]
    [InlineData("de", "x", 1f, 1f)]
    [InlineData("DEU", "x", 1f, 1f)]
    [InlineData("DE", "x", 91f, 1f)]
    [InlineData("DE", "x", 1f, float.NaN)]
    public void FindPlace_ImpossibleValues_AreLeftOut(string country, string city, float latitude, float longitude)
    {
        var place = Open(new MmdbWriter().Add("203.0.113.0/24", TestGeo.Flat(country, city, latitude, longitude))).FindPlace(TestGeo.Ip("203.0.113.7"))!;

        Assert.Equal("x", Text(place, place.CityName));
        Assert.True(place.CountryIsoCode.Length == 0 || !place.HasLocation);
    }

    [Fact]
    public void FindPlace_SeveralFiles_CoordinatesFirstThenWhoeverKnows()
    {
        var country = new MmdbWriter().Add("0.0.0.0/0", new Dictionary<string, object> { ["country_code"] = "US" }).Build();
        var city = new MmdbWriter(24, 4).Add("203.0.113.0/24", TestGeo.Flat("DE", "Berlin", 52.52f, 13.4f)).Build();
        var database = new GeoIpDatabase([("country", country), ("city", city)]);

        Assert.True(database.KnowsLocations);
        Assert.Equal("DE", Country(database, "203.0.113.7"));
        Assert.Equal("US", Country(database, "8.8.8.8"));
    }

    [Fact]
    public void FindPlace_ManyRecordsFromManyThreads_AllRight()
    {
        var writer = new MmdbWriter(28, 4);
        for (uint i = 0; i < 5000; i++)
        {
            writer.Add(((UInt128)10 << 24) | (i << 8), 24, TestGeo.Flat("DE", $"City {i}", 1f, 2f));
        }

        var database = Open(writer);
        Parallel.For(0, 4, thread =>
        {
            for (uint i = 0; i < 5000; i++)
            {
                var wanted = thread % 2 == 0 ? i : 4999 - i;
                var place = database.FindPlace(SecStream.Stages.Enrichment.IpParser.FromIPv4((10u << 24) | (wanted << 8) | 9))!;
                Assert.Equal($"City {wanted}", Text(place, place.CityName));
            }
        });
    }

    [Fact]
    public void Versions_AreFunctionsOfContent()
    {
        var file = new MmdbWriter().Add("203.0.113.0/24", TestGeo.Flat("DE", "x", 1f, 1f)).Build();
        var one = new GeoIpDatabase([("a", file)]);

        Assert.Equal(one.Version, new GeoIpDatabase([("b", file)]).Version);
        Assert.NotEqual(one.Version, GeoIpDatabase.Empty.Version);
        Assert.Matches("^[0-9a-f]{16}$", one.Files[0].Version);
        Assert.Null(GeoIpDatabase.Empty.FindPlace(TestGeo.Ip("8.8.8.8")));
    }

    private static GeoIpDatabase Open(MmdbWriter writer) => new([("test.mmdb", writer.Build())]);

    private static string Country(GeoIpDatabase database, string address)
    {
        var place = database.FindPlace(TestGeo.Ip(address))!;
        return Text(place, place.CountryIsoCode);
    }

    private static string Text(GeoRecord record, GeoText text) => Encoding.UTF8.GetString(record.Bytes(text));
}
